import { DatabaseSync } from 'node:sqlite'

/** Everything in a file but the facts about its owner, table by table. */
export function rowsIn(path: string): Record<string, unknown[]> {
  const database = new DatabaseSync(path)
  try {
    const tables = database
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
      .all()
    const rows = tables.map(({ name }) => {
      const where = name === 'meta' ? " WHERE name NOT IN ('epoch', 'last_group')" : ''
      return [String(name), database.prepare(`SELECT * FROM "${String(name)}"${where}`).all()] as const
    })
    return Object.fromEntries(rows)
  } finally {
    database.close()
  }
}
