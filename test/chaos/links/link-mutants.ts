import type { StoreMutant } from '../store-mutants.ts'

const rule = 'runtime/linked/link-rule.ts'

/** Deliberate mistakes in the links between stores, which their schedules have to catch. */
export const linkMutants: readonly StoreMutant[] = [
  {
    breaks: 'what a message follows decides, and not whether its number is one more',
    caughtBy: 'links',
    edits: [
      {
        file: rule,
        from: "  return compareLinkIds(prev, last) > 0 ? 'gap' : 'accept'\n",
        to: "  void prev\n  return id.n === (id.epoch === last.epoch ? last.n : 0) + 1 ? 'accept' : 'gap'\n",
      },
    ],
  },
  {
    breaks: 'a message behind a gap waits for what is missing',
    caughtBy: 'links',
    edits: [
      {
        file: rule,
        from: "  return compareLinkIds(prev, last) > 0 ? 'gap' : 'accept'\n",
        to: "  void prev\n  return 'accept'\n",
      },
    ],
  },
  {
    breaks: 'a message that was there before is not accepted again',
    caughtBy: 'links',
    edits: [{ file: rule, from: "  if (compareLinkIds(id, last) <= 0) return 'duplicate'\n", to: '' }],
  },
  {
    breaks: 'the epoch tells new messages from those that a loss of power has undone',
    caughtBy: 'links',
    edits: [
      {
        file: rule,
        from: '  return last.epoch === epoch ? { epoch, n: last.n + 1 } : { epoch, n: 1 }\n',
        to: '  void epoch\n  return { epoch: 1, n: last.n + 1 }\n',
      },
    ],
  },
  {
    breaks: 'nothing is acknowledged to another store before its commit',
    caughtBy: 'links',
    edits: [
      {
        file: 'distribution/link-receiver.ts',
        from: '      const receipt = await store.receive(\n',
        to:
          '      const marks = messages.map(({ from, to, id }) => ({ from, to, last: id }))\n' +
          '      sendAck(marks, [])\n      const receipt = await store.receive(\n',
      },
    ],
  },
  {
    breaks: 'nothing leaves for another store before its commit',
    caughtBy: 'links',
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
    breaks: 'a message stays in the outbox until it is acknowledged',
    caughtBy: 'links',
    edits: [
      {
        file: 'persistence/link-journal.ts',
        from: '        return records.outbox(link, order.after, order.most)\n',
        to:
          '        return records.outbox(link, order.after, order.most).map((row) => {\n' +
          '          records.dropOutbox({ ...row, ...row.id })\n          return row\n        })\n',
      },
    ],
  },
  {
    breaks: 'how far a pair has come is committed with the message',
    caughtBy: 'links',
    edits: [{ file: 'persistence/link-journal.ts', from: '    records.putLinkIn({ link, from, to, ...id })\n', to: '' }],
  },
  {
    breaks: 'what the other end has forgotten is told, also if nothing new is sent',
    caughtBy: 'links',
    edits: [{ file: 'distribution/link-sender.ts', from: "    void this.#compare(1, { from: '', to: '' })\n", to: '' }],
  },
  {
    breaks: 'an outbox goes on where it was after a restart',
    caughtBy: 'links',
    edits: [
      {
        file: 'distribution/link-sender.ts',
        from: '  begin(): void {\n    this.wake()\n',
        to: '  begin(): void {\n    this.#hasMore = false\n',
      },
    ],
  },
]
