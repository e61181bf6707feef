import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { child, service, start, supervisor, type CoppiceEvent, type ServiceKit } from 'coppice'

const portOf = (server: Server): number => (server.address() as AddressInfo).port

/** Serves at the port where the first incarnation has come to be. */
function httpService(isStopped: 'by itself' | 'by stop') {
  const place = { port: 0 }
  const stop = {
    stop: async (server: Server) => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  return service('api', {
    start: async ({ fail, args }: ServiceKit<{ text: string }>) => {
      const server = createServer((_, response) => response.end(args.text))
      server.listen(place.port, '127.0.0.1')
      await once(server, 'listening')
      place.port = portOf(server)
      return server.on('error', fail)
    },
    ...(isStopped === 'by stop' && stop),
  })
}

const get = async (port: number): Promise<string> =>
  (await fetch(`http://127.0.0.1:${port}`, { headers: { connection: 'close' } })).text()

/** Resolves with the next event of this type. */
function waitFor(listeners: Set<(event: CoppiceEvent) => void>, type: CoppiceEvent['type']): Promise<CoppiceEvent> {
  return new Promise((resolve) => {
    const listen = (event: CoppiceEvent): void => {
      if (event.type !== type) return
      listeners.delete(listen)
      resolve(event)
    }
    listeners.add(listen)
  })
}

describe('an HTTP server as a service', () => {
  const ways = ['by itself', 'by stop'] as const
  it.each(ways)('comes back at its port after a crash, and leaves no handle when it is stopped %s', async (isStopped) => {
    const listeners = new Set<(event: CoppiceEvent) => void>()
    const onEvent = (event: CoppiceEvent): void => listeners.forEach((listen) => listen(event))
    const app = await start(supervisor({}, { api: child(httpService(isStopped), { args: { text: 'hello' } }) }), { onEvent })
    const { api } = app.tree
    const first = await api.use((server) => server)
    const port = portOf(first)
    expect(await get(port)).toBe('hello')

    const restarted = waitFor(listeners, 'started')
    first.emit('error', new Error('lost'))
    await restarted
    expect(first.listening).toBe(false)
    expect(await api.use(portOf)).toBe(port)
    expect(await get(port)).toBe('hello')

    await app.stop()
    await expect(get(port)).rejects.toThrow()
    expect(process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap')).toEqual([])
  })

  it('whose requests never end is given up after its time, and its port is free', async () => {
    const listeners = new Set<(event: CoppiceEvent) => void>()
    const onEvent = (event: CoppiceEvent): void => listeners.forEach((listen) => listen(event))
    // A request that never ends keeps an orderly stop waiting, and its time is over at once.
    const api = child(httpService('by itself'), { args: { text: 'hello' }, shutdown: 1 })
    const app = await start(supervisor({}, { api }), { onEvent })
    const port = await app.tree.api.use((server) => {
      server.removeAllListeners('request')
      return portOf(server)
    })
    const arrived = app.tree.api.use((server) => once(server, 'request').then(() => undefined))
    const request = fetch(`http://127.0.0.1:${port}`).catch((error: unknown) => error)
    await arrived
    const restarted = waitFor(listeners, 'started')
    await app.tree.api.use((server) => void server.emit('error', new Error('lost')))
    await restarted
    expect(await get(port)).toBe('hello')
    await app.tree.api.use((server) => server.closeAllConnections())
    await app.stop()
    void request
  })
})
