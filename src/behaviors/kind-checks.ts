import { ConfigurationError } from '../protocol/errors.ts'

/** Checks the name of a kind of actor. */
export function checkKindName(maker: string, name: unknown): void {
  if (typeof name === 'string' && name !== '') return
  throw new ConfigurationError({ path: `${maker}: name`, rule: 'must be a text of at least one character', value: name })
}

/** What an option must be that is no function. */
const shapes: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  version: (value) => (Number.isInteger(value) && (value as number) >= 1 ? undefined : 'must be an integer >= 1'),
  migrate: (value) => (typeof value === 'object' && value !== null ? undefined : 'must be { [version]: step }'),
  message: (value) =>
    typeof (value as { readonly '~standard'?: { readonly validate?: unknown } } | null)?.['~standard']?.validate === 'function'
      ? undefined
      : 'must be a Standard Schema or message<T>()',
  trapExits: (value) => (typeof value === 'boolean' ? undefined : 'must be true or false'),
}
const mustBeFunction = (value: unknown): string | undefined => (typeof value === 'function' ? undefined : 'must be a function')

/** Checks the options of a kind of actor: every one is known, and what it must be. */
export function checkKindOptions(path: string, options: unknown, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw new ConfigurationError({ path, rule: `must be given an object of options: ${names.join(', ')}`, value: options })
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name))
      throw new ConfigurationError({
        path: `${path}: ${name}`,
        rule: 'is not an option',
        value,
        remedy: `The options are ${names.join(', ')}`,
      })
    const rule = value === undefined ? undefined : (shapes[name] ?? mustBeFunction)(value)
    if (rule !== undefined) throw new ConfigurationError({ path: `${path}: ${name}`, rule, value })
  }
}
