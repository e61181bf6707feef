import type { ActorId } from '../../protocol/actor-id.ts'
import { CoppiceError } from '../../protocol/errors.ts'
import type { HostedEvent } from './hosted-logic.ts'

/** Something of an xstate actor was asked for that an actor elsewhere does not have. Nothing was done. */
export class NotThereError extends CoppiceError {
  override readonly name = 'NotThereError'
  readonly code = 'not-there'
}

/** Sends on behalf of the actor that a stand-in was given to. */
export interface Sender {
  send(to: StandIn, event: HostedEvent): void
}

/** Whom a stand-in stands for: one of its owner's own children, or any actor of the tree. */
export type Address = { readonly child: string } | { readonly actor: ActorId }

/** How a stand-in is stored and sent; xstate writes its references in the same way. */
export interface StoredRef {
  readonly xstate$$type: 1
  readonly id: string
  /** Nothing for a child of who stores it: its identity is another one in each incarnation. */
  readonly actor?: ActorId
}

/** What logic of xstate knows another actor by: a reference of xstate as far as it can be one. */
export class StandIn {
  readonly id: string
  readonly sessionId: string
  readonly ref = this
  readonly address: Address
  readonly system: unknown
  readonly _parent: unknown
  readonly #sender: Sender

  constructor(address: Address, owner: { readonly sender: Sender; readonly system: unknown; readonly parent?: unknown }) {
    this.id = 'child' in address ? address.child : address.actor
    this.sessionId = this.id
    this.address = address
    this.system = owner.system
    this._parent = owner.parent
    this.#sender = owner.sender
  }

  send = (event: HostedEvent): void => this.#sender.send(this, event)

  getSnapshot(): never {
    throw new NotThereError(
      `the snapshot of "${this.id}" is another actor's: have it sent by onSnapshot, or ask for what is needed`,
    )
  }

  subscribe(): never {
    throw new NotThereError(`"${this.id}" is an actor of its own and cannot be subscribed to; it can send events`)
  }

  on(): never {
    return this.subscribe()
  }
}

export function isStoredRef(value: object): value is StoredRef {
  return 'xstate$$type' in value && value.xstate$$type === 1 && 'id' in value && typeof value.id === 'string'
}

/** As xstate tells its references. */
export function isReference(value: object): boolean {
  return value instanceof StandIn || ('sessionId' in value && 'send' in value && 'ref' in value)
}

const maxDepth = 500

/**
 * A copy of `value` in which everything that `replace` gives something for is replaced; `value` itself if there is nothing, and
 * every part of it in which there is nothing. What is the same as in `before` is not looked into: it was replaced already.
 */
export function replaced(value: unknown, replace: (part: object) => unknown, before?: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || value === before || depth > maxDepth) return value
  const instead = replace(value)
  if (instead !== undefined) return instead
  if (!isPlain(value)) return value
  const old = typeof before === 'object' && before !== null ? (before as Record<string, unknown>) : {}
  let copy: Record<string, unknown> | undefined
  for (const [key, part] of Object.entries(value)) {
    const next = replaced(part, replace, old[key], depth + 1)
    if (next === part) continue
    // An array is copied as one; its elements are its fields.
    copy ??= (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>
    copy[key] = next
  }
  return copy ?? value
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null
}
