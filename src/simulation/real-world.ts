import { RealWorldError } from './errors.ts'
import { globalFunctions, realDate, type Replaced } from './real-functions.ts'
import { watchModules } from './real-modules.ts'

/** Code in a simulation has called something real. */
export interface RealWorldEvent {
  readonly type: 'real world'
  /** What was called: `setTimeout`. */
  readonly what: string
  /** The line of the caller, as it stands in the stack. */
  readonly where: string
}

/** Watches a simulation for calls of what no seed decides: timers of the process, time of day, chance, files, sockets. */
export interface RealWorldWatch {
  /** Runs code of an actor, in which such a call throws in place of being made. */
  during<T>(code: () => T): T
  /** True if there was such a call that has not been taken: what runs should end. */
  readonly hasCaught: boolean
  /** The first such call since the last time, also if its caller has caught what it threw. */
  take(): RealWorldError | undefined
  /** Runs code that is no part of the simulation, such as a listener of a test. */
  lookAway(run: () => void): void
  /** Puts everything back. */
  close(): void
}

/**
 * Begins to watch. Globals are replaced while code of an actor runs, up to its first `await`. Functions of the modules of Node
 * are replaced until `close`, because whoever has imported them by name has to be told; outside of actors they do what they
 * always do.
 *
 * Two things are not seen: code behind an `await`, which runs where tests run too, and a global that was put aside before, such
 * as `const { now } = Date`.
 */
export function watchRealWorld({
  choice,
  emit,
}: {
  /** The choice of the schedule that runs. */
  readonly choice: () => string
  readonly emit: (event: RealWorldEvent) => void
}): RealWorldWatch {
  let isWatching = false
  let caught: RealWorldError | undefined

  const notice = (what: string, remedy: string, standIn: (...args: never[]) => unknown): void => {
    if (!isWatching) return
    const where = callerOf(standIn)
    const error = new RealWorldError({ what, where, choice: choice(), remedy })
    caught ??= error
    emit({ type: 'real world', what, where })
    throw error
  }

  const globals = globalFunctions(notice)
  globals.push(realDate(notice))
  const modules = watchModules(notice)

  return {
    during: (code) => {
      if (isWatching) return code()
      for (const { owner, name, standIn } of globals) owner[name] = standIn
      isWatching = true
      try {
        return code()
      } finally {
        isWatching = false
        for (const global of globals) putBack(global)
      }
    },
    take: () => {
      const error = caught
      caught = undefined
      return error
    },
    get hasCaught() {
      return caught !== undefined
    },
    lookAway: (run) => {
      const wasWatching = isWatching
      isWatching = false
      try {
        run()
      } finally {
        isWatching = wasWatching
      }
    },
    close: () => modules.close(),
  }
}

function putBack({ owner, name, original, isOwn }: Replaced): void {
  if (isOwn) owner[name] = original
  else Reflect.deleteProperty(owner, name)
}

/** The innermost line of the stack that is neither Node's nor a package's. */
function callerOf(standIn: (...args: never[]) => unknown): string {
  const at: { stack?: string } = {}
  Error.captureStackTrace(at, standIn)
  const lines = (at.stack ?? '')
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
  return lines.find((line) => !line.includes('node_modules/') && !/\(?node:/.test(line)) ?? lines[0] ?? 'at an unknown place'
}
