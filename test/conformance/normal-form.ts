import type { Item, Term } from './signal-case.ts'

type Event = readonly Term[]

/** Puts the events of one segment in the order in which they are compared. */
export function normalForm(segment: readonly Event[]): Event[] {
  const chunks: Event[][] = []
  for (const event of segment) {
    if (isOwn(event)) {
      if (chunks.length === 0) chunks.push([])
      chunks.at(-1)?.push(event)
    } else chunks.push([event])
  }
  const bySender = new Map<string, Event[][]>()
  for (const chunk of chunks) {
    const sender = senderOf(chunk[0])
    bySender.set(sender, [...(bySender.get(sender) ?? []), chunk])
  }
  const senders = [...bySender.keys()].sort()
  return senders.flatMap((sender) => {
    const own = bySender.get(sender) ?? []
    const downs = own.filter(isDown).sort((a, b) => refNumber(a) - refNumber(b))
    return [...own.filter((chunk) => !isDown(chunk)), ...downs].flat()
  })
}

/** Cuts the events of a step into pieces as long as the expected ones, each in its normal form. */
export function cutLike(expected: readonly Item[], events: readonly Event[]): Item[] {
  const items: Item[] = []
  let at = 0
  for (const item of expected) {
    const length = Array.isArray(item[0]) ? item.length : 1
    const piece = normalForm(events.slice(at, at + length))
    at += length
    if (piece.length > 0) items.push(length === 1 ? (piece[0] ?? []) : piece)
  }
  return [...items, ...events.slice(at)]
}

function isOwn([type]: Event): boolean {
  return type === 'continue' || type === 'timeout' || type === 'terminate'
}

function isDown([first]: readonly Event[]): boolean {
  return first?.[0] === 'DOWN'
}

function refNumber([first]: readonly Event[]): number {
  return Number(String(first?.[1]).slice(1))
}

function senderOf(event: Event | undefined): string {
  if (event === undefined || isOwn(event)) return ''
  if (event[0] !== 'DOWN') return String(event[1])
  const from = event[2]
  return Array.isArray(from) ? `@${String(from[1])}` : String(from)
}
