import { hash } from 'node:crypto'
import type { Codec } from '../serialization/codec.ts'
import type { Entry } from './entry.ts'
import { LevelFileError } from './errors.ts'

const title = 'coppice level'
const format = 1

/** The text of a file with these checkpoints: a line that names the format and the checksum, and then what is in it. */
export function textOfLevel(entries: readonly Entry[], codec: Codec): string {
  const body = codec.encode(entries, 'checkpoints')
  return `${title} ${format} ${checksumOf(body)}\n${body}\n`
}

/**
 * The checkpoints in such a text.
 *
 * @throws {LevelFileError} if it is torn, changed, of a newer format, or something else: nothing of it is believed.
 */
export function levelOfText(text: string, file: string, codec: Codec): readonly Entry[] {
  const end = text.indexOf('\n')
  const match = /^coppice level (\d+) ([0-9a-f]{64})$/.exec(text.slice(0, Math.max(end, 0)))
  if (match === null) throw new LevelFileError('damaged', file, 'it does not begin as the file of a level does')
  if (Number(match[1]) > format)
    throw new LevelFileError('newer', file, `it has format ${match[1]}, and this version of coppice knows ${format}`)
  const body = text.slice(end + 1, -1)
  if (!text.endsWith('\n') || checksumOf(body) !== match[2])
    throw new LevelFileError('damaged', file, 'its checksum does not fit: it is torn, or was changed')
  // The checksum says that it is what was written.
  return codec.decode(body) as readonly Entry[]
}

function checksumOf(body: string): string {
  return hash('sha256', body, 'hex')
}
