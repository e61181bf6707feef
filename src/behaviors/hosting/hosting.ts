import type { ActorId } from '../../protocol/actor-id.ts'
import { ConfigurationError, InternalError } from '../../protocol/errors.ts'
import { crash, normal } from '../../protocol/exit-reason.ts'
import type { Life } from '../../runtime/anatomy.ts'
import type { Context } from '../../runtime/context.ts'
import { LiveContext } from '../../runtime/live-context.ts'
import type { ChildOrder } from './child-order.ts'
import type { HostedAction, HostedEvent } from './hosted-logic.ts'
import {
  isReference,
  isStoredRef,
  NotThereError,
  replaced,
  StandIn,
  type Address,
  type Sender,
  type StoredRef,
} from './stand-in.ts'

/** What xstate's functions are given to act by: everything in it asks the host. */
export interface Scope {
  readonly self: Self
  readonly system: unknown
  /** Taken apart and put together again by xstate while it works. */
  actionExecutor: (action: HostedAction) => void
  readonly [other: string]: unknown
}

/** The actor itself, as its logic knows it. */
export interface Self {
  readonly id: string
  readonly _parent: StandIn | undefined
  readonly [other: string]: unknown
}

/** One incarnation of an actor that runs logic of xstate: what that logic may reach of the world, by our own means. */
export abstract class Hosting implements Sender {
  readonly life: Life
  readonly self: Self
  readonly scope: Scope
  /** What the logic was started for, if it is the child of a machine. */
  order: ChildOrder | undefined = undefined
  /** What messages leave by: the context of the turn while there is one. */
  protected context: Context
  readonly #system: Record<string, unknown>
  readonly #sendsTo: ActorId | undefined

  constructor(life: Life, sendsTo?: ActorId) {
    this.life = life
    this.context = life.context
    this.#system = this.#makeSystem()
    this.#sendsTo = sendsTo
    this.self = this.#makeSelf()
    this.scope = this.#makeScope()
  }

  /** Whom the logic sends back to. */
  protected parent(): StandIn | undefined {
    const parent = this.order?.parent ?? this.#sendsTo
    return parent === undefined ? undefined : this.standInFor({ actor: parent })
  }

  abstract send(to: StandIn, event: HostedEvent): void

  /** What `self.send` and everything that xstate sends by itself comes to. */
  protected abstract relay(to: unknown, event: HostedEvent): void

  protected abstract snapshotNow(): unknown

  protected abstract bookId(): string

  protected abstract take(action: HostedAction): void

  /** The identity that is meant by an address. */
  protected abstract actorOf(address: Address): ActorId | undefined

  /** Whom a reference means: this actor itself, or another one. */
  protected addressOf(ref: unknown): Address {
    if (ref === this.self) return { actor: this.life.id }
    if (ref instanceof StandIn) return ref.address
    const child = ref as { readonly id?: unknown; readonly _parent?: unknown } | undefined
    // What xstate has made in this very turn.
    if (child?._parent === this.self && typeof child.id === 'string') return { child: child.id }
    throw new NotThereError(`machine ${this.life.id}: an event was sent to what is no reference of this machine: ${String(ref)}`)
  }

