import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const folder = `${root}test/types/wrong-uses/`

/** What an editor shows at a wrong use: the text that is underlined, and what is said of it. */
export interface Shown {
  readonly at: string
  readonly text: string
}

/** Type-checks each use as a module of its own, all in one program, and gives what is wrong with each. */
export function check(uses: readonly string[]): readonly (readonly Shown[])[] {
  const shop = readFileSync(`${folder}shop.ts`, 'utf8')
  const names = [...shop.matchAll(/^export (?:declare )?const (\w+)|^export \{ (.*) \}/gm)].map(([, one, many]) => one ?? many)
  const modules = new Map(uses.map((use, i) => [`${folder}${i}.ts`, `import { ${names.join(', ')} } from './shop.ts'\n${use}\n`]))
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile) as { config: unknown }
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const host = ts.createCompilerHost(options)
  const inPlace: ts.CompilerHost = {
    ...host,
    fileExists: (path) => modules.has(path) || host.fileExists(path),
    readFile: (path) => modules.get(path) ?? host.readFile(path),
    getSourceFile: (path, ...rest) => {
      const text = modules.get(path)
      return text === undefined ? host.getSourceFile(path, ...rest) : ts.createSourceFile(path, text, rest[0])
    },
  }
  const program = ts.createProgram([...modules.keys()], options, inPlace)
  return [...modules].map(([path, module]) =>
    ts.getPreEmitDiagnostics(program, program.getSourceFile(path)).map(({ start = 0, length, messageText }) => ({
      at: module.slice(start, start + (length ?? 0)),
      text: ts.flattenDiagnosticMessageText(messageText, '\n'),
    })),
  )
}
