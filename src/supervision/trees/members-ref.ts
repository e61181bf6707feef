import { checkKey, childId, displayId, type ActorId } from '../../protocol/actor-id.ts'
import type { CallOptions, Port, Referable } from '../../runtime/context.ts'
import type { ChildInfo, SupervisorReply } from '../machine/commands.ts'
import { errorOf } from '../errors.ts'
import { placed, type OfSupervisor } from './supervisor-place.ts'

/** The members of a dynamic supervisor, as those who use them see them. */
export interface MembersRef<Args, Ref> extends OfSupervisor {
  readonly id: ActorId
  /**
   * Starts a member under a key of its own; resolves when it is up, and, if its state is kept in a store, will be in the next
   * process. One that lived before under this key goes on with its stored state.
   *
   * @throws {AlreadyStartedError} if there is a member with this key; nothing was started.
   * @throws {ChildStartFailedError} if it could not be started, or its arguments cannot be stored; nothing of it is left.
   * @throws {ConfigurationError} if the key is not a string of 1 to 512 characters; nothing was started.
   */
  start(...args: [...MemberArguments<Args>, options?: CallOptions]): Promise<Ref>
  /** As {@link start}; a member that is there already is fine. */
  ensure(...args: [...MemberArguments<Args>, options?: CallOptions]): Promise<Ref>
  /** The address of the member with this key, whether there is one or not: calls to one that is not there reject with `noproc`. */
  get(key: string): Ref
  /**
   * Stops a member for good: it does not come back in the next process. What is stored of it stays, and a later
   * {@link start} goes on from there.
   *
   * @throws {UnknownChildError} if there is no member with this key; nothing was stopped.
   */
  stop(key: string, options?: CallOptions): Promise<void>
  /** The keys of all members, in the order in which they were started. */
  keys(options?: CallOptions): Promise<string[]>
  /** The members that run. */
  count(options?: CallOptions): Promise<number>
}

/** What a member is started with: its key, and the arguments if `initial` takes some. */
export type MemberArguments<Args> = undefined extends Args ? [key: string, args?: Args] : [key: string, args: Args]

/** Makes the reference of a dynamic supervisor at `id`. */
export function makeMembersRef<Args, Ref>(definition: Referable<Ref>, port: Port, id: ActorId): MembersRef<Args, Ref> {
  const ask = async (request: string, input: unknown, options?: CallOptions): Promise<SupervisorReply> => {
    const reply = (await port.call(id, request, input, options)) as SupervisorReply
    if (reply.status === 'error') throw errorOf(id, reply.error)
    return reply
  }
  const get = (key: string): Ref => definition.reference(port, childId(id, key))
  const begin =
    (request: 'startMember' | 'ensureMember') =>
    async (...given: readonly unknown[]): Promise<Ref> => {
      const [key, args, options] = given as [string, unknown, CallOptions | undefined]
      checkKey(key, `${displayId(id)}: key of a member`)
      await ask(request, { key, args }, options)
      return get(key)
    }
  const children = async (options?: CallOptions): Promise<readonly ChildInfo[]> => {
    const reply = await ask('whichChildren', undefined, options)
    return reply.status === 'children' ? reply.children : []
  }
  const reference: Omit<MembersRef<Args, Ref>, keyof OfSupervisor> = {
    id,
    start: begin('startMember'),
    ensure: begin('ensureMember'),
    get,
    stop: async (key, options) => void (await ask('terminateChild', { id: key }, options)),
    keys: async (options) => (await children(options)).map((info) => info.id).reverse(),
    count: async (options) => (await children(options)).filter((info) => info.status === 'running').length,
  }
  return placed(reference, { id, port })
}
