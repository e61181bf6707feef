import { childId, displayId, type ActorId } from '../../protocol/actor-id.ts'
import { durationMs, durationOrInfinityMs } from '../../protocol/duration.ts'
import { ConfigurationError, type Violation } from '../../protocol/errors.ts'
import { nameKey } from '../../runtime/names.ts'
import type { AutoShutdown } from './auto-shutdown.ts'
import { readCheckpoint } from './checkpoint-option.ts'
import { defaultMaxAttempts, defaultShutdown, type ChildOptions, type ChildSettings } from './child-options.ts'
import { childNames, childRules } from './child-rules.ts'
import { readExtras } from './child-extras.ts'
import type { ChildSpec } from './child-spec.ts'
import { readMailbox } from './mailbox-option.ts'
import { asOptions, isKey, isOptions, keyRule, refuseIf, unknownNames } from './option-checks.ts'
import { defaultIntensity, type SupervisorOptions, type SupervisorSettings } from './supervisor-options.ts'
import {
  dynamicNames,
  groupRestoreRule,
  intensityElsewhere,
  strategyRule,
  supervisorNames,
  supervisorRules,
} from './supervisor-rules.ts'

/** What was given for a supervisor. */
export interface SupervisorDefinition {
  /** Its place in the tree. */
  readonly at: ActorId
  readonly options: unknown
  /** What the members of a dynamic supervisor are; workers if not given. */
  readonly members?: ChildSpec['type']
  /** Of the members of a dynamic supervisor. */
  readonly behavior?: unknown
}

/** What was given for a child. */
export interface ChildDefinition {
  /** The place of its supervisor in the tree. */
  readonly parent: ActorId
  readonly id: unknown
  /** What is started: a behavior, or the definition of a supervisor. */
  readonly start: unknown
  readonly type: ChildSpec['type']
  readonly options: unknown
  /** Of its supervisor. */
  readonly autoShutdown: AutoShutdown
}

/** The settings of a dynamic supervisor, and those of each of its members. */
export interface DynamicSettings {
  readonly supervisor: SupervisorSettings
  readonly members: ChildSettings
}

/** Everything that is wrong with the options of a supervisor, in the order of the rules. */
export function supervisorViolations(definition: SupervisorDefinition): readonly Violation[] {
  return [...brokenBySupervisor(definition)]
}

/** Everything that is wrong with the options of a dynamic supervisor, those of its members included. */
export function dynamicViolations(definition: SupervisorDefinition): readonly Violation[] {
  return [...brokenByDynamic(definition)]
}

/** Everything that is wrong with a child, in the order of the rules: OTP's `supervisor:check_childspecs/2`, then ours. */
export function childViolations(definition: ChildDefinition): readonly Violation[] {
  return [...brokenByChild(definition)]
}

/**
 * The settings of a supervisor.
 *
 * @throws {ConfigurationError} naming the first rule that is broken.
 */
export function supervisorSettings(definition: SupervisorDefinition): SupervisorSettings {
  throwFirst(brokenBySupervisor(definition))
  return readSupervisor(definition)
}

/**
 * The settings of a dynamic supervisor and of its members, whose options are given in one object.
 *
 * @throws {ConfigurationError} naming the first rule that is broken.
 */
export function dynamicSettings(definition: SupervisorDefinition): DynamicSettings {
  throwFirst(brokenByDynamic(definition))
  return { supervisor: readSupervisor(definition), members: readChild(definition.options, definition.members ?? 'worker') }
}

/**
 * The settings of a child.
 *
 * @throws {ConfigurationError} naming the first rule that is broken.
 */
export function childSettings(definition: ChildDefinition): ChildSettings {
  throwFirst(brokenByChild(definition))
  return readChild(definition.options, definition.type)
}

function* brokenBySupervisor({ at: id, options: given }: SupervisorDefinition): Generator<Violation> {
  const at = `${displayId(id)}: `
  const options = asOptions(given)
  yield* notOptions(at, given)
  yield* unknownNames(at, given, supervisorNames, intensityElsewhere)
  yield* strategyRule({ at, options })
  yield* groupRestoreRule({ at, options })
  for (const rule of supervisorRules) yield* rule({ at, options })
}

