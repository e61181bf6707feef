import type { Violation } from '../protocol/errors.ts'
import type { Middleware } from '../runtime/middleware.ts'
import { asOptions, isOptions, refuseIf, unknownNames } from '../supervision/specs/option-checks.ts'

/** Functions around every send and every handling; of several, the first is the outermost. */
export type MiddlewareOption = Middleware | readonly Middleware[]

const names = ['name', 'send', 'handle'] as const satisfies readonly (keyof Middleware)[]

/** What is wrong with the option, in the order in which it is checked. */
export function middlewareViolations(given: unknown): readonly Violation[] {
  if (given === undefined) return []
  if (!isList(given)) return violationsOf('start: middleware', given)
  return given.flatMap((one, i) => violationsOf(`start: middleware[${i}]`, one))
}

/** The list of an option that has been checked; nothing where nothing would be run. */
export function readMiddleware(given: MiddlewareOption | undefined): readonly Middleware[] | undefined {
  const list = given === undefined ? [] : isList(given) ? given : [given]
  return list.some(({ send, handle }) => send !== undefined || handle !== undefined) ? [...list] : undefined
}

function isList<T>(given: T | readonly T[]): given is readonly T[] {
  return Array.isArray(given)
}

function violationsOf(at: string, given: unknown): readonly Violation[] {
  const options = asOptions(given)
  const remedy = 'Write middleware: { send: (message, next) => next(), handle: (message, next) => next() }'
  if (!isOptions(given)) return [{ path: at, rule: 'must be an object', value: given, remedy }]
  return [
    // One that has more to it is told from one that is misspelt.
    ...(options['send'] === undefined && options['handle'] === undefined ? unknownNames(`${at}.`, given, names) : []),
    ...refuseIf(options['name'] !== undefined && typeof options['name'] !== 'string', {
      path: `${at}.name`,
      rule: 'must be a text',
      value: options['name'],
    }),
    ...(['send', 'handle'] as const).flatMap((name) =>
      refuseIf(options[name] !== undefined && typeof options[name] !== 'function', {
        path: `${at}.${name}`,
        rule: 'must be a function',
        value: options[name],
        remedy,
      }),
    ),
  ]
}
