import { durationMs, type Duration } from '../protocol/duration.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import type { StandardSchema } from '../behaviors/schema.ts'

/**
 * What a scripted child does in place of its work, or before it: nothing (`ok`), throw, never end, end with a reason of its
 * own, or take so much time first. Where it handles a message, `exit` is the end after the turn; elsewhere it is the end there
 * and then.
 */
export type Act =
  | 'ok'
  | 'crash'
  | 'hang'
  /** The message of the error. */
  | { readonly crash: string }
  | { readonly exit: ExitReason }
  | { readonly takes: Duration; readonly then?: Act }

/** As {@link Act}; with `ignore` there is no actor this time, and that is fine. */
export type StartAct = Act | 'ignore'

/** What one incarnation of a scripted child does; what is not said is `ok`. */
export interface ScriptedLife {
  /** When it starts. */
  readonly start?: StartAct
  /** With its messages, one after another; after the last of these, `ok`. */
  readonly messages?: readonly Act[]
  /** When it ends, for whatever reason; not when it is killed. */
  readonly stop?: Act
  /** It does not end when it is told to: by `shutdown`, as supervisors do, it has to be killed. */
  readonly ignoresShutdown?: boolean
}

/**
 * What a scripted child does: one life after another, and what holds for all where a life does not say. An incarnation that
 * does not come up counts, too.
 */
export interface ChildScript {
  /** The first incarnation, the second, … */
  readonly lives?: readonly ScriptedLife[]
  /** Every incarnation, as far as its own life does not say otherwise. */
  readonly always?: ScriptedLife
}

/** What the incarnation with this number does, of those that a script speaks of: 1 is the first. */
export function lifeIn({ lives = [], always }: ChildScript, number: number): ScriptedLife {
  return { ...always, ...lives[number - 1] }
}

/** @throws {ConfigurationError} naming the entry and the rule that is broken. */
export function checkScript(script: ChildScript, path = 'scripted'): void {
  checkFields(script, path, ['lives', 'always'])
  const { lives = [], always } = script
  if (!Array.isArray(lives)) throw new ConfigurationError({ path: `${path}: lives`, rule: 'must be an array', value: lives })
  for (const [index, life] of lives.entries()) checkLife(life as ScriptedLife, `${path}: lives[${index}]`)
  if (always !== undefined) checkLife(always, `${path}: always`)
}

/** Acts as the input of a message; nothing stands for what the script says. */
export const actSchema: StandardSchema<Act | undefined> = schemaOf((given) => {
  if (given !== undefined) checkAct(given as Act, 'act')
})

/** Scripts as the input of a message. */
export const scriptSchema: StandardSchema<ChildScript> = schemaOf((given) => checkScript(given as ChildScript, 'script'))

function checkLife(life: ScriptedLife, path: string): void {
  checkFields(life, path, ['start', 'messages', 'stop', 'ignoresShutdown'])
  const { start, messages = [], stop, ignoresShutdown = false } = life
  if (start !== undefined && start !== 'ignore') checkAct(start, `${path}: start`)
  if (!Array.isArray(messages))
    throw new ConfigurationError({ path: `${path}: messages`, rule: 'must be an array of acts', value: messages })
  for (const [index, act] of messages.entries()) checkAct(act as Act, `${path}: messages[${index}]`)
  if (stop !== undefined) checkAct(stop, `${path}: stop`)
  if (typeof ignoresShutdown !== 'boolean')
    throw new ConfigurationError({ path: `${path}: ignoresShutdown`, rule: 'must be true or false', value: ignoresShutdown })
}

function checkAct(act: Act, path: string): void {
  if (act === 'ok' || act === 'crash' || act === 'hang') return
  const rule = 'must be "ok", "crash", "hang", { crash: "why" }, { exit: reason } or { takes: "3s", then: … }'
  if (typeof act !== 'object' || act === null) throw new ConfigurationError({ path, rule, value: act })
  if ('takes' in act) {
    checkFields(act, path, ['takes', 'then'])
    durationMs(act.takes, `${path}: takes`)
    if (act.then !== undefined) checkAct(act.then, `${path}: then`)
    return
  }
  const isCrash = 'crash' in act && Object.keys(act).length === 1 && typeof act.crash === 'string'
  const isExit =
    'exit' in act && Object.keys(act).length === 1 && typeof (act.exit as Partial<ExitReason> | null)?.type === 'string'
  if (!isCrash && !isExit) throw new ConfigurationError({ path, rule, value: act })
}

function checkFields(given: object, path: string, names: readonly string[]): void {
  if (typeof given !== 'object' || given === null)
    throw new ConfigurationError({ path, rule: 'must be an object', value: given, remedy: `Its fields are ${names.join(', ')}` })
  for (const [name, value] of Object.entries(given))
    if (!names.includes(name)) {
      const remedy = `The fields are ${names.join(', ')}`
      throw new ConfigurationError({ path: `${path}: ${name}`, rule: 'is not a field', value, remedy })
    }
}

function schemaOf<T>(check: (value: unknown) => void): StandardSchema<T> {
  const validate = (value: unknown): { value: T } | { issues: { message: string }[] } => {
    try {
      check(value)
      return { value: value as T }
    } catch (error) {
      return { issues: [{ message: error instanceof Error ? error.message : String(error) }] }
    }
  }
  return { '~standard': { version: 1, vendor: 'coppice', validate } }
}
