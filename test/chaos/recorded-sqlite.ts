import sqlite3InitModule from '@sqlite.org/sqlite-wasm'
import type { OwnHandle, SqlStatement, SqlValue } from '../../src/persistence/sqlite-handle.ts'
import type { Random } from '../../src/runtime/random.ts'
import type { Disk } from './disk.ts'

/** SQLite in WebAssembly, whose files are on disks that are written down: no C compiler is needed to see every write. */
export interface RecordedSqlite {
  /** Opens `store.db` of a disk, as our store opens a file. A log of so many pages is brought into the database. */
  connect(disk: Disk, random: Random, logPages: number): RecordedHandle
}

export interface RecordedHandle extends OwnHandle {
  /** The process is gone: nothing of it reaches the disk any more. */
  die(): void
}

/** How the file is called on its disk. */
export const storeFile = 'store.db'

interface OpenFile {
  readonly disk: Disk
  readonly name: string
  readonly life: { isOver: boolean }
}

const [ok, shortRead, cannotOpen, notFound] = [0, 522, 14, 12]
const shutOnClose = 0x8
/** What SQLite assumes of every disk on Unix: writing some bytes of a sector leaves the others alone. */
const powersafeOverwrite = 0x1000

export async function loadRecordedSqlite(): Promise<RecordedSqlite> {
  const { capi, wasm, oo1, vfs, config } = (await sqlite3InitModule()) as unknown as Sqlite3
  // What fails is thrown as well.
  Object.assign(config, { log: quiet, warn: quiet, error: quiet })
  const files = new Map<number, OpenFile>()
  let opening: Omit<OpenFile, 'name'> & { readonly random: Random }
  const io = new capi.sqlite3_io_methods()
  const plain = (from: number): string => wasm.cstrToJs(from).replace(/^\//, '')
  const writing = (of: number, act: (file: OpenFile) => number | undefined): number => {
    const file = files.get(of)
    if (file === undefined) return notFound
    return file.life.isOver ? ok : (act(file) ?? ok)
  }
  vfs.installVfs({
    io: {
      struct: io,
      methods: {
        xClose: (of: number) => {
          const file = files.get(of)
          files.delete(of)
          if (file !== undefined && isTemporary(file.name)) file.disk.do({ type: 'remove', file: file.name })
          return ok
        },
        xRead: (of: number, to: number, size: number, offset: bigint) => {
          const file = files.get(of)
          if (file === undefined) return notFound
          const bytes = file.disk.read(file.name).subarray(Number(offset), Number(offset) + size)
          wasm.heap8u().set(bytes, to)
          if (bytes.length === size) return ok
          wasm.heap8u().fill(0, to + bytes.length, to + size)
          return shortRead
        },
        xWrite: (of: number, from: number, size: number, offset: bigint) =>
          writing(of, ({ disk, name }) => {
            const bytes = wasm.heap8u().slice(from, from + size)
            return disk.do({ type: 'write', file: name, offset: Number(offset), bytes })
          }),
        xTruncate: (of: number, size: bigint) =>
          writing(of, ({ disk, name }) => disk.do({ type: 'truncate', file: name, size: Number(size) })),
        xSync: (of: number) => writing(of, ({ disk, name }) => disk.do({ type: 'sync', file: name })),
        xFileSize: (of: number, to: number) => {
          const file = files.get(of)
          if (file === undefined) return notFound
          wasm.poke(to, BigInt(file.disk.read(file.name).length), 'i64')
          return ok
        },
        xLock: () => ok,
        xUnlock: () => ok,
        xCheckReservedLock: (_of: number, to: number) => {
          wasm.poke(to, 0, 'i32')
          return ok
        },
        xFileControl: () => notFound,
        xSectorSize: () => 4096,
        xDeviceCharacteristics: () => powersafeOverwrite,
      },
    },
    vfs: {
      struct: Object.assign(new capi.sqlite3_vfs(), {
        $iVersion: 1,
        $szOsFile: capi.sqlite3_file.structInfo.sizeof,
        $mxPathname: 512,
      }),
      name: 'recorded',
      methods: {
        xOpen: (_vfs: number, path: number, of: number, flags: number, outFlags: number) => {
          const { disk, life } = opening
          const name = path === 0 ? `temporary ${of}` : plain(path)
          if (!disk.has(name) && (flags & 0x4) === 0) return cannotOpen
          disk.create(name)
          files.set(of, { disk, life, name: (flags & shutOnClose) === 0 ? name : `temporary ${of}` })
          const file = new capi.sqlite3_file(of)
          file.$pMethods = io.pointer
          file.dispose()
          if (outFlags !== 0) wasm.poke(outFlags, flags, 'i32')
          return ok
        },
        xDelete: (_vfs: number, path: number) => {
          const { disk, life } = opening
          if (life.isOver) return ok
          return disk.do({ type: 'remove', file: plain(path) }) ?? ok
        },
        xAccess: (_vfs: number, path: number, _flags: number, to: number) => {
          wasm.poke(to, opening.disk.has(plain(path)) ? 1 : 0, 'i32')
          return ok
        },
        xFullPathname: (_vfs: number, path: number, _size: number, to: number) => {
          const bytes = new TextEncoder().encode(`${wasm.cstrToJs(path)}\0`)
          wasm.heap8u().set(bytes, to)
          return ok
        },
        xRandomness: (_vfs: number, size: number, to: number) => {
          for (let i = 0; i < size; i += 1) wasm.heap8u()[to + i] = opening.random.integer(256)
          return size
        },
        xSleep: () => ok,
        xCurrentTime: (_vfs: number, to: number) => {
          wasm.poke(to, 2440587.5, 'double')
          return ok
        },
        xGetLastError: () => ok,
      },
    },
  })

  function connect(disk: Disk, random: Random, logPages: number): RecordedHandle {
    const life = { isOver: false }
    const mine = { disk, life, random }
    opening = mine
    /** One connection at a time is what `opening` can tell: whoever acts says who it is. */
    const as = <T>(act: () => T): T => {
      opening = mine
      try {
        return act()
      } catch (error) {
        throw withCode(error, db)
      }
    }
    let db: Oo1Database | undefined = undefined
    const open = as(() => (db = new oo1.DB({ filename: `/${storeFile}`, flags: 'c', vfs: 'recorded' })))
    as(() => open.exec(`PRAGMA page_size = 4096; PRAGMA wal_autocheckpoint = ${logPages}`))
    const statements = new Set<Oo1Statement>()
    const prepare = (sql: string): SqlStatement => {
      const statement = as(() => open.prepare(sql))
      statements.add(statement)
      const rows = (values: readonly SqlValue[], most: number): Record<string, unknown>[] =>
        as(() => {
          try {
            if (values.length > 0) statement.bind(values)
            const found: Record<string, unknown>[] = []
            while (found.length < most && statement.step()) found.push(statement.get({}))
            return found
          } finally {
            statement.reset(true)
          }
        })
      return {
        run: (...values) => void rows(values, Infinity),
        get: (...values) => rows(values, 1)[0],
        all: (...values) => rows(values, Infinity),
      }
    }
    const close = (): void => {
      for (const statement of statements) statement.finalize()
      statements.clear()
      as(() => open.close())
    }
    return {
      exec: (sql) => as(() => open.exec(sql)),
      prepare,
      close,
      die: () => {
        life.isOver = true
        close()
      },
    }
  }

  function withCode(error: unknown, db: Oo1Database | undefined): Error {
    const { message, resultCode } = error as Error & { readonly resultCode?: number }
    if (resultCode === undefined) return error as Error
    const errcode = db?.pointer === undefined ? resultCode : capi.sqlite3_extended_errcode(db.pointer)
    return Object.assign(new Error(message), { errcode: errcode === 0 ? resultCode : errcode })
  }

  return { connect }
}

const quiet = (): void => undefined

function isTemporary(name: string): boolean {
  return name.startsWith('temporary ')
}

interface FileStruct {
  $pMethods: number
  dispose(): void
}

/** As much of SQLite's JavaScript interface as is used here. */
interface Sqlite3 {
  readonly capi: {
    readonly sqlite3_io_methods: new () => { readonly pointer: number }
    readonly sqlite3_vfs: new () => object
    readonly sqlite3_file: { new (pointer: number): FileStruct; readonly structInfo: { readonly sizeof: number } }
    sqlite3_extended_errcode(db: number): number
  }
  readonly wasm: {
    heap8u(): Uint8Array
    cstrToJs(pointer: number): string
    poke(pointer: number, value: number | bigint, type: 'i32' | 'i64' | 'double'): void
  }
  readonly oo1: { readonly DB: new (options: { filename: string; flags: string; vfs: string }) => Oo1Database }
  readonly config: object
  readonly vfs: { installVfs(options: object): void }
}

interface Oo1Database {
  readonly pointer: number | undefined
  exec(sql: string): unknown
  prepare(sql: string): Oo1Statement
  close(): void
}

interface Oo1Statement {
  bind(values: readonly SqlValue[]): unknown
  step(): boolean
  get(into: object): Record<string, unknown>
  reset(alsoBindings: boolean): unknown
  finalize(): void
}
