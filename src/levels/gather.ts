import type { ActorId } from '../protocol/actor-id.ts'
import type { Port } from '../runtime/context.ts'
import type { Delta, Gathered } from './entry.ts'
import type { Inferior, LevelMemory } from './level-memory.ts'

/** Asks levels below for what has changed, and takes it over. */
export interface Gathering {
  readonly memory: LevelMemory
  /** On behalf of nobody: it goes on after the turn that has begun it. */
  readonly port: Port
  /** How long each of them may take. */
  readonly limitMs: number
  /** Those who need not be asked. */
  readonly except?: ActorId | undefined
  now(): number
}

/** Asks all of them at the same time. Who does not answer in time is missing, and keeps nobody waiting. */
export async function gather({ memory, port, limitMs, except, now }: Gathering): Promise<Gathered> {
  const asked = [...memory.inferiors.values()].filter(({ id }) => id !== except)
  const changes = await Promise.all(asked.map((inferior) => ask(inferior, { memory, port, limitMs })))
  const idsOf = (test: (change: number | undefined) => boolean): ActorId[] =>
    asked.filter((_, index) => test(changes[index])).map(({ id }) => id)
  return {
    from: idsOf((change) => change !== undefined),
    missing: idsOf((change) => change === undefined),
    changed: changes.reduce<number>((sum, change) => sum + (change ?? 0), 0),
    atMs: now(),
  }
}

/** How many checkpoints have changed by its answer; nothing if there came none. */
async function ask(inferior: Inferior, { memory, port, limitMs }: Pick<Gathering, 'memory' | 'port' | 'limitMs'>) {
  try {
    const delta = (await port.call(inferior.id, 'delta', inferior.told, { timeout: limitMs })) as Delta
    const changed = delta.entries.filter((entry) => memory.take(entry)).length
    inferior.told = { source: delta.source, upTo: delta.upTo }
    return changed
  } catch {
    // It is told of as missing, and asked for the same again next time.
    return undefined
  }
}
