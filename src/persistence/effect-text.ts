import type { EffectResult } from '../runtime/persistence.ts'
import type { Codec } from '../serialization/codec.ts'
import { plainReason } from '../serialization/plain-reason.ts'

/** The text of what came of an effect. An error is stored in as many words as it can be: that it failed is never refused. */
export function effectToText(codec: Codec, name: string, result: EffectResult): string {
  if (result.status === 'done') return codec.encode(result, `effect ${JSON.stringify(name)}`)
  const reduced = plainReason({ type: 'error', error: result.error })
  const term = reduced.type === 'error' ? reduced.error : undefined
  const error = term instanceof Error ? term : new Error(String(term))
  return codec.encode({ status: 'failed', error } satisfies EffectResult, 'error')
}