  standInFor(address: Address): StandIn {
    return new StandIn(address, { sender: this, system: this.#system, parent: 'child' in address ? this.self : undefined })
  }

  /** For the state: references as data, those of children by their ids alone. */
  protected stored(value: unknown, before?: unknown): unknown {
    return replaced(value, (part) => (isReference(part) ? this.#storedRef(part, (address) => address) : undefined), before)
  }

  /** For another actor: references as data that it understands. */
  protected outgoing(value: unknown): unknown {
    const absolute = (address: Address): Address => ({ actor: this.actorOf(address) ?? 'nobody' })
    return replaced(value, (part) => {
      if (isReference(part)) return this.#storedRef(part, absolute)
      return undefined
    })
  }

  /** References instead of the data that they are stored and sent as. */
  protected revived(value: unknown): unknown {
    return replaced(value, (part) => {
      if (!isStoredRef(part)) return undefined
      return this.standInFor(part.actor === undefined ? { child: part.id } : { actor: part.actor })
    })
  }

  /** The event that a message brings. */
  incoming(name: string, input: unknown): HostedEvent {
    return { ...(this.revived(input) as object | undefined), type: name }
  }

  /** Sends an event to an actor: its type is the name of the message, the rest its input. */
  protected castTo(actor: ActorId, event: HostedEvent): Promise<void> {
    const { type, ...rest } = event
    const input = Object.keys(rest).length === 0 ? undefined : this.outgoing(rest)
    return this.context.cast(actor, type, input)
  }

  /** Runs code whose messages are part of the turn of `context`. */
  protected within<T>(context: Context, code: () => T): T {
    this.context = context
    try {
      return code()
    } finally {
      this.context = this.life.context
    }
  }

  /** The logic has reached its end: its machine is told, and then this actor ends. */
  protected finish(output: unknown): void {
    this.life.cell.world.emit({ type: 'finished', id: this.life.id, incarnation: this.life.number, output })
    this.#tellDone(output).then(
      () => this.life.isActive && this.life.context.stop(normal),
      (error: unknown) => this.life.end(crash(error), 'orderly'),
    )
  }

  /** Tells the machine that has asked for it what has become of its child. */
  protected tellSnapshot(snapshot: object): void {
    const { order } = this
    if (order?.sync !== true) return
    void this.castTo(order.parent, { type: `xstate.snapshot.${order.id}`, session: order.session, snapshot })
  }

  async #tellDone(output: unknown): Promise<void> {
    const { order } = this
    if (order === undefined) return
    await this.castTo(order.parent, { type: `xstate.done.actor.${order.id}`, session: order.session, output, actorId: order.id })
  }

  #storedRef(ref: object, place: (address: Address) => Address): StoredRef {
    const address = place(this.addressOf(ref))
    return 'child' in address
      ? { xstate$$type: 1, id: address.child }
      : { xstate$$type: 1, id: address.actor, actor: address.actor }
  }

  #makeSelf(): Self {
    const { life } = this
    const parent = (): StandIn | undefined => this.parent()
    const self = {
      id: life.id,
      sessionId: life.id,
      system: this.#system,
      get _parent(): StandIn | undefined {
        return parent()
      },
      send: (event: HostedEvent) => this.relay(self, event),
      getSnapshot: () => this.snapshotNow(),
      subscribe: () => notThere(life.id),
      on: () => notThere(life.id),
      toJSON: () => ({ xstate$$type: 1, id: life.id, actor: life.id }),
    }
    return Object.assign(self, { ref: self })
  }

  #makeScope(): Scope {
    const { self, life } = this
    return {
      self,
      id: self.id,
      sessionId: life.id,
      system: this.#system,
      logger: () => undefined,
      defer: () => undefined,
      stopChild: () => undefined,
      emit: (event: HostedEvent) => this.emit(event),
      actionExecutor: (action) => this.take(action),
    }
  }

  protected emit(event: HostedEvent): void {
    const { life } = this
    if (life.isActive) life.cell.world.emit({ type: 'emitted', id: life.id, incarnation: life.number, event })
  }

  /** A system of xstate without clock, registry and counter of its own: a path in the tree takes the place of a system id. */
  #makeSystem(): Record<string, unknown> {
    const nothing = (): void => undefined
    return {
      get: (path: string) => this.standInFor({ actor: path }),
      getAll: () => ({}),
      inspect: () => notThere(this.life.id),
      getSnapshot: () => ({ _scheduledEvents: {} }),
      start: nothing,
      scheduler: { schedule: nothing, cancel: nothing, cancelAll: nothing },
      _bookId: () => this.bookId(),
      _register: (id: string) => id,
      _unregister: nothing,
      _set: (systemId: string) => refuseSystemId(this.life.id, systemId),
      _relay: (_source: unknown, to: unknown, event: HostedEvent) => this.relay(to, event),
      _sendInspectionEvent: nothing,
      _logger: nothing,
      _clock: {},
    }
  }
}

/** The incarnation that a context belongs to. */
export function lifeOf(context: Context): Life {
  if (context instanceof LiveContext) return context.life
  throw new InternalError('a behavior was given a context that belongs to no incarnation', context)
}

function notThere(id: ActorId): never {
  throw new NotThereError(`${id} is run by coppice: listen to the events of the tree in place of subscribing to it`)
}

function refuseSystemId(id: ActorId, systemId: string): never {
  throw new ConfigurationError({
    path: `${id}: systemId`,
    rule: 'is not supported',
    value: systemId,
    remedy: 'Reach actors by their path in the tree: system.get("shop/db")',
  })
}
