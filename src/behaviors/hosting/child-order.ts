import { spawnedId } from '../../runtime/spawned-spec.ts'
import type { ActorId } from '../../protocol/actor-id.ts'
import type { Life } from '../../runtime/anatomy.ts'

/** A child of a machine, as it is kept in the machine's state. */
export interface ChildRecord {
  /** The name of its logic: of `setup({ actors })`, or that of an `invoke`. */
  readonly src: string
  readonly input?: unknown
  /** Its snapshots are sent to the machine. */
  readonly sync?: true
  /** Counts up in one machine: a later child of the same id has another one. */
  readonly session: number
  /** It has ended; what is sent to it is a dead letter. */
  readonly ended?: true
}

/** What a child of a machine is started with: its arguments. They never leave the memory. */
export class ChildOrder {
  readonly parent: ActorId
  readonly id: string
  readonly session: number
  readonly sync: boolean
  readonly input: unknown

  constructor(parent: ActorId, id: string, { record, input }: { readonly record: ChildRecord; readonly input: unknown }) {
    this.parent = parent
    this.id = id
    this.session = record.session
    this.sync = record.sync === true
    this.input = input
  }
}

/** The key of a child among all that the parent spawns: each session is another actor in each incarnation. */
export function childKey(life: Life, id: string, { session }: ChildRecord): string {
  return `${id}#${session}.${life.number}`
}

/** The identity of a child of the incarnation that runs. */
export function childActor(life: Life, id: string, record: ChildRecord): ActorId {
  return spawnedId(life.id, childKey(life, id, record))
}
