import type { LinkRecords, OutboxRow } from '../../../src/persistence/link-records.ts'
import { MemoryLinkRecords } from '../../../src/persistence/memory-link-records.ts'
import { MemoryRecords } from '../../../src/persistence/memory-records.ts'
import type { Records } from '../../../src/persistence/records.ts'

/** A change of the records: of which part, by which method, with what. */
type Change = readonly [part: 'links' | 'records', method: string, args: readonly unknown[]]

type Methods = Record<string, (...args: unknown[]) => unknown>

/**
 * Records in memory that can go back to any earlier commit, as a file does by a loss of power: every commit is kept as the list
 * of its changes.
 */
export class Disk {
  #inner = new MemoryRecords()
  #commits: Change[][] = []
  #openings = 0
  #log: Log | undefined
  /** What was committed before the newest opening is synced. */
  #synced = 0
  /** Told of each message that goes into an outbox; gives what it is known by. */
  readonly #noted: (row: OutboxRow) => number
  readonly #known = new Map<unknown, number>()

  constructor(noted: (row: OutboxRow) => number) {
    this.#noted = noted
  }

  get commits(): number {
    return this.#commits.length
  }

  get synced(): number {
    return this.#synced
  }

  get links(): LinkRecords {
    return this.#inner.links
  }

  /** Opens it: the records, and the epoch, which is on the disk before anything else is done. */
  open(): { readonly records: Records; readonly epoch: number } {
    // What was not committed is gone with whoever has written it.
    if (this.#log !== undefined && this.#log.open.length > 0) this.goBack(this.#commits.length)
    this.#synced = this.#commits.length
    this.#openings += 1
    return { records: this.#logged(), epoch: this.#inner.raiseEpoch() }
  }

  /** Goes back to what it was after so many commits; gives the messages that were put into the outbox after it. */
  goBack(commits: number): readonly number[] {
    const lost = this.#commits.slice(commits)
    this.#commits = this.#commits.slice(0, commits)
    this.#inner = new MemoryRecords()
    for (let i = 0; i < this.#openings; i += 1) this.#inner.raiseEpoch()
    for (const commit of this.#commits) for (const change of commit) apply(this.#inner, change)
    return lost.flat().flatMap(([, method, args]) => (method === 'addOutbox' ? [this.#known.get(args[0]) ?? 0] : []))
  }

  #logged(): Records {
    const commit = (changes: Change[]): void => void this.#commits.push(changes)
    const noted = (row: OutboxRow): void => void this.#known.set(row, this.#noted(row))
    const log: Log = { open: [], commit, noted }
    this.#log = log
    const links = new LoggedLinks(this.#inner.links, log)
    // Made of the very methods that it stands for.
    return new LoggedRecords(this.#inner, log, links) as unknown as Records
  }
}

/** The changes since the last commit, and where they go. */
interface Log {
  open: Change[]
  readonly commit: (changes: Change[]) => void
  readonly noted: (row: OutboxRow) => void
}

class LoggedLinks {
  readonly inner: object
  readonly log: Log

  constructor(inner: object, log: Log) {
    this.inner = inner
    this.log = log
  }
}

class LoggedRecords extends LoggedLinks {
  readonly links: LoggedLinks

  constructor(inner: object, log: Log, links: LoggedLinks) {
    super(inner, log)
    this.links = links
  }

  begin(): void {
    this.log.open = []
  }

  commit(): void {
    this.log.commit(this.log.open)
    this.log.open = []
  }
}

/** Gives a class the methods of another one, each of which is passed on, and noted if it changes something. */
function passOn(
  to: { readonly prototype: object },
  from: { readonly prototype: object },
  part: Change[0],
  reading: RegExp,
): void {
  for (const name of Object.getOwnPropertyNames(from.prototype)) {
    if (name === 'constructor' || name === 'begin' || name === 'commit') continue
    const isReading = reading.test(name)
    const pass = function (this: LoggedLinks, ...args: unknown[]): unknown {
      if (!isReading) this.log.open.push([part, name, args])
      if (name === 'addOutbox') this.log.noted(args[0] as OutboxRow)
      return (this.inner as Methods)[name]?.(...args)
    }
    Object.defineProperty(to.prototype, name, { value: pass })
  }
}

passOn(
  LoggedRecords,
  MemoryRecords,
  'records',
  /^(?:rollback|epoch|actor|messagesAfter|keysAfter|answer|hasEffects|checkpoints?|timers?|expired|effect)$/,
)
passOn(LoggedLinks, MemoryLinkRecords, 'links', /^(?:link|linkOuts?|linkIn|oldestOutbox|countLinkIn|outbox|countOutbox)$/)

function apply(records: MemoryRecords, [part, method, args]: Change): void {
  const target = (part === 'links' ? records.links : records) as unknown as Methods
  target[method]?.(...args)
}
