import { machineDiagram, type DrawableState } from '../../src/supervision/telling/machine-diagram.ts'

export const pageFile = 'guides/supervisor-machine.md'

const fence = /```mermaid\n[\s\S]*?\n```/

/** The page with the drawing of this machine in the place of the one that it has. */
export function withDrawing(page: string, machine: DrawableState): string {
  if (!fence.test(page)) throw new Error(`${pageFile} has no place for a drawing: a block of mermaid`)
  // A function, because a drawing may hold what stands for something in a replacement.
  return page.replace(fence, () => `\`\`\`mermaid\n${machineDiagram(machine)}\n\`\`\``)
}

/** The first cells of all rows of the tables of a page, without their code marks. */
export function tableRows(page: string): readonly string[] {
  return page.split('\n').flatMap((line) => {
    const [, cell] = /^\| `([^`]+)`/.exec(line) ?? []
    return cell === undefined ? [] : [cell]
  })
}
