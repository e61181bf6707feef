import { CoppiceError, InternalError, NotStorableError } from '../protocol/errors.ts'
import { crash } from '../protocol/exit-reason.ts'
import { CheckpointTooLargeError } from '../runtime/checkpoint-errors.ts'
import { FencedError, StoreError, type StoreProblem } from '../runtime/errors.ts'
import type { Codec } from '../serialization/codec.ts'
import { decodeReason, encodeReason } from '../serialization/reason-text.ts'

/** An error on its way between threads, as JSON takes it. */
export interface ErrorText {
  readonly code: string
  readonly message: string
  readonly problem?: StoreProblem
  readonly location?: string
  readonly path?: string
  readonly found?: string
  readonly bytes?: number
  readonly maxBytes?: number
  /** Text of the cause; of an error that is none of ours, of the error itself. */
  readonly cause?: string
}

export function errorToText(codec: Codec, error: unknown): ErrorText {
  if (!(error instanceof CoppiceError)) return { code: '', message: String(error), cause: encodeReason(codec, crash(error)) }
  const { code, message, cause } = error
  return {
    code,
    message,
    ...(error instanceof StoreError ? { problem: error.problem, location: error.location } : {}),
    ...(error instanceof NotStorableError ? { path: error.path, found: error.found } : {}),
    ...(error instanceof CheckpointTooLargeError ? { bytes: error.bytes, maxBytes: error.maxBytes } : {}),
    ...(cause === undefined ? {} : { cause: encodeReason(codec, crash(cause)) }),
  }
}

/** An error of the same class, with the same message and facts. */
export function errorFromText(codec: Codec, text: ErrorText): Error {
  const cause = causeOf(codec, text)
  if (text.code === '' && cause instanceof Error) return cause
  const error = make(text, cause)
  error.message = text.message
  return error
}

function make({ code, problem, location, path, found, bytes, maxBytes, message }: ErrorText, cause: unknown): Error {
  switch (code) {
    case 'store':
      return new StoreError({ problem: problem ?? 'io', location: location ?? '', message: '', cause })
    case 'fenced':
      return new FencedError('')
    case 'not-storable':
      return new NotStorableError({ path: path ?? '', found: found ?? '', remedy: '' })
    case 'checkpoint-too-large':
      return new CheckpointTooLargeError('', bytes ?? 0, maxBytes ?? 0)
    case 'internal':
      return new InternalError('')
    default:
      return new InternalError(message, { code })
  }
}

function causeOf(codec: Codec, { cause }: ErrorText): unknown {
  const reason = cause === undefined ? undefined : decodeReason(codec, cause)
  return reason?.type === 'error' ? reason.error : undefined
}
