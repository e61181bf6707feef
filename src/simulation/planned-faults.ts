import type { ActorId } from '../protocol/actor-id.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import {
  checkFaults,
  describeFault,
  type CheckpointFault,
  type ClockFault,
  type CountedFault,
  type Fault,
  type HookFault,
  type MessageFault,
  type StoreFault,
  type StoreOperation,
} from './fault-plan.ts'

/** A fault of the plan has come about. */
export interface FaultEvent {
  readonly type: 'fault'
  /** The actor that it concerns, if it is one. */
  readonly id: ActorId | undefined
  /** In one line of text. */
  readonly what: string
  readonly fault: Fault
}

/** Counts up to the faults of a plan. It outlives the processes of a simulation: a count goes on in the next one. */
export class PlannedFaults {
  readonly #counts: Map<CountedFault, number>
  readonly #unused: Set<Fault>
  readonly #emit: (event: FaultEvent) => void
  readonly #isOpen: boolean
  readonly clock: readonly ClockFault[]

  /**
   * @param isOpen the plan can grow while it is carried out: everything is made ready for faults of any kind.
   * @throws {ConfigurationError} if the plan breaks a rule.
   */
  constructor(faults: readonly Fault[], emit: (event: FaultEvent) => void, isOpen = false) {
    checkFaults(faults)
    this.#isOpen = isOpen
    this.#counts = new Map(faults.flatMap((fault) => (fault.at === 'clock' ? [] : [[fault, 0] as const])))
    this.#unused = new Set(faults)
    this.#emit = emit
    this.clock = faults.filter((fault) => fault.at === 'clock')
  }

  /** The faults that have not come about, in the order of the plan. */
  get unused(): readonly Fault[] {
    return [...this.#unused]
  }

  /** True if there is a fault in the plan for which `test` holds, come about or not, or there may be one later. */
  has(test: (fault: CountedFault) => boolean): boolean {
    return this.#isOpen || [...this.#counts.keys()].some(test)
  }

  /**
   * Adds a fault, which counts from now on.
   *
   * @throws {ConfigurationError} if it breaks a rule; nothing was added.
   */
  add(fault: Fault): void {
    checkFaults([fault])
    if (!this.#isOpen) {
      const rule = 'must be in the plan from the beginning: here nothing is made ready for more'
      throw new ConfigurationError({ path: 'fault', rule, value: fault })
    }
    if (fault.at !== 'clock') this.#counts.set(fault, 0)
    this.#unused.add(fault)
  }

  /** A message is about to be handled. */
  atMessage(actor: ActorId, handler: string): MessageFault | undefined {
    return this.#next(actor, (fault) => fault.at === 'message' && fault.actor === actor && (fault.handler ?? handler) === handler)
  }

  /** A first state is about to be built, or a hook to run. */
  atHook(at: HookFault['at'], actor: ActorId): HookFault | undefined {
    return this.#next(actor, (fault) => fault.at === at && fault.actor === actor)
  }

  /** The store is about to be asked for something. */
  atStore(operation: StoreOperation, actor: ActorId | undefined): StoreFault | undefined {
    const isMeant = (fault: CountedFault): boolean =>
      fault.at === 'store' && fault.operation === operation && (fault.actor === undefined || fault.actor === actor)
    return this.#next(actor, isMeant)
  }

  /** A checkpoint was written. */
  atCheckpoint(actor: ActorId): CheckpointFault | undefined {
    return this.#next(actor, (fault) => fault.at === 'checkpoint' && fault.actor === actor)
  }

  /** A fault comes about: it is told of, and is not unused any more. */
  use(fault: Fault, id: ActorId | undefined): void {
    this.#unused.delete(fault)
    this.#emit({ type: 'fault', id, what: describeFault(fault), fault })
  }

  /** Counts for every fault that is meant; the one whose turn it is comes about. Of two, the first in the plan. */
  #next<Counted extends CountedFault>(id: ActorId | undefined, isMeant: (fault: CountedFault) => boolean): Counted | undefined {
    let due: CountedFault | undefined
    for (const [fault, count] of this.#counts) {
      if (!isMeant(fault)) continue
      this.#counts.set(fault, count + 1)
      if (count + 1 === fault.nth) due ??= fault
    }
    if (due !== undefined) this.use(due, id)
    // Only faults of the kind that was asked for are meant.
    return due as Counted | undefined
  }
}
