import { isKeyedMap, keyedMap as keyedMapOf, type KeyedMap } from '../protocol/keyed-map.ts'
import { refDataOf, StoredRef, type RefData } from '../protocol/ref-data.ts'
import { binaryFromText, binaryName, binaryToText, type BinaryText } from './binary-types.ts'
import { errorFromFields, errorToFields, type ErrorFields } from './error-fields.ts'

/** A kind of value that superjson does not know, or does not bring back as it was. */
export interface CustomType {
  /** As it stands in stored texts: never rename it. */
  readonly name: string
  isApplicable(value: unknown): boolean
  /** What is stored in its place; the values inside are stored in turn. */
  serialize(value: unknown): unknown
  deserialize(stored: unknown): unknown
}

const binary: CustomType = {
  name: 'binary',
  isApplicable: (value) => typeof value === 'object' && value !== null && binaryName(value) !== undefined,
  serialize: (value) => binaryToText(value as object),
  deserialize: (stored) => binaryFromText(stored as BinaryText),
}

const error: CustomType = {
  name: 'error',
  isApplicable: (value) => value instanceof Error,
  serialize: (value) => errorToFields(value as Error),
  deserialize: (stored) => errorFromFields(stored as ErrorFields),
}

const invalidDate: CustomType = {
  name: 'invalid-date',
  isApplicable: (value) => value instanceof Date && Number.isNaN(value.getTime()),
  serialize: () => null,
  deserialize: () => new Date(Number.NaN),
}

const keyedMap: CustomType = {
  name: 'keyed-map',
  isApplicable: isKeyedMap,
  serialize: (value) => ({ entries: [...(value as KeyedMap<unknown>)] }),
  deserialize: (stored) => keyedMapOf((stored as { readonly entries: [string, unknown][] }).entries),
}

const nullPrototype: CustomType = {
  name: 'null-prototype',
  isApplicable: (value) => typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null,
  serialize: (value) => ({ ...(value as object) }),
  deserialize: (stored) => Object.assign(Object.create(null) as object, stored),
}

const ref: CustomType = {
  name: 'ref',
  isApplicable: (value) => typeof value === 'object' && value !== null && refDataOf(value) !== undefined,
  serialize: (value) => refDataOf(value as object),
  deserialize: (stored) => {
    const { actor, system } = stored as Partial<RefData>
    if (typeof actor !== 'string' || typeof system !== 'string') throw new Error('a reference must name its actor and its system')
    return new StoredRef({ actor, system })
  },
}

export const customTypes = { binary, error, invalidDate, keyedMap, nullPrototype, ref } as const
