import { ConfigurationError } from '../protocol/errors.ts'
import type { ForgetOptions } from './forgetting.ts'

/** The options of `forget`, checked and filled in. */
export function readForgetOptions(options: unknown = {}): Required<ForgetOptions> {
  if (typeof options !== 'object' || options === null)
    throw new ConfigurationError({ path: 'forget: options', rule: 'must be an object', value: options })
  for (const [name, value] of Object.entries(options))
    if (name !== 'below' && name !== 'unhandled')
      throw new ConfigurationError({
        path: `forget: ${name}`,
        rule: 'is no option',
        value,
        remedy: 'The options are below and unhandled.',
      })
  const { below = false, unhandled = 'refuse' } = options as { readonly below?: unknown; readonly unhandled?: unknown }
  if (typeof below !== 'boolean')
    throw new ConfigurationError({ path: 'forget: below', rule: 'must be true or false', value: below })
  if (unhandled !== 'refuse' && unhandled !== 'discard')
    throw new ConfigurationError({ path: 'forget: unhandled', rule: 'must be "refuse" or "discard"', value: unhandled })
  return { below, unhandled }
}
