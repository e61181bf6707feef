import type { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { keyedMap, type KeyedMap } from '../../src/protocol/keyed-map.ts'

/** A state with two keyed maps, at different depths. */
export interface Shop {
  readonly n: number
  readonly items: KeyedMap<unknown>
  readonly shelf: { readonly byName: KeyedMap<unknown> }
}

export const emptyShop: Shop = { n: 0, items: keyedMap(), shelf: { byName: keyedMap() } }

/** What is done to a shop by one message. */
export type Change =
  | { readonly map: string; readonly set: string; readonly value: number }
  | { readonly map: string; readonly delete: string }
  | { readonly rebuilt: boolean }

const key = fc.constantFrom('a', 'b', 'c', 'd', '', 'a.b')
const map = fc.constantFrom('items', 'byName')

export const anyChange: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ map, set: key, value: fc.integer({ min: 0, max: 2 }) }) },
  { weight: 2, arbitrary: fc.record({ map, delete: key }) },
  { weight: 1, arbitrary: fc.record({ rebuilt: fc.constant(true) }) },
)

export function changed(state: Shop, change: Change): Shop {
  const { n, items, shelf } = state
  // The same entries, in maps that have nothing in common with those before.
  if ('rebuilt' in change) return { n: n + 1, items: keyedMap(items), shelf: { byName: keyedMap(shelf.byName) } }
  const of = (map: KeyedMap<unknown>): KeyedMap<unknown> =>
    'set' in change ? map.set(change.set, { value: change.value, big: BigInt(change.value) }) : map.delete(change.delete)
  if (change.map === 'items') return { n: n + 1, items: of(items), shelf }
  return { n: n + 1, items, shelf: { byName: of(shelf.byName) } }
}

/** What is in a shop, without anything of ours. */
export function contentOf({ n, items, shelf }: Shop): unknown {
  return { n, items: [...items], byName: [...shelf.byName] }
}

/** What can be done to a row of the actor `a` behind the back of the store; `b` is another actor with entries. */
export const damages: Readonly<Record<string, string>> = {
  'a changed value': `UPDATE entry SET value = '{"json":9}' WHERE ONE`,
  'a changed key': `UPDATE entry SET key = 'another' WHERE ONE`,
  'a changed beginning': 'UPDATE entry SET since = since + 1 WHERE ONE',
  'a missing row': 'DELETE FROM entry WHERE ONE',
  'a missing row of the past': 'DELETE FROM entry_before WHERE PAST',
  'a changed end': 'UPDATE entry_before SET until = until + 1 WHERE PAST',
  'a row of another key': `INSERT OR REPLACE INTO entry SELECT actor, map, 'foreign', since, value, checksum
    FROM entry WHERE ONE`,
  'a row of another actor': `INSERT OR REPLACE INTO entry SELECT 'a', map, key, since, value, checksum
    FROM entry WHERE actor = 'b'`,
  'swapped values': `UPDATE entry SET (value, checksum) = (SELECT value, checksum FROM entry WHERE OTHER) WHERE ONE`,
  'a row of before': `INSERT OR REPLACE INTO entry SELECT actor, map, key, since, value, checksum
    FROM entry_before WHERE PAST`,
  'a changed head': `UPDATE checkpoint SET state = replace(state, '"count":1', '"count":2') WHERE actor = 'a'`,
}

export function damage(database: DatabaseSync, name: string, row: number): void {
  const one = (table: string, at: number): string =>
    `actor = 'a' AND map || char(0) || key = (SELECT map || char(0) || key FROM ${table} WHERE actor = 'a'
      ORDER BY since DESC, map, key LIMIT 1 OFFSET ${at} % max(1, (SELECT count(*) FROM ${table} WHERE actor = 'a')))`
  const sql = (damages[name] ?? '')
    .replace('WHERE ONE', `WHERE ${one('entry', row)}`)
    .replace('WHERE OTHER', `WHERE ${one('entry', row + 1)}`)
    .replace('WHERE PAST', `WHERE ${one('entry_before', row)}`)
  database.exec(sql)
}
