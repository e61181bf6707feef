import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newChild, type Child, type Children } from '../../src/supervision/machine/children.ts'
import { CopiedChildren } from '../../src/supervision/machine/copied-children.ts'
import { InPlaceChildren } from '../../src/supervision/machine/in-place-children.ts'
import { worker } from './children-specs.ts'

const tables: readonly [name: string, make: (children: readonly Child[]) => Children][] = [
  ['InPlaceChildren', (children) => new InPlaceChildren(children)],
  ['CopiedChildren', (children) => new CopiedChildren(children)],
]

describe.each(tables)('%s', (_, make) => {
  const abc = (): Children => make([child('a'), child('b'), child('c')])

  it('keeps the children in the order in which they were added', () => {
    expect(ids(abc().add(child('d')))).toEqual(['a', 'b', 'c', 'd'])
  })

  it('keeps the place of a child that is replaced', () => {
    const table = abc().update({ ...child('b'), status: 'running', incarnation: 7 })
    expect(ids(table)).toEqual(['a', 'b', 'c'])
    expect(table.get('b')?.incarnation).toBe(7)
  })

  it('puts a child at the end that was deleted and added again', () => {
    expect(ids(abc().delete('a').add(child('a')))).toEqual(['b', 'c', 'a'])
  })

  it('gives the children behind one', () => {
    const table = abc().add(child('d')).delete('c')
    expect(table.after('a').map(({ spec }) => spec.id)).toEqual(['b', 'd'])
    expect(table.after('d')).toEqual([])
  })

  it('counts the running ones, the supervisors, and the significant ones that are not stopped', () => {
    let table = make([])
    table = table.add({ ...child('a', { significant: true }), status: 'running' })
    table = table.add({ ...child('b', { type: 'supervisor', significant: true }), status: 'restarting' })
    table = table.add(child('c', { type: 'supervisor', significant: true }))
    expect(counts(table)).toEqual({ size: 3, active: 1, supervisors: 2, significant: 2 })
    table = table.update({ ...child('b', { type: 'supervisor', significant: true }), status: 'running' }).delete('a')
    expect(counts(table)).toEqual({ size: 2, active: 1, supervisors: 2, significant: 1 })
  })

  it('is not changed by changes of its copy, nor the copy by its own', () => {
    const table = abc()
    const copy = table.copy()
    const changed = copy.delete('b')
    const own = table.add(child('d'))
    expect([ids(changed), ids(own)]).toEqual([
      ['a', 'c'],
      ['a', 'b', 'c', 'd'],
    ])
  })

  it('refuses a second child of one id, and to touch one that is not there', () => {
    expect(() => abc().add(child('a'))).toThrow('a child was added twice')
    expect(() => abc().update(child('x'))).toThrow('a child is not in the table')
    expect(() => abc().delete('x')).toThrow('a child is not in the table')
    expect(() => abc().after('x')).toThrow('a child is not in the table')
  })
})

describe('InPlaceChildren', () => {
  it('goes through every history as CopiedChildren does', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e')
    const change = fc.record({ id, to: fc.constantFrom('running', 'restarting', 'stopped', 'gone') })
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        let inPlace: Children = new InPlaceChildren()
        let copied: Children = new CopiedChildren()
        for (const { id, to } of changes) {
          const known = copied.get(id) !== undefined
          const next = to === 'gone' ? undefined : { ...child(id, { significant: id < 'c' }), status: to }
          if (next === undefined && !known) continue
          const step = (table: Children): Children =>
            next === undefined ? table.delete(id) : known ? table.update(next) : table.add(next)
          inPlace = step(inPlace)
          copied = step(copied)
          expect(inPlace.all()).toEqual(copied.all())
          expect(counts(inPlace)).toEqual(counts(copied))
          for (const { spec } of copied.all()) expect(inPlace.after(spec.id)).toEqual(copied.after(spec.id))
        }
      }),
    )
  })
})

function child(id: string, other: Parameters<typeof worker>[1] = {}): Child {
  return newChild(worker(id, other))
}

function ids(table: Children): string[] {
  return table.all().map(({ spec }) => spec.id)
}

function counts({ size, active, supervisors, significant }: Children): object {
  return { size, active, supervisors, significant }
}
