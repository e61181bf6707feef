import type { DurableTimer, JournaledSend, Member } from './persistence.ts'

/** What a handler has sent, started and set, and is to leave with the commit of its turn. */
export class Asked {
  readonly sends: JournaledSend[] = []
  /** What goes to actors without a journal leaves after the commit, in this order. */
  readonly unjournaled: (() => void)[] = []
  readonly timersSet: DurableTimer[] = []
  readonly timersCancelled: string[] = []
  readonly members: Member[] = []
  /** What is done to other actors when the turn is committed. */
  readonly bonds: (() => void)[] = []
}

const none: readonly never[] = Object.freeze([])

/** What most handlers ask for. */
export const nothingAsked: { readonly [Kind in keyof Asked]: readonly never[] } = Object.freeze({
  sends: none,
  unjournaled: none,
  timersSet: none,
  timersCancelled: none,
  members: none,
  bonds: none,
})
