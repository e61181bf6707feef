/** A disk in memory that notes what is done to it, so that any moment of it can be looked at again. */

/** One thing that was done to a file. */
export type DiskStep =
  | { readonly type: 'write'; readonly file: string; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly type: 'truncate'; readonly file: string; readonly size: number }
  | { readonly type: 'sync'; readonly file: string }
  | { readonly type: 'remove'; readonly file: string }

export type DiskStepType = DiskStep['type']

/** What is in each file. */
export type Image = ReadonlyMap<string, Uint8Array>

/** Whether a step fails, before it does anything: with a result code of SQLite, or not at all. */
export type DiskFault = (type: DiskStepType) => number | undefined

export class Disk {
  readonly steps: DiskStep[] = []
  /** A disk that does not sync says that it has, and has not. */
  readonly syncs: boolean
  fault: DiskFault | undefined
  readonly #files = new Map<string, GrowingBytes>()

  constructor({ syncs = true, image }: { readonly syncs?: boolean; readonly image?: Image } = {}) {
    this.syncs = syncs
    for (const [file, bytes] of image ?? []) this.#do({ type: 'write', file, offset: 0, bytes })
  }

  get image(): Image {
    return new Map([...this.#files].map(([file, bytes]) => [file, bytes.view]))
  }

  has(file: string): boolean {
    return this.#files.has(file)
  }

  create(file: string): void {
    if (!this.has(file)) this.#files.set(file, new GrowingBytes())
  }

  read(file: string): Uint8Array {
    return this.#files.get(file)?.view ?? new Uint8Array()
  }

  /** The result code of SQLite if it fails; nothing was done then. */
  do(step: DiskStep): number | undefined {
    const code = this.fault?.(step.type)
    if (code !== undefined) {
      // What could not be synced stays in the memory of the system, which takes it for written: no later sync writes it.
      if (step.type === 'sync') this.steps.push({ ...step, type: 'sync', file: forgotten(step.file) })
      return code
    }
    this.#do(step)
    return undefined
  }

  #do(step: DiskStep): void {
    if (step.type !== 'sync' || this.syncs) this.steps.push(step)
    applyStep(this.#files, step)
  }
}

const forgotten = (file: string): string => `failed:${file}`

/** The files of a disk while its steps are taken again, one by one. */
export class Rerun {
  /** What the system gives to whoever reads: what a killed process leaves. */
  readonly #seen = new Map<string, GrowingBytes>()
  /** What is on the disk for certain. */
  readonly #synced = new Map<string, GrowingBytes>()
  /** What a loss of power may take, in whole or in part, by file. */
  readonly #unsynced = new Map<string, DiskStep[]>()

  take(step: DiskStep): void {
    applyStep(this.#seen, step)
    if (step.type === 'write' || step.type === 'truncate') this.#pending(step.file).push(step)
    else if (step.type === 'remove') {
      this.#unsynced.delete(step.file)
      this.#synced.delete(step.file)
    } else if (step.file.startsWith('failed:')) this.#unsynced.delete(step.file.slice('failed:'.length))
    else {
      for (const pending of this.#pending(step.file)) applyStep(this.#synced, pending)
      this.#unsynced.delete(step.file)
    }
  }

  /** How many steps a loss of power may take now. */
  get atRisk(): number {
    let count = 0
    for (const steps of this.#unsynced.values()) count += steps.length
    return count
  }

  /** The files as a killed process leaves them. */
  afterKill(): Image {
    return imageOf(this.#seen)
  }

  /** The files after a loss of power: of what was not synced each sector is there if `survives` says so. */
  afterPowerLoss(survives: () => boolean): Image {
    const files = new Map([...this.#synced].map(([file, bytes]) => [file, bytes.copy()]))
    for (const steps of this.#unsynced.values())
      for (const step of steps) for (const part of sectorsOf(step)) if (survives()) applyStep(files, part)
    return imageOf(files)
  }

  #pending(file: string): DiskStep[] {
    const known = this.#unsynced.get(file) ?? []
    this.#unsynced.set(file, known)
    return known
  }
}

/** What a disk writes whole or not at all. */
const sectorBytes = 512

function* sectorsOf(step: DiskStep): Iterable<DiskStep> {
  if (step.type !== 'write') {
    yield step
    return
  }
  const { file, offset, bytes } = step
  const end = offset + bytes.length
  for (let from = offset; from < end;) {
    const to = Math.min(end, from - (from % sectorBytes) + sectorBytes)
    yield { type: 'write', file, offset: from, bytes: bytes.subarray(from - offset, to - offset) }
    from = to
  }
}

function applyStep(files: Map<string, GrowingBytes>, step: DiskStep): void {
  if (step.type === 'remove') files.delete(step.file)
  if (step.type === 'remove' || step.type === 'sync') return
  const bytes = files.get(step.file) ?? new GrowingBytes()
  files.set(step.file, bytes)
  if (step.type === 'write') bytes.write(step.offset, step.bytes)
  else bytes.resize(step.size)
}

function imageOf(files: ReadonlyMap<string, GrowingBytes>): Image {
  return new Map([...files].map(([file, bytes]) => [file, bytes.view.slice()]))
}

/** Bytes that can be written anywhere; what was never written is 0. */
class GrowingBytes {
  #bytes = new Uint8Array(65_536)
  #size = 0

  get view(): Uint8Array {
    return this.#bytes.subarray(0, this.#size)
  }

  copy(): GrowingBytes {
    const copy = new GrowingBytes()
    copy.write(0, this.view)
    return copy
  }

  write(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length
    if (end > this.#size) this.resize(end)
    this.#bytes.set(bytes, offset)
  }

  resize(size: number): void {
    if (size > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(size, 2 * this.#bytes.length))
      larger.set(this.view)
      this.#bytes = larger
    }
    if (size < this.#size) this.#bytes.fill(0, size, this.#size)
    this.#size = size
  }
}
