/** Whose members the words before a dot and a colon name. */
const owners: Readonly<Record<string, string>> = {
  'app.': 'coppice.App<unknown>',
  'ctx.': 'coppice.Context',
  'ref.': 'coppice.ActorRef<Record<string, never>>',
  'members.': 'coppice.MembersRef<unknown, unknown>',
  'tasks.': 'coppice.TasksRef',
  'sup.': 'coppice.SupervisorRef',
  'sim.': 'testing.SimulatedSystem<unknown>',
  'child:': 'coppice.ChildOptions',
  'supervisor:': 'coppice.SupervisorOptions',
  'start:': 'coppice.StartOptions',
  'spawn:': 'coppice.SpawnFromActorOptions',
  'call:': 'coppice.CallOptions',
  'stop:': 'coppice.StopOptions',
  'actor:': 'coppice.ActorOptions<unknown, unknown, Record<string, coppice.AnyHandler>>',
}

/** What makes handlers is given to the definition of an actor, and not exported. */
const ofTheKit = ['call', 'cast']

const ofTesting = ['simulatedSystem', 'Fault', 'replay']

/** No names of ours: of the language, and values of an option. */
const others = ['await using', 'durable']

/**
 * A module that is well typed if every name in the last columns of the tables of a page exists; what is wrong with one is in the
 * line in which the page has it.
 */
export function moduleOfNames(page: string): { readonly code: string; readonly names: number } {
  const statements = page.split('\n').map((line) => namesIn(line).map(statementOf))
  const imports = ["import type * as coppice from 'coppice'", "import type * as testing from 'coppice/testing'"]
  // The statements of one module need names that differ.
  let names = 0
  const code = [imports, ...statements.slice(1)].map((line) =>
    line.map((text) => text.replace('$', `$${(names += 1)}`)).join('; '),
  )
  return { code: code.join('\n'), names: names - imports.length }
}

function namesIn(line: string): readonly string[] {
  const lastCell = line.split('|').slice(1, -1).at(-1) ?? ''
  return [...lastCell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name).filter((name) => !others.includes(name))
}

function statementOf(name: string): string {
  const [, owner = '', member = ''] = /^(\w+[.:]) ?(\w+)$/.exec(name) ?? []
  const type = owners[owner]
  if (type !== undefined) return `export type $ = ${type}['${member}']`
  if (ofTheKit.includes(name)) return `export type $ = coppice.HandlerKit<unknown>['${name}']`
  return `export type { ${name} as $ } from 'coppice${ofTesting.includes(name) ? '/testing' : ''}'`
}
