import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { run } from '../support/program.ts'
import { inDirectory } from '../support/store-fixtures.ts'

const program = fileURLToPath(new URL('fixtures/checkpoints.ts', import.meta.url))

describe.each(['in-process', 'worker'])('a process with a store on the link %s', (link) => {
  it('[R21] has, after kill -9 right behind ref.checkpoint(), the state of that moment', async () => {
    await inDirectory(async (directory) => {
      const file = join(directory, 'app.db')
      const killed = run(program, [file, link, 'on demand'])
      const { said } = await killed.end()
      expect({ said, signal: killed.process.signalCode }).toEqual({ said: [{ number: 2 }], signal: 'SIGKILL' })
      expect((await run(program, [file, link, 'look']).end()).said).toEqual([{ count: 15 }])
    })
  })
})

describe('a process that keeps a state in files', () => {
  // The checkpoint with the number n has the count n. The fourth is under way.
  it.each([
    ['in-process', 'prepared 4', 3],
    ['in-process', 'mid-write 4', 3],
    ['in-process', 'written 4', 3],
    ['in-process', 'before commit 4', 3],
    ['in-process', 'committed 4', 4],
    ['in-process', 'expiring 2', 4],
    ['in-process', 'expired 2', 4],
    ['worker', 'before commit 4', 3],
    ['worker', 'committed 4', 4],
  ])(
    '[R12] [R4] [R6] on the link %s, killed at "%s", loads a whole checkpoint whose data are those of its number: %i',
    async (link, point, count) => {
      await inDirectory(async (directory) => {
        const file = join(directory, 'app.db')
        mkdirSync(`${file}.states`)
        const killed = run(program, [file, link, 'elsewhere', point])
        await killed.end()
        expect({ said: killed.said, signal: killed.process.signalCode }).toEqual({ said: [], signal: 'SIGKILL' })
        const [loaded, found] = (await run(program, [file, link, 'files']).end()).said
        expect(loaded).toEqual({ loaded: count, asked: count, count, isWhole: true })
        // The two that are kept, and the one of which nobody can be told before the next start, because the last took its place.
        const { files, ...rest } = found as { readonly files: readonly string[]; readonly count: number }
        expect(rest).toEqual({ count })
        expect(files.filter((name) => !name.endsWith('.tmp'))).toHaveLength(3)
      })
    },
  )
})
