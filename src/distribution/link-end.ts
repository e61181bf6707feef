import type { Clock, ClockTimer } from '../runtime/clock.ts'
import type { LinkPeer } from '../runtime/linked/link-store.ts'
import type { Persistence } from '../runtime/persistence.ts'
import type { Codec } from '../serialization/codec.ts'
import type { LinkEvent, LinkRefusal } from './events.ts'
import { FrameError, frameText, readFrame, type Frame, type Life } from './frames.ts'
import { LinkReceiver, type Desk } from './link-receiver.ts'
import { LinkSender } from './link-sender.ts'
import type { Wire } from './wire.ts'

/** How long a greeting may stay without an answer, doubled each time. */
const shortestWaitMs = 200
const longestWaitMs = 10_000

export interface LinkEndParts {
  readonly link: string
  readonly store: Persistence
  readonly clock: Clock
  readonly codec: Codec
  /** Tells this life of our store from another one with the same epoch. */
  readonly opening: string
  readonly desk: Desk
  readonly emit: (event: LinkEvent) => void
  /** Some have left the outbox. */
  readonly freed: () => void
}

/** What is agreed with one life of the other end. */
interface Session {
  readonly peer: LinkPeer
  readonly sender: LinkSender
  readonly receiver: LinkReceiver
  /** Which life of ours the other end has met. */
  metUs: Life | undefined
}

/** One end of a link to another store: greets whoever is at the other end, and then sends and receives. */
export class LinkEnd {
  readonly #parts: LinkEndParts
  #wire: Wire | undefined
  #session: Session | undefined
  /** Who was refused last. */
  #refused: { readonly peer: LinkPeer; readonly why: LinkRefusal; isTold: boolean } | undefined
  /** The other end refuses us. */
  #refusedBy: { readonly of: Life; readonly why: LinkRefusal } | undefined
  #adopted: string | undefined
  #dropped = 0
  #timer: ClockTimer | undefined
  #waitMs = shortestWaitMs
  #isClosed = false

  constructor(parts: LinkEndParts) {
    this.#parts = parts
  }

