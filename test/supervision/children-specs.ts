import type { ChildSpec } from '../../src/supervision/specs/child-spec.ts'
import { restartTypes } from '../../src/supervision/specs/restart-type.ts'

/** A worker that is permanent and has 5 s to stop, but for what is said otherwise. */
export function worker(id: string, other: Partial<ChildSpec> = {}): ChildSpec {
  return { id, restart: 'permanent', shutdown: 5_000, type: 'worker', significant: false, start: undefined, ...other }
}

/** Workers from a line such as `"a b:temporary c:transient!"`: permanent unless said otherwise, significant with a `!`. */
export function workers(line: string): ChildSpec[] {
  return line
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const [id = '', type] = word.replace('!', '').split(':')
      return worker(id, { restart: restartTypes.find((known) => known === type) ?? 'permanent', significant: word.endsWith('!') })
    })
}
