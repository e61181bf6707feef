import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { createRequire } from 'node:module'
import { connect, createServer, type AddressInfo } from 'node:net'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { setTimeout as passed } from 'node:timers/promises'

/** What of BullMQ is used here; it is no dependency, and so has no types. */
interface Bull {
  readonly Queue: new (name: string, options: object) => Queue
  readonly Worker: new (name: string, work: (job: Job) => Promise<unknown>, options: object) => Worker
}

interface Job {
  readonly data: { readonly n: number }
}

interface Queue {
  addBulk(jobs: readonly { readonly name: string; readonly data: Job['data'] }[]): Promise<unknown>
  close(): Promise<void>
}

interface Worker {
  on(event: 'completed', heard: () => void): void
  waitUntilReady(): Promise<unknown>
  close(): Promise<void>
}

const variable = 'BENCH_MODULES'

/** Why jobs cannot be measured against BullMQ here; nothing if they can. */
export function bullIsMissing(): string | undefined {
  if (redisServer() === undefined) return 'there is no redis-server in PATH'
  if (bullEntry() === undefined)
    return `bullmq is not installed. It need not be here: ${variable}=DIRECTORY names where "npm install bullmq ioredis" was run`
  return undefined
}

/** A queue of BullMQ with a worker, in a Redis of its own that syncs every second: of the class of `normal`, for a loss of power. */
export interface BullQueue {
  /** Adds jobs, five hundred at a time, and waits until each is done. */
  work(jobs: number): Promise<void>
  close(): Promise<void>
}

const jobsAtATime = 500

export async function openBull(directory: string, concurrency: number, work: (n: number) => unknown): Promise<BullQueue> {
  const { Queue, Worker } = (await import(pathToFileURL(bullEntry() ?? '').href)) as Bull
  const port = await freePort()
  const server = await startRedis(port, directory)
  const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null }
  const queue = new Queue('jobs', { connection, defaultJobOptions: { removeOnComplete: { count: 2_000 } } })
  // A worker takes a promise.
  const worker = new Worker('jobs', (job) => Promise.resolve(work(job.data.n)), { connection, concurrency })
  let [left, done] = [0, (): void => undefined]
  worker.on('completed', () => {
    left -= 1
    if (left === 0) done()
  })
  await worker.waitUntilReady()
  return {
    work: async (jobs) => {
      for (let added = 0; added < jobs; added += jobsAtATime) {
        const all = new Promise<void>((resolve) => {
          done = resolve
        })
        left = Math.min(jobsAtATime, jobs - added)
        await queue.addBulk(Array.from({ length: left }, (_, n) => ({ name: 'deposit', data: { n } })))
        await all
      }
    },
    close: async () => {
      await worker.close()
      await queue.close()
      await stop(server)
    },
  }
}

function redisServer(): string | undefined {
  const places = (process.env['PATH'] ?? '').split(delimiter).map((directory) => join(directory, 'redis-server'))
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function bullEntry(): string | undefined {
  for (const directory of [process.env[variable], process.cwd()]) {
    if (directory === undefined) continue
    try {
      const { resolve } = createRequire(join(directory, 'package.json'))
      // It does nothing without the client, which it leaves to be installed.
      resolve('ioredis')
      return resolve('bullmq')
    } catch {
      // Not there.
    }
  }
  return undefined
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

async function startRedis(port: number, directory: string): Promise<ChildProcess> {
  const where = ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', directory]
  const keeps = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec']
  const server = spawn(redisServer() ?? '', [...where, ...keeps], { stdio: 'ignore' })
  for (let tries = 0; tries < 100; tries += 1) {
    if (await answers(port)) return server
    await passed(50)
  }
  await stop(server)
  throw new Error('redis-server does not answer')
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const gone = once(server, 'exit')
  server.kill()
  await gone
}
