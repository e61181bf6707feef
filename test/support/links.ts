import { readReply, linkCodec, repliesFromText } from '../../src/persistence/link-replies.ts'
import { openStore } from '../../src/persistence/open-store.ts'
import type { Answers, Operation, OperationOf, OperationType } from '../../src/persistence/operation.ts'
import { persistenceOver } from '../../src/persistence/operation-store.ts'
import { openDatabase, type Opening } from '../../src/persistence/sqlite-opening.ts'
import type { OwnHandle } from '../../src/persistence/sqlite-handle.ts'
import { ThreadStore } from '../../src/persistence/thread-store.ts'
import type { Store } from '../../src/runtime/persistence.ts'

/** Each way in which a database is reached, in this thread: the store of a thread is called without the thread around it. */
export const links = {
  'in-process': (opening: Opening<OwnHandle>): Store => ({
    // Async, so that it rejects as every store does.
    open: async (world) => openStore({ ...openDatabase(opening), world }),
  }),
  'worker': (opening: Opening<OwnHandle>): Store => ({
    open: async () => overThreadStore(new ThreadStore(openDatabase(opening), { link: undefined, lost: [] })),
  }),
}

/** Every operation is a group of its own. */
function overThreadStore(store: ThreadStore) {
  const codec = linkCodec()
  let upTo = 0
  function answered<Type extends OperationType>(operation: Operation): Answers[Type] {
    upTo += 1
    const { replies } = store.write({ type: 'write', upTo, wallMs: 0, operations: [operation] })
    const [reply] = repliesFromText(replies)
    if (reply === undefined) throw new Error('a group of one operation had no reply')
    return readReply(codec, reply) as Answers[Type]
  }
  return persistenceOver(
    {
      get info() {
        return store.info
      },
      submit: async <Type extends OperationType, T>(make: () => OperationOf<Type>, read?: (answer: Answers[Type]) => T) => {
        const answer = answered<Type>(make())
        return read === undefined ? (answer as T) : read(answer)
      },
      copy: (path, told) => store.copy(path, told),
      close: async () => store.close(),
    },
    codec,
  )
}
