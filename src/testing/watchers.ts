import type { ActorId } from '../protocol/actor-id.ts'
import type { SentMessage } from '../runtime/middleware.ts'
import type { AnyStep, WatchedHandling } from '../simulation/faulty-behavior.ts'
import { LiveProbe, type RunBySim } from './live-probe.ts'
import { LiveSpy } from './spy.ts'

/** Who looks on in a simulation: the spies and the probes, over all its processes. */
export class Watchers {
  readonly #spies = new Map<ActorId, LiveSpy>()
  readonly #probes = new Map<ActorId, LiveProbe>()
  readonly #isBorn: (id: ActorId) => boolean

  /** @param isBorn false for an actor that is being brought back: it handles what it has handled before. */
  constructor(isBorn: (id: ActorId) => boolean) {
    this.#isBorn = isBorn
  }

  /** The spy on an actor; the same one each time. */
  spy(id: ActorId): LiveSpy {
    const spy = this.#spies.get(id) ?? new LiveSpy(id)
    this.#spies.set(id, spy)
    return spy
  }

  /** The probe in place of an actor; the same one until it is released. */
  probe(id: ActorId, sim: RunBySim): LiveProbe {
    const known = this.#probes.get(id)
    const probe = known === undefined || known.isReleased ? new LiveProbe(id, sim) : known
    this.#probes.set(id, probe)
    return probe
  }

  readonly handling = (handling: WatchedHandling): AnyStep => {
    const { actor, handle, withFault } = handling
    const probe = this.#probes.get(actor)
    const spy = this.#spies.get(actor)
    if ((probe ?? spy) === undefined) return withFault(handle)
    const isAgain = !this.#isBorn(actor)
    const work = probe === undefined || probe.isReleased || isAgain ? handle : () => probe.handle(handling)
    return spy === undefined || isAgain ? withFault(work) : spy.watch(handling, () => withFault(work))
  }

  readonly sent = (message: SentMessage): void => {
    if (message.sender !== undefined) this.#spies.get(message.sender)?.hasSent(message)
  }
}
