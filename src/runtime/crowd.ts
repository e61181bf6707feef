import type { ActorId } from '../protocol/actor-id.ts'

/** From how many messages on a mailbox is one to look at. */
export const crowdedFrom = 17

/** A mailbox, as far as it can be too full. */
export interface Crowded {
  readonly owner: ActorId
  readonly size: number
  /** How many messages have been taken out so far. */
  readonly taken: number
}

/** The fullest mailbox of a system. */
export interface FullestMailbox {
  readonly id: ActorId
  readonly queued: number
  /** For how long its first message has waited, in milliseconds; known only while somebody watches. */
  readonly headAgeMs: number | undefined
}

/** How far a mailbox reached at the time of a look: what stands before `end` had come by then. */
interface Mark {
  readonly end: number
  readonly atMs: number
}

/** More looks into the past of one mailbox than these are not kept; older ones become less exact. */
const mostMarks = 64

/**
 * The mailboxes of one system that have grown long. They come and go when their rings grow and run empty, and their ages follow
 * from where they stood at earlier looks: no message pays for it.
 */
export class Crowd {
  #nowMs: number | undefined = undefined
  readonly #long = new Map<Crowded, Mark[]>()

  add(mailbox: Crowded): void {
    if (!this.#long.has(mailbox)) this.#long.set(mailbox, [])
  }

  delete(mailbox: Crowded): void {
    this.#long.delete(mailbox)
  }

  /** Notes how far every long mailbox has come; `nowMs` on a clock that never goes back. */
  look(nowMs: number): void {
    this.#nowMs = nowMs
    for (const [mailbox, marks] of this.#long) {
      const end = mailbox.taken + mailbox.size
      const kept = marks.filter((mark) => mark.end > mailbox.taken)
      if (kept.at(-1)?.end !== end) kept.push({ end, atMs: nowMs })
      // The first one stays: it is the age.
      this.#long.set(mailbox, kept.length > mostMarks ? kept.filter((_, index) => index % 2 === 0) : kept)
    }
  }

  /** For how long the first message has waited; nothing if the mailbox is short, or nobody looks. */
  ageOf(mailbox: Crowded): number | undefined {
    const marks = this.#long.get(mailbox)
    if (this.#nowMs === undefined || marks === undefined || mailbox.size === 0) return undefined
    return this.#nowMs - (marks.find(({ end }) => end > mailbox.taken)?.atMs ?? this.#nowMs)
  }

  /** Nothing if every mailbox is short. */
  fullest(): FullestMailbox | undefined {
    let fullest: Crowded | undefined
    for (const mailbox of this.#long.keys())
      if (mailbox.size >= crowdedFrom && mailbox.size > (fullest?.size ?? 0)) fullest = mailbox
    return fullest && { id: fullest.owner, queued: fullest.size, headAgeMs: this.ageOf(fullest) }
  }

  /** The age of the oldest message at the head of a long mailbox; 0 if there is none. */
  oldestMs(): number {
    let oldestMs = 0
    for (const mailbox of this.#long.keys()) oldestMs = Math.max(oldestMs, this.ageOf(mailbox) ?? 0)
    return oldestMs
  }
}
