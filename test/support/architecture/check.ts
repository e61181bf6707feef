import { posix } from 'node:path'
import { importCycles } from './import-cycles.ts'
import { doorsOfTimeAndChance, rooms, type AllowedPackage, type Room } from './rooms.ts'
import type { Import, SourceFacts } from './source-facts.ts'

/** The names of the rules, each of which is a test. */
export const rules = ['room', 'package', 'index', 'cycle', 'time and chance', 'mutable state', 'any'] as const

/** A broken rule, in one line: file, line, rule, and what is wrong. */
export interface Violation {
  readonly rule: (typeof rules)[number]
  readonly file: string
  readonly line: number
  readonly problem: string
}

/** Checks all files of `src` against all rules. */
export function check(files: readonly SourceFacts[]): readonly Violation[] {
  return [...files.flatMap(checkFile), ...checkFileCounts(files), ...checkCycles(files)]
}

/** A violation for a person. */
export function describeViolation({ rule, file, line, problem }: Violation): string {
  return `src/${file}:${line}: [${rule}] ${problem}`
}

function checkFile(file: SourceFacts): readonly Violation[] {
  const { path } = file
  const timeAndChance = doorsOfTimeAndChance.includes(path) ? [] : file.timeAndChance
  const doors = doorsOfTimeAndChance.join(', ')
  return [
    ...file.imports.flatMap((imported) => checkImport(path, imported)),
    ...timeAndChance.map(({ what, line }) => violation('time and chance', path, line, `${what} belongs into ${doors} only`)),
    ...file.mutableState.map(({ what, line }) => violation('mutable state', path, line, `${what}, for the whole module`)),
    ...file.anyTypes.map(({ line }) => violation('any', path, line, 'the type any; use unknown, or the type that it is')),
  ]
}

function checkImport(path: string, imported: Import): readonly Violation[] {
  if (imported.specifier.startsWith('.')) return checkRelative(path, imported)
  const room = roomOf(path)
  if (room === undefined) return [violation('package', path, imported.line, `${imported.specifier}: only rooms may use packages`)]
  const allowed = room.packages.filter((candidate) => isNamed(candidate, imported.specifier))
  if (allowed.some((candidate) => candidate.in?.test(inRoom(path)) ?? true)) return []
  const problem = `${imported.specifier} may not be used by ${path}: the table in test/support/architecture/rooms.ts says who may`
  return [violation('package', path, imported.line, problem)]
}

function checkRelative(path: string, imported: Import): readonly Violation[] {
  const target = targetOf(path, imported.specifier)
  const violations: Violation[] = []
  if (posix.basename(target) === 'index.ts')
    violations.push(violation('index', path, imported.line, `${target} is a front door; import the file that defines the name`))
  if (!mayImport(path, target, imported.isTypeOnly))
    violations.push(violation('room', path, imported.line, `${nameOfRoom(path)} may not import ${target}`))
  return violations
}

function mayImport(path: string, target: string, isTypeOnly: boolean): boolean {
  if (target.startsWith('../')) return false
  // The front door of the package shows what is in every room.
  if (path === 'index.ts') return roomOf(target) !== undefined
  if (nameOfRoom(path) === nameOfRoom(target)) return roomOf(target) !== undefined
  return (roomOf(path)?.imports ?? []).some((allowed) => {
    if (typeof allowed === 'string') return allowed === nameOfRoom(target)
    return allowed.room === nameOfRoom(target) && allowed.only.test(inRoom(target)) && (isTypeOnly || allowed.isTypeOnly !== true)
  })
}

function checkFileCounts(files: readonly SourceFacts[]): readonly Violation[] {
  return rooms.flatMap((room) => room.packages.flatMap((allowed) => checkFileCount(room, allowed, files)))
}

function checkFileCount(room: Room, allowed: AllowedPackage, files: readonly SourceFacts[]): readonly Violation[] {
  const users = files.flatMap(({ path, imports }) => {
    const use = imports.find(({ specifier }) => isNamed(allowed, specifier))
    return use === undefined || nameOfRoom(path) !== room.name ? [] : [{ path, line: use.line }]
  })
  if (allowed.files === undefined || users.length <= allowed.files) return []
  const all = users.map(({ path }) => path).join(', ')
  const problem = `${allowed.name} may be used by ${allowed.files} file of ${room.name}, but is by ${all}`
  return users.slice(allowed.files).map(({ path, line }) => violation('package', path, line, problem))
}

function checkCycles(files: readonly SourceFacts[]): readonly Violation[] {
  const lines = new Map<string, number>()
  const graph = new Map<string, readonly string[]>()
  for (const { path, imports } of files) {
    const relative = imports.filter(({ specifier }) => specifier.startsWith('.'))
    graph.set(
      path,
      relative.map(({ specifier }) => targetOf(path, specifier)),
    )
    for (const { specifier, line } of relative) lines.set(`${path} ${targetOf(path, specifier)}`, line)
  }
  return importCycles(graph).map((way) => {
    const [first = '', second = ''] = way
    return violation('cycle', first, lines.get(`${first} ${second}`) ?? 1, `these files import each other: ${way.join(' → ')}`)
  })
}

function violation(rule: Violation['rule'], file: string, line: number, problem: string): Violation {
  return { rule, file, line, problem }
}

function isNamed({ name }: AllowedPackage, specifier: string): boolean {
  return specifier === name || specifier.startsWith(name.endsWith(':') ? name : `${name}/`)
}

function targetOf(path: string, specifier: string): string {
  return posix.join(posix.dirname(path), specifier)
}

function roomOf(path: string): Room | undefined {
  return rooms.find(({ name }) => name === nameOfRoom(path))
}

function nameOfRoom(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : 'the top of src'
}

function inRoom(path: string): string {
  return path.slice(path.indexOf('/') + 1)
}
