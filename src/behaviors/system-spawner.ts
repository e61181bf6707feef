import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import type { OutputStream, ProcessListener, ProcessOrder, SpawnedProcess, Spawner } from './spawner.ts'

/** Starts processes of this machine. Those that still run when this process exits by itself are killed. */
export function createSystemSpawner(): Spawner {
  const running = new Set<SpawnedProcess>()
  const killAll = (): void => running.forEach((left) => left.kill('SIGKILL'))
  const gone = (left: SpawnedProcess): void => {
    if (running.delete(left) && running.size === 0) process.removeListener('exit', killAll)
  }
  return {
    spawn: (order, listener) => {
      const child = begin(order)
      const spawned = controlOf(child, order)
      if (running.size === 0) process.once('exit', killAll)
      running.add(spawned)
      child.once('error', (error) => {
        // Those of a process that runs tell of a signal that could not be sent.
        if (child.pid !== undefined) return
        gone(spawned)
        listener.failed(error)
      })
      child.once('exit', (code, signal) => {
        gone(spawned)
        if (order.killTree) spawned.kill('SIGKILL')
        void drained(child).then(() => listener.exited({ code: code ?? undefined, signal: signal ?? undefined }))
      })
      listen(child, listener)
      return spawned
    },
  }
}

function begin(order: ProcessOrder): ChildProcessWithoutNullStreams {
  const { cwd, env, killTree: detached } = order
  const [command, args] = commandOf(order)
  return spawn(command, args, { cwd, env: { ...process.env, ...env }, detached, windowsHide: true })
}

/** The program setpriv of Linux tells the kernel what to do, and then becomes the one that is meant, with the same process id. */
function commandOf({ command, args, dieWithParent }: ProcessOrder): readonly [string, readonly string[]] {
  if (!dieWithParent) return [command, args]
  if (process.platform !== 'linux') throw new Error('dieWithParent is a thing of Linux')
  return ['setpriv', ['--pdeathsig', 'KILL', '--', command, ...args]]
}

function controlOf(child: ChildProcessWithoutNullStreams, { killTree }: ProcessOrder): SpawnedProcess {
  return {
    write: (text) => {
      if (child.stdin.writable) child.stdin.write(text)
    },
    closeInput: () => void child.stdin.end(),
    kill: (signal) => {
      try {
        if (killTree && child.pid !== undefined) process.kill(-child.pid, signal)
        else child.kill(signal as NodeJS.Signals)
      } catch (error) {
        // It, or all of its group, is gone; macOS says so of a group by EPERM.
        if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
      }
    },
  }
}

function listen(child: ChildProcessWithoutNullStreams, listener: ProcessListener): void {
  const { stdin } = child
  child.once('spawn', () => listener.spawned(child.pid ?? 0))
  // What it does not want to read any more is no failure.
  stdin.on('error', () => undefined)
  for (const stream of ['stdout', 'stderr'] satisfies OutputStream[])
    child[stream].setEncoding('utf8').on('data', (text: string) => listener.output(stream, text))
}

/**
 * Resolves when what an ended process has written is read. Its pipes may stay open, because a process that it has left behind has
 * them, too: what is in them is read in the next turn of the event loop, and then they are closed.
 */
async function drained(child: ChildProcessWithoutNullStreams): Promise<void> {
  for (let turns = 0; turns < 3 && !(child.stdout.closed && child.stderr.closed); turns += 1)
    await new Promise((resolve) => void setImmediate(resolve))
  child.stdout.destroy()
  child.stderr.destroy()
  child.stdin.destroy()
}
