import ts from 'typescript'

/** One place where a file names another module. */
export interface Import {
  readonly specifier: string
  readonly line: number
  /** `import type`, `export type … from` and `import('…').Name` in a type: gone when the program runs. */
  readonly isTypeOnly: boolean
}

/** Something that a rule may forbid, and where it is. */
export interface Finding {
  readonly what: string
  readonly line: number
}

/** What the rules want to know of one file. */
export interface SourceFacts {
  /** Below `src`, with slashes: `runtime/clock.ts`. */
  readonly path: string
  readonly imports: readonly Import[]
  readonly timeAndChance: readonly Finding[]
  readonly mutableState: readonly Finding[]
  readonly anyTypes: readonly Finding[]
}

/** Reads one source file, without resolving anything. */
export function sourceFacts(path: string, text: string): SourceFacts {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const nodes = descendants(file)
  const found = <Fact>(fact: (node: ts.Node) => Fact | undefined): readonly (Fact & { readonly line: number })[] =>
    nodes.flatMap((node) => {
      const value = fact(node)
      return value === undefined ? [] : [{ ...value, line: lineOf(file, node) }]
    })
  return {
    path,
    imports: found(importFact),
    timeAndChance: found((node) => asFinding(timeOrChance(node))),
    mutableState: [...found((node) => asFinding(mutableStatic(node))), ...mutableVariables(file, nodes)],
    anyTypes: found((node) => (node.kind === ts.SyntaxKind.AnyKeyword ? { what: 'any' } : undefined)),
  }
}

function importFact(node: ts.Node): Omit<Import, 'line'> | undefined {
  if (ts.isImportDeclaration(node)) return asImport(node.moduleSpecifier, isTypeOnlyImport(node))
  if (ts.isExportDeclaration(node)) return asImport(node.moduleSpecifier, node.isTypeOnly)
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return asImport(node.argument.literal, true)
  if (ts.isExternalModuleReference(node)) return asImport(node.expression, false)
  return ts.isCallExpression(node) && loadsModule(node.expression) ? asImport(node.arguments[0], false) : undefined
}

function asImport(specifier: ts.Node | undefined, isTypeOnly: boolean): Omit<Import, 'line'> | undefined {
  if (specifier === undefined) return undefined
  // A computed name cannot be checked against the table; the rule of the table then refuses it.
  return { specifier: ts.isStringLiteralLike(specifier) ? specifier.text : `computed: ${specifier.getText()}`, isTypeOnly }
}

function isTypeOnlyImport({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const { name, namedBindings } = importClause
  if (name !== undefined || namedBindings === undefined || !ts.isNamedImports(namedBindings)) return false
  return namedBindings.elements.every(({ isTypeOnly }) => isTypeOnly)
}

function loadsModule(callee: ts.Expression): boolean {
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require')
}

const clocksAndDice = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'performance'])
const clocksAndDiceMembers = new Set([
  'Date.now',
  'Math.random',
  'process.nextTick',
  'process.hrtime',
  'AbortSignal.timeout',
  'crypto.randomUUID',
  'crypto.getRandomValues',
])

function timeOrChance(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const member = `${node.expression.getText().replace(/^globalThis\./, '')}.${node.name.text}`
    const name = member.replace(/^globalThis\./, '')
    return clocksAndDiceMembers.has(name) || (name !== member && clocksAndDice.has(name)) ? name : undefined
  }
  if (ts.isNewExpression(node)) return node.expression.getText() === 'Date' && !node.arguments?.length ? 'new Date()' : undefined
  return ts.isIdentifier(node) && clocksAndDice.has(node.text) && isReference(node) ? node.text : undefined
}

/** True if an identifier stands for the global of that name, and is not merely a property or a type so called. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isShorthandPropertyAssignment(parent)) return true
  const isName = 'name' in parent && parent.name === node
  return !isName && !ts.isTypeNode(parent)
}

function mutableStatic(node: ts.Node): string | undefined {
  if (!ts.isPropertyDeclaration(node)) return undefined
  const modifiers = node.modifiers?.map(({ kind }) => kind) ?? []
  const isMutable = modifiers.includes(ts.SyntaxKind.StaticKeyword) && !modifiers.includes(ts.SyntaxKind.ReadonlyKeyword)
  return isMutable ? `static ${node.name.getText()} can be changed` : undefined
}

function mutableVariables(file: ts.SourceFile, nodes: readonly ts.Node[]): readonly Finding[] {
  return file.statements.filter(ts.isVariableStatement).flatMap(({ declarationList }) =>
    declarationList.declarations.flatMap((declaration) => {
      const what = mutableVariable(declarationList, declaration, nodes)
      return what === undefined ? [] : [{ what, line: lineOf(file, declaration) }]
    }),
  )
}

function mutableVariable(
  list: ts.VariableDeclarationList,
  declaration: ts.VariableDeclaration,
  nodes: readonly ts.Node[],
): string | undefined {
  const name = declaration.name.getText()
  if ((list.flags & ts.NodeFlags.Const) === 0) return `${name} can be changed`
  if (isMutableCollection(declaration)) return `${name} is a collection; type it as ReadonlyMap or ReadonlySet`
  const change = nodes.find((node) => changes(node, name))
  return change === undefined ? undefined : `${name} is changed by ${change.getText().split('\n')[0] ?? ''}`
}

function isMutableCollection({ initializer, type }: ts.VariableDeclaration): boolean {
  if (initializer === undefined || !ts.isNewExpression(initializer)) return false
  const collection = initializer.expression.getText()
  if (collection === 'WeakMap' || collection === 'WeakSet') return true
  return (collection === 'Map' || collection === 'Set') && !/^Readonly(?:Map|Set)\b/.test(type?.getText() ?? '')
}

const changingMethods = new Set([
  ...['push', 'pop', 'shift', 'unshift', 'splice', 'sort', 'reverse', 'fill', 'copyWithin'],
  ...['set', 'add', 'delete', 'clear'],
])

function changes(node: ts.Node, name: string): boolean {
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression))
    return node.expression.expression.getText() === name && changingMethods.has(node.expression.name.text)
  if (ts.isBinaryExpression(node)) return isAssignment(node.operatorToken.kind) && isMemberOf(node.left, name)
  if (ts.isDeleteExpression(node)) return isMemberOf(node.expression, name)
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node))
    return isCounting(node) && isMemberOf(node.operand, name)
  return false
}

function isMemberOf(node: ts.Node, name: string): boolean {
  return (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) && node.expression.getText() === name
}

function isAssignment(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment
}

function isCounting({ operator }: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression): boolean {
  return operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken
}

function asFinding(what: string | undefined): { readonly what: string } | undefined {
  return what === undefined ? undefined : { what }
}

function lineOf(file: ts.SourceFile, node: ts.Node): number {
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1
}

function descendants(node: ts.Node): readonly ts.Node[] {
  const all: ts.Node[] = [node]
  // The list grows while it is walked through.
  for (const next of all) ts.forEachChild(next, (child) => void all.push(child))
  return all
}