  get status(): 'down' | 'greeting' | 'up' | 'refused' {
    if (this.#wire === undefined) return 'down'
    if (this.#refusedBy !== undefined || this.#refused?.isTold === true) return 'refused'
    return this.#isUp(this.#session) ? 'up' : 'greeting'
  }

  get peer(): LinkPeer | undefined {
    return this.#session?.peer
  }

  get dropped(): number {
    return this.#dropped
  }

  get brokenHere(): LinkReceiver['broken'] {
    return this.#session?.receiver.broken ?? []
  }

  get brokenThere(): LinkSender['broken'] {
    return this.#session?.sender.broken ?? []
  }

  /** From now on this wire is the way to the other end. */
  connect(wire: Wire): void {
    this.#wire?.close()
    this.#endSession()
    this.#wire = wire
    this.#refusedBy = undefined
    this.#refused = undefined
    wire.onText((text) => {
      if (this.#wire === wire) this.#take(text)
    })
    wire.onClose(() => {
      if (this.#wire !== wire) return
      this.#wire = undefined
      this.#endSession()
      this.#parts.emit({ type: 'link down', link: this.#parts.link })
    })
    this.#waitMs = shortestWaitMs
    this.#greet(true)
  }

  /** There is something new in the outbox. */
  wake(): void {
    const session = this.#session
    if (session === undefined) return
    if (this.#isUp(session)) session.sender.wake()
    // Our store was opened again: the other end has met one of before.
    else if (this.#timer === undefined) this.#greet(true)
  }

  /** See {@link LinkHandle.mend}. */
  async mend(): Promise<number> {
    const refused = this.#refused
    if (refused !== undefined && refused.isTold && refused.why !== 'version') {
      const { link, store, emit } = this.#parts
      await store.links.mend(link, [], refused.peer)
      this.#adopted = refused.peer.opening
      this.#refused = undefined
      emit({ type: 'link mended', link, pairs: 0 })
      this.#greet(true)
      return 0
    }
    return (await this.#session?.receiver.mend()) ?? 0
  }

  close(): void {
    this.#isClosed = true
    this.#endSession()
    this.#timer?.cancel()
    this.#wire?.close()
    this.#wire = undefined
  }

  #us(): LinkPeer {
    const { storeId, epoch } = this.#parts.store.info
    return { storeId, epoch, opening: this.#parts.opening }
  }

  #isUp(session: Session | undefined): boolean {
    return session?.metUs !== undefined && isSame(session.metUs, this.#us())
  }

  #send(body: Parameters<typeof frameText>[1]): void {
    this.#wire?.send(frameText(this.#us(), body))
  }

  #greet(asks: boolean): void {
    const isTold = this.#refusedBy !== undefined
    this.#send({ type: 'hello', met: this.#session?.peer, asks, isTold })
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#isUp(this.#session) || this.#isClosed || this.#wire === undefined) return
    this.#timer = this.#parts.clock.setTimer(this.#waitMs, () => this.#greet(true), { keepsAlive: false })
    this.#waitMs = Math.min(this.#waitMs * 2, longestWaitMs)
  }

  #take(text: string): void {
    let frame: Frame
    try {
      frame = readFrame(text)
    } catch (error) {
      if (error instanceof FrameError && error.who !== undefined) this.#refuse(error.who, 'version')
      this.#drop((error as Error).message)
      return
    }
    if (frame.type === 'hello') void this.#meet(frame)
    else if (frame.type === 'refused') this.#takeRefusal(frame)
    else this.#takeOther(frame)
  }

  #takeOther(frame: Exclude<Frame, { readonly type: 'hello' | 'refused' }>): void {
    const session = this.#session
    if (session !== undefined && session.peer.storeId !== frame.who.storeId) {
      this.#drop(`it says that it is from the store ${JSON.stringify(frame.who.storeId)}, which is not at the other end`)
      return
    }
    if (session === undefined || !isSame(session.peer, frame.who)) {
      // From a life that was not met yet, or is over.
      if (frame.type === 'data') this.#greet(true)
      return
    }
    if ('of' in frame && !isSame(frame.of, this.#us())) return
    if (frame.type === 'data') void session.receiver.take(frame.messages)
    else if (frame.type === 'oldest') void session.receiver.compare(frame.page, frame.marks)
    else if (frame.type === 'ack') void session.sender.takeAck(frame.marks, frame.gaps, frame.full)
    else session.sender.takeComparison(frame.page, frame.marks, frame.broken)
  }

  async #meet({ who, met, asks, isTold }: Frame & { readonly type: 'hello' }): Promise<void> {
    const { link, store, emit } = this.#parts
    const wire = this.#wire
    try {
      const meeting = await store.links.meet(link, who)
      if (this.#wire !== wire || this.#isClosed) return
      if (meeting.status !== 'met') {
        if (isTold) this.#tellRefused(who, meeting.status)
        this.#refuse(who, meeting.status)
        return
      }
    } catch (error) {
      emit({ type: 'link failed', link, error })
      return
    }
    const session = this.#sessionWith(who)
    if (met !== undefined && isSame(met, this.#us()) && !this.#isUp(session)) {
      session.metUs = met
      this.#refusedBy = undefined
      this.#timer?.cancel()
      this.#timer = undefined
      this.#waitMs = shortestWaitMs
      emit({ type: 'link up', link, storeId: who.storeId, epoch: who.epoch })
      session.sender.begin()
    }
    if (asks || !this.#isUp(session)) this.#answer(session)
  }

  #answer(session: Session): void {
    if (this.#isUp(session)) this.#send({ type: 'hello', met: session.peer, asks: false, isTold: false })
    else this.#greet(true)
  }

  #sessionWith(peer: LinkPeer): Session {
    const known = this.#session
    if (known !== undefined && isSame(known.peer, peer)) return known
    this.#endSession()
    this.#refused = undefined
    const { link, store, clock, codec, desk, emit, freed } = this.#parts
    const failed = (error: unknown): void => emit({ type: 'link failed', link, error })
    const common = { link, store: store.links, emit, failed }
    const sender = new LinkSender({
      ...common,
      clock,
      freed,
      sendData: (messages) => this.#send({ type: 'data', messages }),
      sendOldest: (page, marks) => this.#send({ type: 'oldest', of: peer, page, marks }),
    })
    const of = peer
    const adopts = this.#adopted === peer.opening
    const receiver = new LinkReceiver(
      {
        ...common,
        codec,
        desk,
        sendAck: (marks, gaps, full) => this.#send({ type: 'ack', of, marks, gaps, full }),
        sendCompared: (page, marks, broken) => this.#send({ type: 'compared', of, page, marks, broken }),
        answered: () => sender.wake(),
      },
      adopts,
    )
    return (this.#session = { peer, sender, receiver, metUs: undefined })
  }

  #endSession(): void {
    this.#session?.sender.close()
    this.#session?.receiver.close()
    this.#session = undefined
  }

  #refuse(peer: LinkPeer, why: LinkRefusal): void {
    this.#send({ type: 'refused', of: peer, why })
    if (why === 'version') this.#tellRefused(peer, why)
  }

  /** A greeting that was under way for long is refused too: only one who has heard of it, and greets again, is there. */
  #tellRefused(peer: LinkPeer, why: LinkRefusal): void {
    if (this.#refused !== undefined && isSame(this.#refused.peer, peer)) return
    this.#refused = { peer, why, isTold: true }
    const { link, emit } = this.#parts
    emit({ type: 'link refused', link, by: 'us', why, storeId: peer.storeId })
  }

  #takeRefusal({ who, of, why }: Frame & { readonly type: 'refused' }): void {
    if (!isSame(of, this.#us()) || this.#isUp(this.#session)) return
    const isNew = this.#refusedBy === undefined || !isSame(this.#refusedBy.of, of)
    this.#refusedBy = { of, why }
    if (!isNew) return
    const { link, emit } = this.#parts
    emit({ type: 'link refused', link, by: 'them', why, storeId: who.storeId })
    this.#greet(true)
  }

  #drop(problem: string): void {
    this.#dropped += 1
    const { link, emit } = this.#parts
    emit({ type: 'link input dropped', link, problem, dropped: this.#dropped })
  }
}

function isSame(a: Life, b: Life): boolean {
  return a.epoch === b.epoch && a.opening === b.opening
}