function* brokenByDynamic(definition: SupervisorDefinition): Generator<Violation> {
  const { at: id, options: given, behavior, members = 'worker' } = definition
  const at = `${displayId(id)}: `
  const options = asOptions(given)
  yield* notOptions(at, given)
  yield* unknownNames(at, given, [...dynamicNames, ...childNames.filter((name) => !(name in ofOneMember))], {
    ...intensityElsewhere,
    ...ofOneMember,
    strategy: 'A dynamic supervisor has none: each member is restarted alone',
  })
  for (const rule of supervisorRules) yield* rule({ at, options })
  const calls = callsOf(behavior)
  for (const rule of childRules) yield* rule({ at, options, type: members, autoShutdown: options['autoShutdown'], calls })
}

/** Options of a child that the members of a dynamic supervisor cannot have in common. */
const ofOneMember = {
  args: 'Give them to each member when it is started',
  name: 'A member is known by its key',
  namespace: 'A member is known by its key',
  gate: 'Members depend on no sibling',
  independent: 'Members are started one by one, and stop at the same time anyway',
} as const

function* brokenByChild({ parent, id, start, type, options: given, autoShutdown }: ChildDefinition): Generator<Violation> {
  const at = isKey(id) ? `${childId(parent, id)}: ` : `${displayId(parent)}, a child: `
  yield* refuseIf(!isKey(id), { path: `${at}id`, rule: keyRule, value: id })
  yield* refuseIf(start === null || (typeof start !== 'object' && typeof start !== 'function'), {
    path: `${at}start`,
    rule: 'must be a behavior or a supervisor',
    value: start,
  })
  yield* notOptions(at, given)
  yield* unknownNames(at, withoutType(given), childNames)
  for (const rule of childRules) yield* rule({ at, options: asOptions(given), type, autoShutdown, calls: callsOf(start) })
}

/** The calls of what is started, if it says which there are. */
function callsOf(start: unknown): readonly string[] | undefined {
  const { calls } = asOptions(start)
  return Array.isArray(calls) ? calls.map(String) : undefined
}

/** Of the type there is a rule among those of OTP. */
function withoutType(given: unknown): object {
  const { type: _, ...options } = asOptions(given)
  return options
}

function notOptions(at: string, given: unknown): readonly Violation[] {
  const broken = given !== undefined && !isOptions(given)
  return refuseIf(broken, { path: `${at}options`, rule: 'must be an object', value: given })
}

function throwFirst(broken: Iterable<Violation>): void {
  for (const violation of broken) throw new ConfigurationError(violation)
}

function readSupervisor({ options }: SupervisorDefinition): SupervisorSettings {
  // The rules have seen them.
  const given = asOptions(options) as SupervisorOptions
  const { strategy = 'one_for_one', intensity = defaultIntensity, autoShutdown = 'never' } = given
  const { restarts, within } = intensity
  return { strategy, intensity: { restarts, withinMs: durationMs(within, 'intensity.within') }, autoShutdown }
}

function readChild(options: unknown, type: ChildSpec['type']): ChildSettings {
  // The rules have seen them.
  const given = asOptions(options) as ChildOptions
  const { restart = 'permanent', shutdown = defaultShutdown[type], significant = false } = given
  const { state, maxAttempts = defaultMaxAttempts, allowStateLoss = false, checkpoint, hooks, fallback, mailbox } = given
  const { retries, whenDown, args, name, namespace } = given
  return {
    restart,
    shutdown: shutdown === 'kill' ? 'kill' : durationOrInfinityMs(shutdown, 'shutdown'),
    significant,
    state,
    maxAttempts,
    allowStateLoss,
    checkpoints: checkpoint && readCheckpoint(checkpoint),
    hooks,
    fallback,
    calls: { ...(retries !== undefined && { retries }), ...(whenDown !== undefined && { whenDown }) },
    mailbox: mailbox && readMailbox(mailbox),
    args,
    name: name === undefined ? undefined : nameKey(name, { namespace }),
    extras: readExtras(given),
  }
}
