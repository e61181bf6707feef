import { constant, constantFrom, integer, nat, oneof, record, type Arbitrary } from 'fast-check'
import { ConfigurationError } from '../../protocol/errors.ts'
import { parentOf, keyOf, rootId, type ActorId } from '../../protocol/actor-id.ts'
import type { Fault } from '../../simulation/fault-plan.ts'
import type { MembersRef } from '../../supervision/trees/members-ref.ts'
import type { Act, ChildScript } from '../child-script.ts'
import type { ScriptedRef } from '../scripted-child.ts'
import type { Sim } from '../sim.ts'
import type { SimulateOptions } from '../simulate.ts'
import { faultsOf, withoutTwins, type FaultChoices, type FaultOn } from './fault-arbitraries.ts'
import { acts, type ScriptChoices } from './script-arbitraries.ts'
import { slots } from './slots.ts'
import { valueCode } from './tree-spec.ts'
import { generatedTree, shownAs, treeSpecs, type GeneratedTree, type TreeChoices } from './trees.ts'

/** One thing that is done to a tree of scripted children. */
export type Deed =
  | { readonly do: 'tell' | 'ask'; readonly to: ActorId; readonly act: Act | undefined }
  | { readonly do: 'kill'; readonly id: ActorId }
  | { readonly do: 'start' | 'stop'; readonly member: ActorId }
  | { readonly do: 'advance'; readonly ms: number }

/** What generated stories are made of. */
export interface StoryChoices {
  readonly tree?: TreeChoices
  readonly faults?: FaultChoices
  /** At most so many; 12 if not given. */
  readonly deeds?: number
  /** What children are told to do; see {@link acts}. */
  readonly acts?: Pick<ScriptChoices, 'hangs'>
  /** Whether children are killed from outside; `true` if not given. */
  readonly kills?: boolean
}

/** A tree, what goes wrong in it, and what is done to it. In a report of fast-check it is a test to be pasted into a file. */
export interface CrashStory {
  readonly tree: GeneratedTree
  readonly faults: readonly Fault[]
  readonly deeds: readonly Deed[]
  /** Decides every order. */
  readonly seed: number
  /** For `simulate`: the seed, the faults, and a tree without a store. */
  readonly options: SimulateOptions
  /** Does all of it, one after another. What is asked and refused, or not answered, is none of its business. */
  play(sim: Sim<unknown>): Promise<void>
  toString(): string
}

/**
 * Stories of a tree of scripted children: messages that have them crash, hang and end, kills, and time that goes by, with
 * faults of a plan. Shrinks towards nothing that happens in `supervisor({}, { a: scripted() })`.
 *
 * @example
 * ```ts
 * import fc from 'fast-check'
 * import { crashStories } from 'coppice/fast-check'
 * import { simulate } from 'coppice/testing'
 *
 * const root = { restarts: [99, 99], autoShutdown: ['never'] } as const
 * const isUp = fc.asyncProperty(crashStories({ tree: { root } }), async (story) => {
 *   await simulate(story.tree.node, story.options, async (sim) => {
 *     await story.play(sim)
 *     await sim.advance('1m')
 *     if (!sim.app.running().includes('')) throw new Error('the root has given up')
 *   })
 * })
 * await fc.assert(isUp, { numRuns: 20 })
 * ```
 */
export function crashStories(choices: StoryChoices = {}): Arbitrary<CrashStory> {
  const { tree = {}, faults: faultChoices = {}, deeds: most = 12, acts: actChoices = {}, kills = true } = choices
  const on = nat(11)
  const plan = record({
    spec: treeSpecs(tree),
    faults: faultsOf(on, faultChoices),
    deeds: slots(deedPlans(on, actChoices, { kills, members: tree.dynamic === true }), most),
    seed: nat(1_000),
  })
  return plan.map(({ spec, faults, deeds, seed }) => {
    const grown = generatedTree(spec)
    const names = namesIn(grown)
    const found = deeds.flatMap((deed) => deedOf(deed, names) ?? [])
    return crashStory({ tree: grown, faults: faultsIn(faults, names.actors), deeds: found, seed })
  })
}

/** A story of its parts. */
export function crashStory({ tree, faults, deeds, seed }: Pick<CrashStory, 'tree' | 'faults' | 'deeds' | 'seed'>): CrashStory {
  const options: SimulateOptions = { seed, faults, store: false, allowUnusedFaults: true }
  const play = async (sim: Sim<unknown>): Promise<void> => {
    for (const deed of deeds) await carryOut(deed, sim)
  }
  return { tree, faults, deeds, seed, options, play, ...shownAs(() => codeOf({ tree, faults, deeds, seed })) }
}

/** As {@link Deed}; `on` is a number for every actor, counted through all of them as often as needed. */
type DeedPlan =
  | { readonly do: 'tell' | 'ask'; readonly on: number; readonly act: Act | undefined }
  | { readonly do: 'kill'; readonly on: number }
  | { readonly do: 'start' | 'stop'; readonly on: number; readonly key: string }
  | { readonly do: 'advance'; readonly ms: number }

