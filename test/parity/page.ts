/** A test as the page names it. */
export interface NamedTest {
  readonly file: string
  readonly title: string
}

/** One row of the parity page. */
export interface Row {
  readonly id: string
  readonly what: string
  /** None: the row is open. */
  readonly tests: readonly NamedTest[]
}

/**
 * The rows of the parity page: `| S2 | what it is | test/a.test.ts › [S2] a title |`, several tests behind each other with
 * `<br>` between them, or `open`, with a reason behind a colon if there is one to give.
 *
 * @throws Error naming the line that is no row although it begins as one.
 */
export function rowsOf(page: string): readonly Row[] {
  return page.split('\n').flatMap((line) => (/^\| [A-Z]\d+ /.test(line) ? [rowOf(line)] : []))
}

function rowOf(line: string): Row {
  const [, id, what, proof, ...rest] = line.split(/(?<!\\)\|/).map((cell) => cell.trim())
  if (id === undefined || !what || !proof || rest.length !== 1 || rest[0] !== '') throw new Error(`not a row: ${line}`)
  if (/^open(?:: .+)?$/.test(proof)) return { id, what, tests: [] }
  return { id, what, tests: proof.split('<br>').map((text) => namedTest(text.trim(), line)) }
}

function namedTest(text: string, line: string): NamedTest {
  const [file, title, ...rest] = text.split(' › ')
  if (!file?.endsWith('.ts') || !title || rest.length > 0) throw new Error(`neither "file › title" nor open: ${line}`)
  return { file, title: title.replaceAll('\\|', '|') }
}
