/** How an incarnation began: which hook was asked, and what its state was made of. */
export interface Beginning {
  /** The one hook that ran; `none`: it went on by itself from what there was. */
  readonly hook: 'init' | 'restart' | 'none'
  /**
   * The last state in `memory`; a `checkpoint`; a checkpoint and the `journal` after it; `initial(args)`; or a state that
   * the hook gave with another behavior.
   */
  readonly state: 'memory' | 'checkpoint' | 'journal' | 'initial' | 'given'
  /** The number of the checkpoint, where there is one. */
  readonly checkpoint: number | undefined
  /** How many messages of the journal were applied to it again. */
  readonly replayed: number
}

/** Says how an incarnation began, in a few words: `hook restart, state from checkpoint 3 and 2 messages of the journal`. */
export function describeBeginning({ hook, state, checkpoint, replayed }: Beginning): string {
  return `${hook === 'none' ? 'no hook' : `hook ${hook}`}, ${sourceOf()}`

  function sourceOf(): string {
    switch (state) {
      case 'memory':
        return 'last state in memory'
      case 'checkpoint':
        return `state of checkpoint ${checkpoint}`
      case 'journal':
        return `state of checkpoint ${checkpoint} and ${replayed} ${replayed === 1 ? 'message' : 'messages'} of the journal`
      case 'initial':
        return 'initial state'
      case 'given':
        return 'state given by the hook'
    }
  }
}
