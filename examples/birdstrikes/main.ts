// The main job: npm start. It starts a worker process, kills it, starts it again, and checks at the end what became of every row.
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runBeside, type Beside } from './beside.ts'
import { conclude } from './conclusion.ts'
import { Job } from './job.ts'
import { counted, grouped, Narrator } from './narrator.ts'
import { parseOptions, usage, type Options } from './options.ts'
import { openRun, placeOf, saveRun, type RunPlace, type RunRecord } from './run-record.ts'
import { screenFor, type Screen } from './screen.ts'
import { survey, type Survey } from './survey.ts'
import { TwinJob } from './twin-job.ts'

const exitCodes = { exact: 0, notExact: 1, wrongUse: 2, interrupted: 130 } as const

/** npm passes Ctrl-C on, and the terminal has told this process already: what comes so soon after the first is no second one. */
const secondSignalAfterMs = 1_000

const parsed = parseOptions(process.argv.slice(2))
if (parsed.type === 'help') console.log(usage)
else process.exitCode = parsed.type === 'wrong' ? refuseToStart(parsed.problem) : await main(parsed.options)

async function main(options: Options): Promise<number> {
  const file = resolve(options.file ?? datasetFile())
  const found = await survey(file)
  if ('problem' in found) return refuseToStart(`--file must be a CSV file of bird strikes; got "${file}": ${found.problem}`)
  const data = resolve(options.data ?? fileURLToPath(new URL('.data', import.meta.url)))
  const place = placeOf({ data, file, seed: options.seed })
  const record = tryToOpen(place)
  if ('problem' in record) return refuseToStart(`--data must be a directory to write to; got "${data}": ${record.problem}`)
  introduce({ options, file, found, record })
  return work({ options, file, rows: found.rows, place, record })
}

interface Work {
  readonly options: Options
  readonly file: string
  readonly rows: number
  readonly place: RunPlace
  readonly record: RunRecord
}

async function work(parts: Work): Promise<number> {
  const { options, file, rows, place, record } = parts
  const screen = screenFor(process.stdout, process.env)
  const narrator = new Narrator({ screen, rows, from: record.stoppedAtRow ?? 0 })
  const job = new Job({ ...parts, narrator })
  const end = await untilStopped(job, narrator)
  screen.done()
  const { seconds } = narrator
  switch (end.type) {
    case 'taken':
      return refuseToStart(`another process works with ${place.database}; let it finish, or choose another --seed or --data`)
    case 'stopped':
      saveRun(place, { ...job.record, stoppedAtRow: end.rows })
      console.log(`stopped at row ${grouped(end.rows)} of ${grouped(rows)}; the same command continues there`)
      return exitCodes.interrupted
    default: {
      const { kills } = job.record
      const twin = end.type === 'done' ? await besides({ ...parts, kills, narrator, screen }) : { problem: 'not run' }
      screen.done()
      const ended = { end, file, database: place.database, narrator, seconds, kills, killsWanted: options.kills, twin }
      const isExact = await conclude(ended)
      saveRun(place, { ...job.record, isOver: true })
      return isExact ? exitCodes.exact : exitCodes.notExact
    }
  }
}

interface Besides extends Work {
  readonly kills: RunRecord['kills']
  readonly narrator: Narrator
  readonly screen: Screen
}

/** The plain twin has its turn when the job is done. */
function besides({ options, file, rows, place, kills, narrator, screen }: Besides): Promise<Beside> {
  const parts = { file, place: place.twin, seed: options.seed, rows, kills, narrator, screen }
  const job = new TwinJob(parts)
  return untilStopped({ run: () => runBeside(job, parts), stop: () => job.stop(), kill: () => job.stop() }, narrator)
}

function datasetFile(): string {
  return fileURLToPath(new URL('../data/birdstrikes.csv', import.meta.resolve('vega-datasets')))
}

function tryToOpen(place: RunPlace): RunRecord | { readonly problem: string } {
  try {
    return openRun(place)
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

interface Introduction {
  readonly options: Options
  readonly file: string
  readonly found: Survey
  readonly record: RunRecord
}

function introduce({ options, file, found, record }: Introduction): void {
  const { rows, operators, withoutSpeed } = found
  const kills = `the process is killed ${counted(options.kills, 'time')} with SIGKILL`
  const contents = `${counted(rows, 'row')}, ${counted(operators, 'operator')}, ${counted(withoutSpeed, 'row')} without a speed`
  console.log(`Bird strikes, one durable ledger per operator: a bug crashes actors, and ${kills} (seed ${options.seed})`)
  console.log(`${basename(file)}: ${contents}`)
  const { stoppedAtRow, kills: before } = record
  if (stoppedAtRow !== null) console.log(`continues at row ${grouped(stoppedAtRow)}, after ${counted(before.length, 'kill')}`)
  else if (before.length > 0) console.log(`continues a run that was broken off after ${counted(before.length, 'kill')}`)
}

interface Stoppable<End> {
  run(): Promise<End>
  stop(): void
  kill(): void
}

/** Runs something that Ctrl-C stops. */
async function untilStopped<End>(job: Stoppable<End>, narrator: Narrator): Promise<End> {
  let firstAtMs: number | undefined
  const onSignal = (): void => {
    if (firstAtMs === undefined) {
      firstAtMs = performance.now()
      narrator.line('stop', 'in order, as asked; once more stops at once')
      job.stop()
    } else if (performance.now() - firstAtMs > secondSignalAfterMs) job.kill()
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  try {
    return await job.run()
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}

function refuseToStart(problem: string): number {
  console.error(`birdstrikes: ${problem}. Nothing was done; --help says more`)
  return exitCodes.wrongUse
}
