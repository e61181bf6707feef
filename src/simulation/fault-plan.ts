import type { ActorId } from '../protocol/actor-id.ts'
import { durationMs, type Duration } from '../protocol/duration.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import type { Persistence } from '../runtime/persistence.ts'

/** What code of an actor does in place of its work, or before it: throw, never end, or take so much virtual time first. */
export type Misdeed = 'crash' | 'hang' | { readonly takes: Duration }

/** What a store can be asked for, and can refuse. */
export type StoreOperation = Exclude<keyof Persistence, 'info' | 'turns' | 'links' | 'close'>

/** A fault in the handling of a message. */
export interface MessageFault {
  readonly at: 'message'
  /** The actor, by its place in the tree. */
  readonly actor: ActorId
  /** Only messages for this handler count; without it, all do. */
  readonly handler?: string
  /** Which handling, from 1; counted over all incarnations, and one that is tried again counts again. */
  readonly nth: number
  readonly do: Misdeed
  /** The message of the error of a crash. */
  readonly message?: string
}

/** A fault in building a first state, or in a hook. A hook that the actor does not have is there for the fault alone. */
export interface HookFault {
  readonly at: 'initial' | 'init' | 'restart' | 'term'
  readonly actor: ActorId
  /** Which run of it, from 1; counted over all incarnations. */
  readonly nth: number
  readonly do: Misdeed
  /** The message of the error of a crash. */
  readonly message?: string
}

/** The store refuses an operation: nothing of it is written, and who asked is told in turn. */
export interface StoreFault {
  readonly at: 'store'
  readonly operation: StoreOperation
  /** Only operations for this actor count; without it, all do. */
  readonly actor?: ActorId
  readonly nth: number
  readonly do: 'refuse'
}

/** A checkpoint of an actor is damaged after it was written: half of its state is missing when it is read. */
export interface CheckpointFault {
  readonly at: 'checkpoint'
  readonly actor: ActorId
  readonly nth: number
  readonly do: 'tear'
}

/** The wall clock jumps, forwards or, as `"-1h"`, backwards. Timers are not concerned: they do not go by the wall clock. */
export interface ClockFault {
  readonly at: 'clock'
  /** So much virtual time after the beginning. */
  readonly after: Duration
  readonly jump: Duration
}

/** One thing that goes wrong, as plain data. */
export type Fault = MessageFault | HookFault | StoreFault | CheckpointFault | ClockFault

/** A fault that is counted for. */
export type CountedFault = Exclude<Fault, ClockFault>

const operations: Record<StoreOperation, true> = {
  accept: true,
  commit: true,
  seal: true,
  open: true,
  read: true,
  beginEffect: true,
  settleEffect: true,
  fire: true,
  saveMember: true,
  dropMember: true,
  members: true,
  noteExits: true,
  exits: true,
  beginAnew: true,
  goBack: true,
  countRestarts: true,
  restarts: true,
  deadLetters: true,
  exhume: true,
  dropDeadLetter: true,
}

const fields: Record<Fault['at'], { readonly needed: readonly string[]; readonly optional: readonly string[] }> = {
  message: { needed: ['actor', 'nth', 'do'], optional: ['handler', 'message'] },
  initial: { needed: ['actor', 'nth', 'do'], optional: ['message'] },
  init: { needed: ['actor', 'nth', 'do'], optional: ['message'] },
  restart: { needed: ['actor', 'nth', 'do'], optional: ['message'] },
  term: { needed: ['actor', 'nth', 'do'], optional: ['message'] },
  store: { needed: ['operation', 'nth', 'do'], optional: ['actor'] },
  checkpoint: { needed: ['actor', 'nth', 'do'], optional: [] },
  clock: { needed: ['after', 'jump'], optional: [] },
}

/**
 * Checks a plan of faults.
 *
 * @throws {ConfigurationError} naming the entry, its field and the rule that is broken.
 */
export function checkFaults(faults: readonly Fault[]): void {
  if (!Array.isArray(faults)) throw new ConfigurationError({ path: 'faults', rule: 'must be an array', value: faults })
  for (const [index, fault] of (faults as readonly Fault[]).entries()) checkFault(fault, `faults[${index}]`)
}

