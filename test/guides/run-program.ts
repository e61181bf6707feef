// Runs the program that is named as argument, and ends with an error if the program has ended and something of it has not.
import { pathToFileURL } from 'node:url'

const graceMs = 1_000

await import(pathToFileURL(process.argv[2] ?? '').href)

setTimeout(() => {
  // The pipes are those of standard output and error.
  const running = process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap')
  process.stderr.write(`the block has ended, and left something running: ${running.join(', ')}\n`)
  process.exit(1)
}, graceMs).unref()
