import { array, constant, constantFrom, integer, oneof, record, type Arbitrary } from 'fast-check'
import { normal, shutdown } from '../../protocol/exit-reason.ts'
import type { Act, ChildScript, ScriptedLife } from '../child-script.ts'
import { fields, slots } from './slots.ts'

/** What generated scripts are made of. */
export interface ScriptChoices {
  /** At most so many lives; 3 if not given. */
  readonly lives?: number
  /** At most so many messages with an act of their own in a life; 3 if not given. */
  readonly messages?: number
  /** Whether the very first start may fail, which keeps a tree from starting; `false` if not given. */
  readonly failsAtFirst?: boolean
  /**
   * Whether they may hang or ignore shutdown: until they are killed, which `shutdown: 'infinity'` never does. `true` if not
   * given.
   */
  readonly hangs?: boolean
}

/**
 * Things to do for a scripted child. Shrinks towards `ok`, then `crash`. A start that hangs would hold its supervisor for ever:
 * there is none.
 */
export function acts({ hangs = true }: Pick<ScriptChoices, 'hangs'> = {}): Arbitrary<Act> {
  const quick = constantFrom<Act>('ok', 'crash')
  const ends = constantFrom<Act>({ exit: normal }, { exit: shutdown })
  const slow = record({ takes: integer({ min: 1, max: 50 }), then: constantFrom<Act>('ok', 'crash', { exit: normal }) })
  return oneof({ withCrossShrink: true }, quick, ends, slow, ...(hangs ? [constant<Act>('hang')] : []))
}

/**
 * Scripts for scripted children. Shrinks towards the empty script: a child that does its work.
 *
 * @example
 * ```ts
 * import fc from 'fast-check'
 * import { supervisor } from 'coppice'
 * import { childScripts } from 'coppice/fast-check'
 * import { assertRestarted, scripted, simulate } from 'coppice/testing'
 *
 * const isBack = fc.asyncProperty(childScripts({ messages: 1, hangs: false }), (script) =>
 *   simulate(supervisor({ intensity: { restarts: 3, within: '1m' } }, { a: scripted(script) }), {}, async (sim) => {
 *     void sim.tree.a.cast.tell('crash')
 *     await sim.advance('1m')
 *     assertRestarted(sim, 'a')
 *   }),
 * )
 * await fc.assert(isBack, { numRuns: 20 })
 * ```
 */
export function childScripts({
  lives = 3,
  messages = 3,
  failsAtFirst = false,
  hangs = true,
}: ScriptChoices = {}): Arbitrary<ChildScript> {
  const act = acts({ hangs })
  const quick = acts({ hangs: false })
  const each = { messages: slots(act, messages), stop: act }
  const life = fields<ScriptedLife>({ start: quick, ...each, ...(hangs && { ignoresShutdown: constant(true) }) })
  const script = record({ lives: array(life, { maxLength: lives }), always: fields<ScriptedLife>(each) })
  return script.map((full) => shortened(failsAtFirst ? full : withFirstStart(full)))
}

function withFirstStart({ lives = [], ...script }: ChildScript): ChildScript {
  const [{ start: _, ...first } = {}, ...others] = lives
  return { ...script, lives: [first, ...others] }
}

/** The same script without what is so anyway. */
function shortened({ lives = [], always = {} }: ChildScript): ChildScript {
  const short = withoutLast(lives.map(shortLife), (life) => Object.keys(life).length === 0)
  const all = shortLife(always)
  return { ...(short.length > 0 && { lives: short }), ...(Object.keys(all).length > 0 && { always: all }) }
}

function shortLife({ messages = [], ignoresShutdown, ...life }: ScriptedLife): ScriptedLife {
  const short = withoutLast(messages, (act) => act === 'ok')
  return { ...life, ...(short.length > 0 && { messages: short }), ...(ignoresShutdown === true && { ignoresShutdown }) }
}

function withoutLast<T>(all: readonly T[], isNothing: (one: T) => boolean): readonly T[] {
  return all.slice(0, all.findLastIndex((one) => !isNothing(one)) + 1)
}
