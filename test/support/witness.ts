import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'

/** A server that processes connect to, so that their end is seen as an event: the kernel closes their connection. */
export interface Witness extends AsyncDisposable {
  readonly port: number
  /** Waits for the next process, and gives what resolves when that is gone. */
  next(): Promise<{ readonly gone: Promise<unknown> }>
}

/** Code for `node -e` that connects to the witness, runs `then`, and keeps the process alive as long as the connection. */
export const connects = (port: number, then = ''): string =>
  `require('node:net').connect(${port}, '127.0.0.1', () => { ${then} }).on('error', () => undefined);`

export async function createWitness(): Promise<Witness> {
  const arrived: Socket[] = []
  const waiting: ((socket: Socket) => void)[] = []
  const server = createServer((socket) => {
    // One that was killed may leave by a reset.
    socket.on('error', () => undefined).resume()
    const take = waiting.shift()
    if (take === undefined) arrived.push(socket)
    else take(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    next: async () => {
      const socket = arrived.shift() ?? (await new Promise<Socket>((resolve) => void waiting.push(resolve)))
      const gone = socket.closed ? Promise.resolve() : new Promise((resolve) => void socket.once('close', resolve))
      return { gone }
    },
    [Symbol.asyncDispose]: async () => {
      server.close()
      await once(server, 'close')
    },
  }
}
