import ts from 'typescript'
import type { Block } from './blocks.ts'

/** The values that a line of a block is to give, in the order in which they come. */
export interface Expectation {
  readonly line: number
  readonly texts: readonly string[]
}

/** Where the modules of the package are, by the name after `coppice`: `''` for the package itself, `/testing`, ... */
export type PackageModules = Readonly<Record<string, string>>

/** The block as a module to be type-checked: each line is where it is in the page, so that errors name the right one. */
export function moduleOf(block: Block, modules: PackageModules): string {
  return `${'\n'.repeat(block.line - 1)}${withModules(block.code, modules)}\n`
}

/** The block as a program: as {@link moduleOf}, and it compares what a line gives with the comment `// => ...` at its end. */
export function programOf(block: Block, modules: PackageModules, expectPath: string): string {
  const { code, expectations } = withExpectations(block)
  const expecting = `const { __printed, __value } = expecting(${JSON.stringify(expectations)})`
  const header = `import { expecting } from '${expectPath}'; ${expecting}`
  // The line of the fence comes before the code, so there is always a line for the header.
  return `${header}${'\n'.repeat(block.line - 1)}${withModules(code, modules)}\n`
}

function withModules(code: string, modules: PackageModules): string {
  const imports = /((?:from|import)\s*\(?\s*)['"]coppice(\/[\w/-]+)?['"]/g
  return code.replace(imports, (whole, before: string, subPath = '') => {
    const path = modules[String(subPath)]
    return path === undefined ? whole : `${before}'${path}'`
  })
}

function withExpectations(block: Block): { readonly code: string; readonly expectations: readonly Expectation[] } {
  const file = ts.createSourceFile('block.ts', block.code, ts.ScriptTarget.Latest, true)
  const comments = expectedTexts(block.code)
  const edits: Edit[] = []
  const expectations: Expectation[] = []
  const visit = (node: ts.Node): void => {
    const endLine = file.getLineAndCharacterOfPosition(node.getEnd()).line
    const texts = comments.get(endLine)
    const made = texts === undefined ? undefined : editsOf(node, block.line + endLine)
    if (made === undefined || texts === undefined) return ts.forEachChild(node, visit)
    edits.push(...made)
    expectations.push({ line: block.line + endLine, texts })
    comments.delete(endLine)
  }
  visit(file)
  const [unused] = comments.keys()
  if (unused !== undefined) throw new Error(`${block.page}:${block.line + unused}: "// =>" stands behind what has no value`)
  return { code: applied(block.code, edits), expectations }
}

/** The texts behind `// =>` by line, from 0. A comment on a line of its own belongs to the line of code above it. */
function expectedTexts(code: string): Map<number, readonly string[]> {
  const texts = new Map<number, readonly string[]>()
  let codeLine = 0
  code.split('\n').forEach((line, index) => {
    const [, before = line, text] = /^(.*?)\/\/ =>\s?(.*)$/.exec(line) ?? []
    if (before.trim() !== '') codeLine = index
    if (text !== undefined) texts.set(codeLine, [...(texts.get(codeLine) ?? []), text])
  })
  return texts
}

interface Edit {
  readonly at: number
  readonly removed: number
  readonly text: string
}

function editsOf(node: ts.Node, line: number): readonly Edit[] | undefined {
  if (ts.isExpressionStatement(node)) {
    const { expression } = node
    if (ts.isCallExpression(expression) && expression.expression.getText() === 'console.log') {
      const callee = expression.expression
      return [{ at: callee.getStart(), removed: callee.getWidth(), text: `__printed(${line})` }]
    }
    return [insertion(expression.getStart(), `__value(${line})(`), insertion(expression.getEnd(), ')')]
  }
  if (!ts.isVariableStatement(node)) return undefined
  const name = node.declarationList.declarations.at(-1)?.name
  return name !== undefined && ts.isIdentifier(name) ? [insertion(node.getEnd(), `; __value(${line})(${name.text})`)] : undefined
}

function insertion(at: number, text: string): Edit {
  return { at, removed: 0, text }
}

function applied(code: string, edits: readonly Edit[]): string {
  return edits
    .toSorted((a, b) => b.at - a.at)
    .reduce((text, { at, removed, text: inserted }) => text.slice(0, at) + inserted + text.slice(at + removed), code)
}
