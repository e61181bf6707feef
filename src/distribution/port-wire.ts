import type { Wire } from './wire.ts'

/** What both ends of a worker thread have, and every `MessagePort` of `node:worker_threads`. */
export interface MessageEnd {
  postMessage(value: unknown): void
  on(event: 'message', listener: (value: unknown) => void): unknown
  on(event: 'close' | 'exit', listener: () => void): unknown
  off(event: 'message', listener: (value: unknown) => void): unknown
  off(event: 'close' | 'exit', listener: () => void): unknown
}

/**
 * Makes a wire over a port: one of a `MessageChannel`, the `Worker` in the thread that has made it, or `parentPort` inside. Only
 * strings are sent, and of what comes only strings are taken. Closing the wire leaves the port open.
 *
 * @example
 * ```ts
 * import { MessageChannel } from 'node:worker_threads'
 * import { portWire } from 'coppice'
 *
 * const { port1, port2 } = new MessageChannel()
 * const [ours, theirs] = [portWire(port1), portWire(port2)]
 * theirs.onText((text) => {
 *   console.log(text) // => hello
 *   port1.close()
 * })
 * ours.send('hello')
 * ```
 */
export function portWire(port: MessageEnd): Wire {
  let take: ((value: unknown) => void) | undefined
  let ended: (() => void) | undefined
  return {
    send: (text) => port.postMessage(text),
    onText: (listener) => {
      take = (value) => {
        if (typeof value === 'string') listener(value)
      }
      port.on('message', take)
    },
    onClose: (listener) => {
      ended = listener
      port.on('close', listener)
      port.on('exit', listener)
    },
    close: () => {
      if (take !== undefined) port.off('message', take)
      if (ended !== undefined) for (const event of ['close', 'exit'] as const) port.off(event, ended)
    },
  }
}
