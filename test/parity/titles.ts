import ts from 'typescript'

const namers: ReadonlySet<string> = new Set(['it', 'test', 'describe'])

/** The titles of all tests of a file as they are written, those of groups among them. */
export function titlesIn(source: string): readonly string[] {
  const titles: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && namers.has(rootOf(node.expression))) {
      const [title] = node.arguments
      if (title !== undefined && ts.isStringLiteralLike(title)) titles.push(title.text)
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('a.test.ts', source, ts.ScriptTarget.Latest))
  return titles
}

/** The ids that a title begins with: `[S7] [W4] one signature` has two. */
export function idsOf(title: string): readonly string[] {
  const [tags] = /^(?:\[[A-Z]\d+\] ?)*/.exec(title) ?? ['']
  return [...tags.matchAll(/\[(\w+)\]/g)].map(([, id]) => id ?? '')
}

/** `it` of `it.each(table)('title')` and of `it.only('title')`. */
function rootOf(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return node.text
  return ts.isPropertyAccessExpression(node) || ts.isCallExpression(node) ? rootOf(node.expression) : ''
}
