import type { Mark } from './connection.ts'
import type { SqlHandle, SqlRow } from './sqlite-handle.ts'

/** The mark of the last group, in the table of facts about the file. */
export function sqliteMark(handle: SqlHandle): Mark {
  const put = handle.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('last_group', ?)")
  const read = handle.prepare("SELECT value FROM meta WHERE name = 'last_group'")
  return {
    put: (text) => void put.run(text),
    read: () => {
      const row = read.get() as SqlRow | undefined
      return row === undefined ? undefined : String(row['value'])
    },
    drop: () => void handle.exec("DELETE FROM meta WHERE name = 'last_group'"),
  }
}
