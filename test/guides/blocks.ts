/** A block of code in a page of the documentation. */
export interface Block {
  /** The page, relative to the root of the repository. */
  readonly page: string
  /** The line of the page on which the code begins, from 1. */
  readonly line: number
  readonly code: string
  /** False for a block that is only type-checked. */
  readonly runs: boolean
}

/**
 * The blocks of a page that are fenced as `ts`. A block fenced as `ts no-run` is not run.
 *
 * Throws if a fence is not closed, or says something that nobody would notice to be ignored.
 */
export function blocksOf(page: string, text: string): readonly Block[] {
  const blocks: Block[] = []
  const lines = text.split(/\r?\n/)
  let open: { readonly fence: string; readonly info: string; readonly line: number } | undefined
  lines.forEach((content, index) => {
    const [, fence = '', info = ''] = /^(`{3,})(.*)$/.exec(content) ?? []
    if (open === undefined && fence !== '') open = { fence, info: info.trim(), line: index + 2 }
    else if (open !== undefined && fence.length >= open.fence.length && info.trim() === '') {
      const code = lines.slice(open.line - 1, index).join('\n')
      if (isTypeScript(page, open)) blocks.push({ page, line: open.line, code, runs: open.info === 'ts' })
      open = undefined
    }
  })
  if (open !== undefined) throw new Error(`${page}:${open.line - 1}: this code block is not closed`)
  return blocks
}

/** A name for the block in file names and in the names of tests. */
export function nameOf({ page, line }: Block): string {
  return `${page}:${line}`
}

function isTypeScript(page: string, { info, line }: { readonly info: string; readonly line: number }): boolean {
  const [language = '', ...words] = info.split(/\s+/)
  if (language === 'typescript' || language === 'tsx')
    throw new Error(`${page}:${line - 1}: write "ts" in place of "${language}", so that the block is checked`)
  if (language !== 'ts') return false
  if (words.length > 0 && words.join(' ') !== 'no-run')
    throw new Error(`${page}:${line - 1}: after "ts" only "no-run" may stand, not "${words.join(' ')}"`)
  return true
}
