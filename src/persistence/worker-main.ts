// The program of a store thread: opens the file, writes what it is sent, group by group, and says what came of it.
import { parentPort, workerData } from 'node:worker_threads'
import { errorToText } from './link-errors.ts'
import { linkCodec } from './link-replies.ts'
import type { FromThread, ThreadOrder, ToThread } from './link-words.ts'
import { fileOpening, openDatabase } from './sqlite-opening.ts'
import { ThreadStore } from './thread-store.ts'

const codec = linkCodec()

function say(word: FromThread): void {
  parentPort?.postMessage(word)
}

function open(): ThreadStore | undefined {
  try {
    const order = workerData as ThreadOrder
    return new ThreadStore(openDatabase(fileOpening(order.place)), order)
  } catch (error) {
    say({ type: 'refused', error: errorToText(codec, error) })
    return undefined
  }
}

function close(store: ThreadStore): void {
  try {
    store.close()
    say({ type: 'closed', error: undefined })
  } catch (error) {
    say({ type: 'closed', error: errorToText(codec, error) })
  }
  // Nothing holds the thread any more.
  parentPort?.close()
}

function copy(from: ThreadStore, { number, path }: Extract<ToThread, { type: 'copy' }>): void {
  from
    .copy(path, (progress) => say({ type: 'copying', number, ...progress }))
    .then(
      () => say({ type: 'copied', number, error: undefined }),
      (error: unknown) => say({ type: 'copied', number, error: errorToText(codec, error) }),
    )
}

const store = open()
if (store !== undefined) {
  say({ type: 'opened', info: store.info, last: store.last })
  parentPort?.on('message', (word: ToThread) => {
    if (word.type === 'write') say({ type: 'written', ...store.write(word), info: store.info })
    else if (word.type === 'lose') store.lose(word.actors)
    else if (word.type === 'copy') copy(store, word)
    else close(store)
  })
}
