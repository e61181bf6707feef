import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { run } from '../support/program.ts'
import { inDirectory } from '../support/store-fixtures.ts'

const program = fileURLToPath(new URL('fixtures/poisoned.ts', import.meta.url))

describe('a message that takes the process down each time', () => {
  it.each(['exit', 'kill', 'kill later'])(
    'becomes a dead letter, and all others are applied once (by %s)',
    async (way) => {
      await inDirectory(async (directory) => {
        const file = join(directory, 'poisoned.db')
        const said: unknown[] = []
        let lives = 0
        for (let code: number | null = -1; code !== 0 && lives < 10; lives += 1) {
          const life = await run(program, [file, lives === 0 ? 'send' : 'look', way]).end()
          said.push(...life.said)
          code = life.code
        }
        expect(said).toEqual([
          { attempt: 1 },
          { attempt: 2 },
          { attempt: 3 },
          { dead: 'add', why: 'crashed', attempt: 3 },
          { sum: 19 },
        ])
        expect(lives).toBe(4)
      })
    },
    60_000,
  )
})