function deedPlans(
  on: Arbitrary<number>,
  choices: Pick<ScriptChoices, 'hangs'>,
  has: { readonly kills: boolean; readonly members: boolean },
): Arbitrary<DeedPlan> {
  const act = oneof({ withCrossShrink: true }, constant<Act>('crash'), acts(choices), constant(undefined))
  const told = record({ do: constantFrom('tell' as const, 'ask'), on, act })
  const killed = record({ do: constant('kill' as const), on })
  const passed = record({ do: constant('advance' as const), ms: integer({ min: 0, max: 100 }) })
  const member = record({ do: constantFrom('start' as const, 'stop'), on, key: constantFrom('k', 'l') })
  return oneof(
    { withCrossShrink: true },
    { arbitrary: told, weight: 6 },
    { arbitrary: passed, weight: 3 },
    ...(has.kills ? [{ arbitrary: killed, weight: 1 }] : []),
    ...(has.members ? [{ arbitrary: member, weight: 3 }] : []),
  )
}

interface Names {
  readonly actors: readonly ActorId[]
  readonly dynamic: readonly ActorId[]
}

function namesIn({ workers, dynamic }: GeneratedTree): Names {
  return { actors: [...workers, ...dynamic.flatMap((id) => [`${id}/k`, `${id}/l`])], dynamic }
}

function deedOf(deed: DeedPlan, { actors, dynamic }: Names): Deed | undefined {
  if (deed.do === 'advance') return deed
  const whom = deed.do === 'start' || deed.do === 'stop' ? dynamic : actors
  const id = whom[deed.on % whom.length]
  if (id === undefined) return undefined
  if (deed.do === 'kill') return { do: 'kill', id }
  return 'act' in deed ? { do: deed.do, to: id, act: deed.act } : { do: deed.do, member: `${id}/${deed.key}` }
}

/** Two that differ in their numbers may be about one actor. */
function faultsIn(faults: readonly FaultOn<number>[], ids: readonly ActorId[]): Fault[] {
  const named = faults.flatMap((fault) => {
    const actor = ids[fault.actor % ids.length]
    return actor === undefined ? [] : [{ ...fault, actor }]
  })
  return withoutTwins<ActorId>(named)
}

async function carryOut(deed: Deed, sim: Sim<unknown>): Promise<void> {
  if (deed.do === 'advance') return sim.advance(deed.ms)
  const given = begun(deed, sim)
  // What becomes of it is told by the events.
  given?.catch(() => undefined)
}

function begun(deed: Exclude<Deed, { do: 'advance' }>, { tree, app }: Sim<unknown>): Promise<unknown> | undefined {
  switch (deed.do) {
    case 'tell':
      return (refAt(tree, deed.to) as ScriptedRef).cast.tell(deed.act)
    case 'ask':
      return (refAt(tree, deed.to) as ScriptedRef).call.ask(deed.act)
    case 'kill':
      return app.kill(deed.id)
    default: {
      const members = refAt(tree, parentOf(deed.member) ?? rootId) as MembersRef<ChildScript | undefined, ScriptedRef>
      return deed.do === 'start' ? members.start(keyOf(deed.member)) : members.stop(keyOf(deed.member))
    }
  }
}

/** The reference at an id: in a directory, or of a member. */
function refAt(tree: unknown, id: ActorId): unknown {
  const parent = parentOf(id)
  if (parent === undefined) return tree
  const above = refAt(tree, parent) as Readonly<Record<string, unknown>>
  const key = keyOf(id)
  if (Object.hasOwn(above, key)) return above[key]
  const { get } = above as { readonly get?: (key: string) => unknown }
  if (get === undefined)
    throw new ConfigurationError({ path: 'crashStories: play', rule: 'must be given the simulation of its own tree', value: id })
  return get(key)
}

function codeOf({ tree, faults, deeds, seed }: Pick<CrashStory, 'tree' | 'faults' | 'deeds' | 'seed'>): string {
  const code = (id: ActorId, isMember: boolean): string => {
    const keys = id.split('/')
    const last = isMember ? `.get('${keys.pop()}')` : ''
    return `sim.tree.${keys.join('.')}${last}`
  }
  const members = new Set(tree.dynamic)
  const refCode = (id: ActorId): string => code(id, members.has(parentOf(id) ?? rootId))
  const line = (deed: Deed): string => {
    if (deed.do === 'advance') return `await sim.advance(${deed.ms})`
    if (deed.do === 'kill') return `void sim.app.kill('${deed.id}')`
    if ('member' in deed) return `void ${code(parentOf(deed.member) ?? rootId, false)}.${deed.do}('${keyOf(deed.member)}')`
    const act = deed.act === undefined ? '' : valueCode(deed.act)
    return `void ${refCode(deed.to)}.${deed.do === 'tell' ? 'cast.tell' : 'call.ask'}(${act})`
  }
  const options = { seed, ...(faults.length > 0 && { faults, allowUnusedFaults: true }), store: false }
  return [
    '',
    `const tree = ${tree.toString()}`,
    `await simulate(tree, ${valueCode(options)}, async (sim) => {`,
    ...deeds.map((deed) => `  ${line(deed)}`),
    '})',
  ].join('\n')
}
