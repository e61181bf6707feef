import type { ActorId } from '../../protocol/actor-id.ts'
import type { RefData } from '../../protocol/ref-data.ts'

/** What can be asked over a link by `ctx.request`. The property is never there: it carries the types. */
export interface Askable<Calls> {
  readonly id: ActorId
  readonly asks?: Calls
}

/** A typed address of an actor of another store, with what can wait in an outbox: casts, and requests. */
export type LinkedRef<Ref> = { readonly id: ActorId; toJSON(): RefData } & (Ref extends { readonly cast: infer Casts }
  ? { readonly cast: Casts }
  : unknown) &
  (Ref extends { readonly call: infer Calls } ? Askable<Calls> : unknown)

/** A definition, such as `actor()` gives, as far as it makes references. */
export interface Refers<Ref> {
  reference(port: never, id: ActorId): Ref
}

/** The actors of another store. */
export interface LinkedActors {
  /**
   * A typed reference to the durable actor at `path` (from the root of its tree) of the other store. A cast resolves when it is
   * in the outbox of the link, which it leaves when the other store has it. An answer comes by `ctx.request` in a durable actor.
   */
  ref<Ref>(definition: Refers<Ref>, path: string): LinkedRef<Ref>
}
