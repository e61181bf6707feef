import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { nameOf, type Block } from './blocks.ts'
import { moduleOf, programOf, type PackageModules } from './programs.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const here = join(root, 'test/guides')
const limitMs = 20_000

/** How a block ran: `output` is what it printed, `problem` why that is not well. */
export interface BlockRun {
  readonly output: string
  readonly problem: string | undefined
}

/** A folder in which blocks become modules: it is below the repository, so that packages are found. */
export interface Workshop {
  /** Type-checks the blocks together, and says what is wrong with them: page, line, message. */
  typecheck(blocks: readonly Block[]): readonly string[]
  /** Runs a block in a process and a folder of its own. */
  run(block: Block): Promise<BlockRun>
}

/** Opens an empty folder of that name below `test/guides/.generated`. */
export function openWorkshop(name: string): Workshop {
  const folder = join(here, '.generated', name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const modules = packageModules()

  const write = (block: Block, suffix: string, text: string): string => {
    const path = join(folder, `${nameOf(block).replaceAll(/[^\w.-]/g, '-')}${suffix}`)
    writeFileSync(path, text)
    return path
  }

  return {
    typecheck: (blocks) => {
      const pages = new Map(blocks.map((block) => [write(block, '.ts', moduleOf(block, modules)), block.page]))
      return pages.size === 0 ? [] : typeErrors(pages)
    },
    run: async (block) => runProgram(write(block, '.run.ts', programOf(block, modules, '../../expecting.ts'))),
  }
}

/** The sources of what package.json exports, as seen from a workshop. */
function packageModules(): PackageModules {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: Record<string, unknown> }
  return Object.fromEntries(
    Object.entries(exports).flatMap(([name, target]) => {
      const built = (target as { readonly default?: string }).default
      const source = built?.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts')
      return source === undefined ? [] : [[name.slice(1), `../../../../${source}`]]
    }),
  )
}

function typeErrors(pages: ReadonlyMap<string, string>): readonly string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => readFileSync(path, 'utf8')) as { config: unknown }
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const program = ts.createProgram([...pages.keys()], { ...options, noEmit: true })
  return [...pages].flatMap(([path, page]) =>
    ts.getPreEmitDiagnostics(program, program.getSourceFile(path)).map(({ file, start, messageText }) => {
      const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line + 1
      return `${page}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
    }),
  )
}

async function runProgram(path: string): Promise<BlockRun> {
  const folder = mkdtempSync(join(tmpdir(), 'coppice-guide-'))
  const env = { ...process.env, FORCE_COLOR: '0' }
  const limits = { timeout: limitMs, killSignal: 'SIGKILL' } as const
  const child = spawn(process.execPath, [join(here, 'run-program.ts'), path], { cwd: folder, env, ...limits })
  let [output, errors] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  rmSync(folder, { recursive: true, force: true })
  if (code === 0) return { output, problem: undefined }
  const end = signal === null ? `the process ended with code ${code}` : `the process did not end within ${limitMs} ms`
  return { output, problem: `${end}\n${errors}` }
}

/** Where code is shown that has to be right: the README, the guides, and the doc comments of the source. */
export function pages(): readonly string[] {
  // The examples in doc comments import what the front door shows: without one there is nothing to try.
  const sources = existsSync(join(root, 'src/index.ts')) ? ts.sys.readDirectory(join(root, 'src'), ['.ts']) : []
  const files = [...ts.sys.readDirectory(join(root, 'guides'), ['.md']), ...sources]
  return ['README.md', ...files.map((path) => path.slice(root.length)).sort()].filter((page) => existsSync(join(root, page)))
}

/** The text of a page; of a source file the same lines, without the asterisks in front of doc comments. */
export function readPage(page: string): string {
  const text = readFileSync(join(root, page), 'utf8')
  return page.endsWith('.ts') ? text.replaceAll(/^ *\* ?/gm, '') : text
}
