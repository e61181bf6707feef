import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const page = new URL('../../guides/guarantees.md', import.meta.url)
const text = readFileSync(page, 'utf8')
const fileOf = (path: string): URL => new URL(path, page)

describe('the page of guarantees', () => {
  const rows = [...text.matchAll(/^\| (P\d+) \| (.*) \| (.*) \| \[[^\]]+\]\(([^)]+)\): `(.+)` \|$/gm)]

  it('says of each promise what is not promised, and which test tries to break it', () => {
    expect(rows.map(([, id]) => id)).toEqual(Array.from({ length: 21 }, (_, i) => `P${i + 1}`))
    for (const [, id, promised, not, path = '', title = ''] of rows) {
      expect(promised === '–' && not === '–', id).toBe(false)
      expect(readFileSync(fileOf(path), 'utf8').includes(title), `${id}: no test "${title}" in ${path}`).toBe(true)
    }
  })

  it('names tests that are there', () => {
    const paths = [...text.matchAll(/\]\((\.\.\/test\/[^)#]+)\)/g)].map(([, path]) => path ?? '')
    expect(paths.length).toBeGreaterThan(100)
    expect([...new Set(paths)].filter((path) => !existsSync(fileOf(path)))).toEqual([])
  })
})
