import { describe, expect, it } from 'vitest'
import { moduleOfNames } from './dictionary.ts'
import { openWorkshop, readPage } from './workshop.ts'

const page = 'guides/otp-dictionary.md'

describe('the dictionary', () => {
  const workshop = openWorkshop('dictionary')
  const problems = (text: string) => workshop.typecheck([{ page, line: 1, code: moduleOfNames(text).code, runs: false }])

  it('names only what is exported, or an option or a method of that', { timeout: 60_000 }, () => {
    const text = readPage(page)
    expect(problems(text)).toEqual([])
    expect(moduleOfNames(text).names).toBeGreaterThan(150)
  })

  it('would not name what there is not', { timeout: 60_000 }, () => {
    const rows = [
      '# A',
      '| `a` | `actor`, `app.whereis`, `child: restart` |',
      '| b | `gen_server` |',
      '| c | `app.whereIs` |',
      '| d | `child: retsart` |',
    ]
    expect(problems(rows.join('\n'))).toEqual([
      expect.stringMatching(/^guides\/otp-dictionary\.md:3: .*gen_server/),
      expect.stringMatching(/^guides\/otp-dictionary\.md:4: .*whereIs/),
      expect.stringMatching(/^guides\/otp-dictionary\.md:5: .*retsart/),
    ])
  })
})
