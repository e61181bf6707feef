/** Something that can work through a queue of its own, such as an actor with mail. */
export interface Runnable {
  /** Who it is, for a schedule that a person reads. */
  readonly id: string
  /**
   * Handles at most `budget` messages and says whether more can be handled now. If so, the scheduler calls it again later;
   * if not, whoever brings new work calls {@link Scheduler.ready}.
   */
  run(budget: number): boolean
}

/** Order, as everything in coppice sees it: who runs next is decided here and nowhere else. */
export interface Scheduler {
  /** Puts `task` in line. The caller sees to it that a task is in line once at most. */
  ready(task: Runnable): void
  /**
   * Runs `run` once, after what is in line now has had a turn: the moment at which a store writes what has been collected.
   * `label` names it in a schedule that a person reads.
   */
  defer(label: string, run: () => void): void
}
