import { describe, expect, it } from 'vitest'
import { checkChildSpecs } from '../../src/supervision/trees/check-children.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import { Counter } from '../support/scripted.ts'

const wrong = (value: unknown): never => value as never

describe('checkChildSpecs', () => {
  it('[S6] takes what a supervisor would start', () => {
    checkChildSpecs({})
    checkChildSpecs([
      ['a', child(Counter)],
      ['b', child(supervisor({}, {}), { shutdown: 100 })],
      ['c', dynamicSupervisor(Counter)],
    ])
    checkChildSpecs({ a: child(Counter, { restart: 'transient', significant: true }) })
  })

  it.each<[string, () => void, string]>([
    [
      'no children',
      () => checkChildSpecs(wrong('hej')),
      'checkChildSpecs: children must be an object of children, or a list of keys and children; got "hej"',
    ],
    [
      'no child',
      () => checkChildSpecs(wrong(['hej'])),
      'the root, a child must be made by child(...), supervisor(...) or dynamicSupervisor(...); got "hej"',
    ],
    [
      'no key',
      () => checkChildSpecs([[wrong(undefined), child(Counter)]]),
      'the root, a child: id must be a string of 1 to 512 characters; got nothing',
    ],
    [
      'a key twice',
      () =>
        checkChildSpecs([
          ['a', child(Counter)],
          ['a', child(Counter)],
        ]),
      'the root, a child: id must be unique under its supervisor; got "a"',
    ],
    [
      'the first broken rule of the first wrong child',
      () =>
        checkChildSpecs([
          ['b', child(Counter)],
          ['a', child(Counter, wrong({ shutdown: 'never', restart: 'often' }))],
          ['b', child(Counter)],
        ]),
      'a: restart must be "permanent", "transient" or "temporary"; got "often"',
    ],
    [
      'a type that is given',
      () => checkChildSpecs({ a: child(Counter, wrong({ type: 'wrker', shutdown: -1 })) }),
      'a: type is not an option: it follows from what is started; got "wrker"',
    ],
    [
      'significant without automatic shutdown',
      () => checkChildSpecs({ a: child(Counter, { restart: 'transient', significant: true }) }, { autoShutdown: 'never' }),
      'a: significant is only for children of a supervisor with automatic shutdown',
    ],
    [
      'significant and permanent',
      () => checkChildSpecs({ a: child(Counter, { significant: true }) }),
      'a: significant is not for a permanent child',
    ],
    [
      'an automatic shutdown that is none',
      () => checkChildSpecs({}, { autoShutdown: wrong('sometimes') }),
      'checkChildSpecs: autoShutdown must be "never", "any_significant" or "all_significant"; got "sometimes"',
    ],
  ])('[S6] refuses %s', (_, check, message) => {
    expect(check).toThrow(message)
  })
})
