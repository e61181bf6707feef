import { isBelow, type ActorId } from '../protocol/actor-id.ts'
import type { Renumbered } from '../runtime/persistence.ts'
import type { ActorEntry, ActorTable } from './actor-table.ts'
import type { SnapshotText } from './commit-text.ts'
import type { ActorBackText, GoingBackText } from './going-back-text.ts'
import type { KeyedPlan } from './keyed-writing.ts'
import type { EnvelopeText, MessageRow, Records } from './records.ts'

/** What going back is made of. */
export interface BackParts {
  readonly records: Records
  readonly actors: ActorTable
  /** Puts a message at the end of a journal; gives its number. */
  readonly append: (to: ActorId, text: EnvelopeText) => number
  /** Reads what writing the keyed maps of a state takes, and changes nothing. */
  readonly planKeyed: (entry: ActorEntry, snapshot: SnapshotText) => KeyedPlan | undefined
  readonly addCheckpoint: (entry: ActorEntry, snapshot: SnapshotText, keyed: KeyedPlan | undefined) => void
  /** Makes dead letters of what an actor has not handled, and sets its state aside. */
  readonly setAside: (id: ActorId, why: string) => void
  /** The number under which the effects of a message are known: the first that it had. */
  readonly firstNumber: (entry: ActorEntry, seq: number) => number
  /** What was done for a message outside was done, whatever number it has now. */
  readonly keepEffects: (entry: ActorEntry, seq: number, first: number) => void
}

/** What stays of a journal: the messages of others that nobody has handled, and that are not in the mail of the cut. */
interface Plan {
  readonly actor: ActorBackText
  readonly entry: ActorEntry
  readonly keyed: KeyedPlan | undefined
  readonly stay: readonly MessageRow[]
  /** Of those that get new numbers: the number now, and the first. */
  readonly firsts: ReadonlyMap<number, number>
}

/**
 * Has a group begin again as it was. Everything that can be found damaged is read before the first change. No number is used
 * again: what waits gets new ones, and everything before them counts as dealt with.
 */
export function goBack(order: GoingBackText, parts: BackParts): readonly Renumbered[] {
  const plans = order.actors.map((actor) => planFor(actor, order.supervisor, parts))
  for (const { supervisor } of order.groups) parts.records.members(supervisor)
  for (const id of order.strangers) {
    parts.records.messagesAfter(id, parts.actors.get(id).frontier)
    parts.records.timers(id)
  }
  const renumbered = plans.map((plan) => carryOut(plan, parts))
  for (const id of order.strangers) {
    parts.setAside(id, 'the group has gone back to where it was not there')
    for (const timer of parts.records.timers(id)) parts.records.dropTimer(id, timer.id)
    parts.records.dropAnswersAfter(id, 0)
    end(parts.actors.get(id), parts)
  }
  for (const { supervisor, members } of order.groups) {
    const keys = new Set(members.map(({ key }) => key))
    for (const { key } of parts.records.members(supervisor)) if (!keys.has(key)) parts.records.dropMember(supervisor, key)
    for (const member of members) parts.records.putMember(member)
  }
  return renumbered
}

function planFor(actor: ActorBackText, supervisor: ActorId, { records, actors, planKeyed, firstNumber }: BackParts): Plan {
  const { id, journal, snapshot } = actor
  const entry = actors.get(id)
  records.timers(id)
  const keyed = planKeyed(entry, snapshot)
  if (journal === undefined) return { actor, entry, keyed, stay: [], firsts: new Map() }
  const inMail = new Set(journal.mail.map(({ seq }) => seq))
  const isOfGroup = ({ sender }: MessageRow): boolean => sender !== null && isBelow(supervisor, sender)
  const waiting = records.messagesAfter(id, entry.frontier)
  const stay = waiting.filter((row) => !row.isDead && !inMail.has(row.seq) && !isOfGroup(row))
  const before = [...inMail, ...stay.map(({ seq }) => seq)].filter((seq) => seq > 0)
  return { actor, entry, keyed, stay, firsts: new Map(before.map((seq) => [seq, firstNumber(entry, seq)])) }
}

function carryOut({ actor, entry, keyed, stay, firsts }: Plan, parts: BackParts): Renumbered {
  const { id, snapshot, journal } = actor
  const { records } = parts
  // What is older is of another time: nothing may fall back to it, and the messages after it may not be run again.
  records.dropCheckpoints(id, entry.nextCheckpoint)
  entry.kept = []
  end(entry, parts)
  const numbers: (readonly [number, number])[] = []
  if (journal === undefined) {
    addTwice(entry, snapshot, keyed, parts)
    return { id, numbers }
  }
  records.dropMessages(id, entry.nextSeq - 1)
  if (journal.appliedTo !== undefined) records.dropAnswersAfter(id, journal.appliedTo)
  entry.keys.clear()
  entry.frontier = entry.nextSeq - 1
  entry.droppedTo = entry.frontier
  addTwice(entry, { ...snapshot, frontier: entry.frontier }, keyed, parts)
  const take = (text: EnvelopeText): number => {
    if (text.key !== null) records.dropAnswer(id, text.key)
    return parts.append(id, text)
  }
  for (const { text, seq } of journal.mail) numbers.push([seq, take(text)])
  for (const row of stay) {
    const seq = take(row)
    for (let attempt = 0; attempt < row.attempts; attempt += 1) records.countAttempt(id, seq)
    numbers.push([row.seq, seq])
  }
  for (const [before, now] of numbers) if (before > 0) parts.keepEffects(entry, now, firsts.get(before) ?? before)
  for (const timer of records.timers(id)) records.dropTimer(id, timer.id)
  for (const timer of journal.timers) records.putTimer(timer)
  return { id, numbers: numbers.filter(([before]) => before > 0) }
}

/** There has to be one to fall back to, and there is no older one. */
function addTwice(entry: ActorEntry, snapshot: SnapshotText, keyed: KeyedPlan | undefined, parts: BackParts): void {
  parts.addCheckpoint(entry, snapshot, keyed)
  // The entries are there now: nothing can be wrong with the second one that was not wrong with the first.
  parts.addCheckpoint(entry, snapshot, parts.planKeyed(entry, snapshot))
}

/** The incarnation that was, if it has not left its last will, can commit no more. */
function end(entry: ActorEntry, { actors }: BackParts): void {
  entry.isSealed = true
  actors.ended(entry.id)
  actors.touch(entry)
}