/** The milliseconds of a jump, which may be negative. */
export function jumpMs(jump: Duration, path: string): number {
  if (typeof jump === 'number') return jump < 0 ? -durationMs(-jump, path) : durationMs(jump, path)
  return jump.startsWith('-') ? -durationMs(jump.slice(1) as Duration, path) : durationMs(jump, path)
}

/** A fault in one line of text. */
export function describeFault(fault: Fault): string {
  switch (fault.at) {
    case 'clock':
      return `the wall clock jumps by ${fault.jump} after ${fault.after}`
    case 'store':
      return `the store refuses ${fault.operation}${fault.actor === undefined ? '' : ` of ${fault.actor}`} #${fault.nth}`
    case 'checkpoint':
      return `checkpoint #${fault.nth} of ${fault.actor} is torn`
    default: {
      const what = fault.at === 'message' && fault.handler !== undefined ? fault.handler : fault.at
      const misdeed = fault.do === 'crash' ? 'crashes' : fault.do === 'hang' ? 'hangs' : `takes ${fault.do.takes}`
      return `${fault.actor} ${misdeed} in ${what} #${fault.nth}`
    }
  }
}

function checkFault(fault: Fault, path: string): void {
  const given = fault as unknown as Readonly<Record<string, unknown>> | null
  if (typeof given !== 'object' || given === null) throw new ConfigurationError({ path, rule: 'must be an object', value: given })
  const at = given['at'] as Fault['at']
  if (!Object.hasOwn(fields, at))
    throw new ConfigurationError({ path: `${path}: at`, rule: `must be one of ${listOf(Object.keys(fields))}`, value: at })
  checkFields(given, `${path} (${at})`, fields[at])
  if (fault.at === 'clock') {
    durationMs(fault.after, `${path}: after`)
    jumpMs(fault.jump, `${path}: jump`)
    return
  }
  checkCounted(given, path)
  checkDo(fault, path)
  if (fault.at === 'store' && !Object.hasOwn(operations, fault.operation))
    throw new ConfigurationError({
      path: `${path}: operation`,
      rule: `must be one of ${listOf(Object.keys(operations))}`,
      value: fault.operation,
    })
}

function checkFields(given: object, path: string, { needed, optional }: (typeof fields)[Fault['at']]): void {
  for (const [name, value] of Object.entries(given))
    if (name !== 'at' && !needed.includes(name) && !optional.includes(name)) {
      const remedy = `The fields are ${listOf([...needed, ...optional])}`
      throw new ConfigurationError({ path: `${path}: ${name}`, rule: 'is not a field of this fault', value, remedy })
    }
  for (const name of needed)
    if (!Object.hasOwn(given, name))
      throw new ConfigurationError({ path: `${path}: ${name}`, rule: 'must be given', value: undefined })
}

function checkCounted(given: Readonly<Record<string, unknown>>, path: string): void {
  const { nth } = given
  if (!Number.isInteger(nth) || (nth as number) < 1)
    throw new ConfigurationError({ path: `${path}: nth`, rule: 'must be an integer >= 1: the first is 1', value: nth })
  for (const name of ['actor', 'handler', 'message'])
    if (given[name] !== undefined && typeof given[name] !== 'string')
      throw new ConfigurationError({ path: `${path}: ${name}`, rule: 'must be a string', value: given[name] })
}

function checkDo(fault: CountedFault, path: string): void {
  const asked: unknown = fault.do
  const only = fault.at === 'store' ? 'refuse' : fault.at === 'checkpoint' ? 'tear' : undefined
  if (only !== undefined) {
    if (asked !== only) throw new ConfigurationError({ path: `${path}: do`, rule: `must be "${only}"`, value: asked })
    return
  }
  if (asked === 'crash' || asked === 'hang') return
  if (typeof asked !== 'object' || asked === null || !('takes' in asked))
    throw new ConfigurationError({ path: `${path}: do`, rule: 'must be "crash", "hang" or { takes: "3s" }', value: asked })
  durationMs(asked.takes as Duration, `${path}: do.takes`)
}

function listOf(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ')
}
