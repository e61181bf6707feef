import type { Wire } from './wire.ts'

/** What a `ChildProcess` with a channel has, and `process` in the child. */
export interface IpcEnd {
  readonly connected?: boolean
  send?(message: string, handle: undefined, options: undefined, callback: (error: Error | null) => void): boolean
  on(event: 'message', listener: (value: unknown) => void): unknown
  on(event: 'disconnect', listener: () => void): unknown
  off(event: 'message', listener: (value: unknown) => void): unknown
  off(event: 'disconnect', listener: () => void): unknown
}

/**
 * Makes a wire over the channel between a process and its child: give the `ChildProcess` that `fork` gave, or `process` in the
 * child. Only strings are sent, and of what comes only strings are taken. Closing the wire leaves the channel open.
 *
 * @example
 * ```ts no-run
 * import { fork } from 'node:child_process'
 * import { ipcWire, sqlite, start, supervisor } from 'coppice'
 *
 * const wire = ipcWire(fork('billing.js'))
 * await start(supervisor({}, {}), { store: sqlite('shop.db'), links: { billing: { wire } } })
 * ```
 */
export function ipcWire(end: IpcEnd): Wire {
  let take: ((value: unknown) => void) | undefined
  let ended: (() => void) | undefined
  return {
    send: (text) => {
      // A channel that breaks while it is written to says so by `disconnect`.
      if (end.connected !== false) end.send?.(text, undefined, undefined, () => undefined)
    },
    onText: (listener) => {
      take = (value) => {
        if (typeof value === 'string') listener(value)
      }
      end.on('message', take)
    },
    onClose: (listener) => {
      ended = listener
      end.on('disconnect', listener)
    },
    close: () => {
      if (take !== undefined) end.off('message', take)
      if (ended !== undefined) end.off('disconnect', ended)
    },
  }
}
