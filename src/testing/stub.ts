import type { Kind } from '../behaviors/kind.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import type { Behavior } from '../runtime/behavior.ts'

/**
 * A kind of actor with the messages of another one and none of its code: for a tree in which `sim.probe` is to stand there.
 * Without a probe it takes every message that the other one would take, and answers none.
 *
 * @throws {ConfigurationError} if it is given no kind of actor.
 * @example
 * ```ts
 * import { actor, child, message, supervisor } from 'coppice'
 * import { simulate, stub } from 'coppice/testing'
 *
 * const Bank = actor('bank', {
 *   initial: () => {
 *     throw new Error('there is no bank here')
 *   },
 *   handlers: ({ call }) => ({ charge: call(message<number>(), ({ input }) => ({ reply: `charged ${input}` })) }),
 * })
 * await simulate(supervisor({}, { bank: child(stub(Bank)) }), {}, async (sim) => {
 *   const bank = sim.probe(sim.tree.bank)
 *   const answer = sim.tree.bank.call.charge(5)
 *   const charge = await bank.expectMessage('charge')
 *   console.log(charge.input) // => 5
 *   charge.reply('charged')
 *   console.log(await sim.until(answer)) // => charged
 * })
 * ```
 */
export function stub<Args, State, Ref, Handlers>(
  definition: Kind<Args, State, Ref, Handlers>,
): Kind<undefined, undefined, Ref, Handlers> {
  const inner = (definition as Partial<typeof definition> | undefined)?.behavior
  if (inner === undefined)
    throw new ConfigurationError({
      path: 'stub',
      rule: 'must be given a kind of actor, such as actor(…) makes',
      value: definition,
    })
  const behavior: Behavior<undefined, undefined> = {
    name: `${inner.name} (stub)`,
    version: 1,
    hooks: {},
    ...(inner.calls !== undefined && { calls: inner.calls }),
    check: (message) => inner.check(message),
    initial: () => undefined,
    handle: (state) => ({ state }),
  }
  return { name: behavior.name, behavior, reference: (port, id) => definition.reference(port, id) }
}
