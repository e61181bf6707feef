import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { run } from '../support/program.ts'
import { inDirectory } from '../support/store-fixtures.ts'

const program = fileURLToPath(new URL('fixtures/checkpoints.ts', import.meta.url))

describe.each(['in-process', 'worker'])('a process with a store on the link %s', (link) => {
  it(
    '[R21] has, after kill -9 right behind ref.checkpoint(), the state of that moment',
    () =>
      inDirectory(async (directory) => {
        const file = join(directory, 'app.db')
        const killed = run(program, [file, link, 'on demand'])
        const { said } = await killed.end()
        expect({ said, signal: killed.process.signalCode }).toEqual({ said: [{ number: 2 }], signal: 'SIGKILL' })
        expect((await run(program, [file, link, 'look']).end()).said).toEqual([{ count: 15 }])
      }),
    30_000,
  )
})
