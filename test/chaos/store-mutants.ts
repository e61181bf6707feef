import { linkMutants } from './links/link-mutants.ts'

/** A deliberate mistake in the store, which the looks at its images, or the faults of its disk, have to catch. */
export interface StoreMutant {
  /** The promise that it breaks. */
  readonly breaks: string
  readonly caughtBy: 'images' | 'io' | 'links'
  readonly edits: readonly Edit[]
}

export interface Edit {
  /** Below `src`. */
  readonly file: string
  /** Occurs once in the file. */
  readonly from: string
  readonly to: string
}

export const storeMutants: readonly StoreMutant[] = [
  ...linkMutants,
  {
    breaks: 'nothing is acknowledged before its commit',
    caughtBy: 'images',
    edits: [
      {
        file: 'persistence/group-writer.ts',
        from: '      records.begin()\n',
        to: '      if (this.#groups % 2 === 0) records.begin()\n',
      },
      {
        file: 'persistence/group-writer.ts',
        from: '      records.commit()\n',
        to: '      if (this.#groups % 2 === 0) records.commit()\n',
      },
    ],
  },
  {
    breaks: 'the frontier moves with what its turns have done, not after it',
    caughtBy: 'images',
    edits: [
      { file: 'persistence/group-writer.ts', from: '      const row = actors.write()\n', to: '      const row = undefined\n' },
      {
        file: 'persistence/group-writer.ts',
        from: '      records.commit()\n',
        to: '      records.commit()\n      records.begin()\n      actors.write()\n      records.commit()\n',
      },
    ],
  },
  {
    breaks: 'what a turn sends is written with its frontier, not before it',
    caughtBy: 'images',
    edits: [
      {
        file: 'persistence/journal.ts',
        from: 'for (const send of turn.sends) sent.push(this.#deliver(send))',
        to: `for (const send of turn.sends) sent.push(this.#deliver(send))
    this.#actors.write()
    this.#records.commit()
    this.#records.begin()`,
      },
    ],
  },
  {
    breaks: 'a message with the same key is the same message',
    caughtBy: 'images',
    edits: [
      {
        file: 'persistence/journal.ts',
        from: 'const known = text.key === null ? undefined : this.#records.answer(to, text.key)',
        to: 'const known = undefined as ReturnType<Records["answer"]>',
      },
      { file: 'persistence/sqlite-queries.ts', from: 'INSERT INTO answer', to: 'INSERT OR REPLACE INTO answer' },
    ],
  },
  {
    breaks: 'there is a checkpoint to fall back to',
    caughtBy: 'images',
    edits: [
      { file: 'persistence/checkpoint.ts', from: '.slice(0, keep)', to: '.slice(0, 1)' },
      { file: 'persistence/checkpoint.ts', from: 'kept.length < fewestKept', to: 'kept.length < 1' },
    ],
  },
  {
    breaks: 'no two owners have the same epoch',
    caughtBy: 'images',
    edits: [{ file: 'persistence/sqlite-ownership.ts', from: 'SET value = value + 1', to: 'SET value = max(value, 1)' }],
  },
  {
    breaks: 'attempts are counted, and a message that crashes its actor each time is given up',
    caughtBy: 'images',
    edits: [
      {
        file: 'persistence/journal.ts',
        from: 'if (will.crashedOn !== undefined) this.#records.countAttempt(id, will.crashedOn)',
        to: '',
      },
    ],
  },
  {
    breaks: 'no reply leaves before the commit of its turn',
    caughtBy: 'images',
    edits: [
      {
        file: 'runtime/durable-turns.ts',
        from: '    cell.store.commit(cell.id, number, now.commit).then(\n',
        to: `    for (const { message, outcome } of group) if (outcome !== undefined) message.caller?.settle(outcome)
    cell.store.commit(cell.id, number, now.commit).then(
`,
      },
    ],
  },
  {
    breaks: 'with "full" a commit is on the disk',
    caughtBy: 'images',
    edits: [
      {
        file: 'persistence/sqlite-settings.ts',
        from: "['synchronous', sync === 'full' ? 2 : 1]",
        to: "['synchronous', sync === 'full' ? 1 : 1]",
      },
    ],
  },
  {
    breaks: 'a timer that has fired is gone',
    caughtBy: 'images',
    edits: [{ file: 'persistence/journal.ts', from: '    this.#records.dropTimer(id, timer)\n', to: '' }],
  },
  {
    breaks: 'a message that was given up is dealt with once',
    caughtBy: 'images',
    edits: [
      {
        file: 'persistence/journal.ts',
        from: '    if (turn.dead !== undefined) this.#bury(entry.id, turn.seq, turn.dead)\n',
        to: '',
      },
    ],
  },
  {
    breaks: 'an entry of a keyed map that was removed is there for the checkpoint before',
    caughtBy: 'images',
    edits: [{ file: 'persistence/keyed-writing.ts', from: '  records.addPastEntry(actor, map, key, checkpoint)\n', to: '' }],
  },
  {
    breaks: 'an entry of a keyed map that was removed is gone',
    caughtBy: 'images',
    edits: [
      {
        file: 'persistence/keyed-writing.ts',
        from: '  for (const key of known?.keys() ?? removed) if (!kept.has(key)) leave(find(key))\n',
        to: '  void removed\n',
      },
      { file: 'persistence/keyed-writing.ts', from: '  if (found !== count)\n', to: '  if (found < count)\n' },
    ],
  },
  {
    breaks: 'what a failed sync has left in memory is written again',
    caughtBy: 'io',
    edits: [
      {
        file: 'persistence/sqlite-opening.ts',
        from: "  handle.exec('PRAGMA wal_checkpoint(TRUNCATE)')\n",
        to: '  void handle\n',
      },
    ],
  },
  {
    breaks: 'after a failed commit the file is opened again',
    caughtBy: 'io',
    edits: [
      {
        file: 'persistence/group-writer.ts',
        from: 'this.#connection.again === undefined ? this.#stay(problem, proof) : this.#startAgain(proof)',
        to: "this.#connection.again === undefined ? this.#stay(problem, proof) : ('not written' as Outcome)",
      },
    ],
  },
  {
    breaks: 'whose commit has failed goes on from the file',
    caughtBy: 'io',
    edits: [
      {
        file: 'runtime/durable-turns.ts',
        from: '    if (error instanceof StoreError || error instanceof FencedError) {\n      life.end(crash(error), ',
        to: `    const { frontier } = life
    const done = { checkpoint: undefined, deliveries: [] }
    if (error instanceof StoreError) return this.#committed(group, { ...this.#tentative, frontier }, done)
    if (error instanceof FencedError) {
      life.end(crash(error), `,
      },
    ],
  },
]
