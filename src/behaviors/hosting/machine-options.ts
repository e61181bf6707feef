import { ConfigurationError, describeValue } from '../../protocol/errors.ts'
import type { Hooks } from '../../runtime/behavior.ts'

/** What is common to the options of machines and other logic. */
export interface CheckedOptions {
  readonly version: number
  readonly migrate: Readonly<Record<number, (old: unknown) => unknown>>
  readonly hooks: Hooks<unknown, unknown>
}

const hookNames = ['init', 'restart', 'term'] as const

/** Checks name and options of a definition, `own` being the options that only this kind has. */
export function checkHostedOptions(
  kind: string,
  name: unknown,
  { options, own }: { readonly options: unknown; readonly own: readonly string[] },
): CheckedOptions {
  if (typeof name !== 'string' || name === '')
    throw new ConfigurationError({ path: `${kind}: name`, rule: 'must be a text of at least one character', value: name })
  const path = `${kind} "${name}"`
  if (typeof options !== 'object' || options === null)
    throw new ConfigurationError({ path: `${path}: options`, rule: 'must be an object', value: options })
  const given = options as Record<string, unknown>
  const allowed = ['version', 'migrate', ...hookNames, ...own]
  for (const option of Object.keys(given))
    if (!allowed.includes(option)) {
      const remedy = `The options are ${allowed.join(', ')}; how it is supervised is said by child(…)`
      throw new ConfigurationError({ path: `${path}: ${option}`, rule: 'is not an option', value: given[option], remedy })
    }
  for (const hook of hookNames)
    if (given[hook] !== undefined && typeof given[hook] !== 'function')
      throw new ConfigurationError({ path: `${path}: ${hook}`, rule: 'must be a function', value: given[hook] })
  const version = given['version'] ?? 1
  const migrate = (given['migrate'] ?? {}) as Record<number, (old: unknown) => unknown>
  checkVersion(path, version, migrate)
  return {
    version,
    migrate,
    hooks: Object.fromEntries(hookNames.flatMap((hook) => (given[hook] === undefined ? [] : [[hook, given[hook]]]))),
  }
}

function checkVersion(path: string, version: unknown, migrate: object): asserts version is number {
  if (!Number.isInteger(version) || (version as number) < 1)
    throw new ConfigurationError({ path: `${path}: version`, rule: 'must be an integer >= 1', value: version })
  for (const [from, step] of Object.entries(migrate)) {
    if (typeof step !== 'function')
      throw new ConfigurationError({ path: `${path}: migrate[${from}]`, rule: 'must be a function', value: step })
    if (!(Number(from) >= 1 && Number(from) < (version as number)))
      throw new ConfigurationError({
        path: `${path}: migrate[${from}]`,
        rule: `must start from a version before the present one (${describeValue(version)})`,
        value: Number(from),
        remedy: 'Raise `version` together with each step',
      })
  }
}
