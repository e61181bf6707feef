import { childId, rootId, type ActorId } from '../../protocol/actor-id.ts'
import { child, dynamicSupervisor, supervisor, type SupervisorNode, type TreeNode } from '../../supervision/trees/tree.ts'
import type { ChildScript } from '../child-script.ts'
import { Scripted, scripted } from '../scripted-child.ts'
import type { GeneratedChildOptions, GeneratedSupervisorOptions } from './option-arbitraries.ts'

/** A scripted child, as plain data. */
export interface ScriptedSpec {
  readonly kind: 'scripted'
  readonly script: ChildScript
  readonly options: GeneratedChildOptions
}

/** A supervisor of scripted children that come and go, as plain data. */
export interface DynamicSpec {
  readonly kind: 'dynamic'
  /** Of the supervisor itself. */
  readonly options: GeneratedChildOptions
  readonly intensity: GeneratedSupervisorOptions['intensity']
  /** Of each member. */
  readonly members: GeneratedChildOptions
}

/** A supervisor with its children, as plain data. */
export interface SupervisorSpec {
  readonly kind: 'supervisor'
  /** How its own supervisor treats it. */
  readonly options: GeneratedChildOptions
  readonly supervisor: GeneratedSupervisorOptions
  /** Under the keys a, b, c, … */
  readonly children: readonly NodeSpec[]
}

export type NodeSpec = ScriptedSpec | DynamicSpec | SupervisorSpec

/** The key of the child at this place. */
export function keyAt(index: number): string {
  return index < 26 ? String.fromCharCode('a'.charCodeAt(0) + index) : `a${index}`
}

/** The tree, to be started. */
export function nodeOf({ supervisor: options, children }: SupervisorSpec): SupervisorNode<unknown> {
  return supervisor(options, Object.fromEntries(children.map((inner, index) => [keyAt(index), innerNode(inner)])))
}

function innerNode(spec: NodeSpec): TreeNode {
  switch (spec.kind) {
    case 'scripted':
      return scripted(spec.script, spec.options)
    case 'supervisor':
      return child(nodeOf(spec), spec.options)
    case 'dynamic': {
      const { intensity, members, options } = spec
      const { significant: _, ...others } = members
      return child(dynamicSupervisor(Scripted, { ...others, ...(intensity && { intensity }) }), options)
    }
  }
}

/** Everything in a tree with its id, from the root down, in the order of the declaration. */
export function placesIn(spec: NodeSpec, id: ActorId = rootId): readonly (readonly [ActorId, NodeSpec])[] {
  const below =
    spec.kind === 'supervisor' ? spec.children.flatMap((inner, index) => placesIn(inner, childId(id, keyAt(index)))) : []
  return [[id, spec], ...below]
}

/** The tree in TypeScript, to be pasted into a test. */
export function codeOf({ supervisor: options, children }: SupervisorSpec, indent = ''): string {
  const inner = `${indent}  `
  const lines = children.map((spec, index) => `${inner}${keyAt(index)}: ${innerCode(spec, inner)},\n`)
  return `supervisor(${valueCode(options)}, {\n${lines.join('')}${indent}})`
}

function innerCode(spec: NodeSpec, indent: string): string {
  const { options } = spec
  const own = isEmpty(options) ? '' : `, ${valueCode(options)}`
  switch (spec.kind) {
    case 'scripted':
      return own === '' && isEmpty(spec.script) ? 'scripted()' : `scripted(${valueCode(spec.script)}${own})`
    case 'supervisor':
      return own === '' ? codeOf(spec, indent) : `child(${codeOf(spec, indent)}${own})`
    case 'dynamic': {
      const { significant: _, ...members } = spec.members
      const inner = { ...members, ...(spec.intensity && { intensity: spec.intensity }) }
      const made = `dynamicSupervisor(Scripted, ${valueCode(inner)})`
      return own === '' ? made : `child(${made}${own})`
    }
  }
}

/** Plain data in TypeScript. */
export function valueCode(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueCode).join(', ')}]`
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`
  if (typeof value !== 'object' || value === null) return String(value)
  const fields = Object.entries(value).map(([name, inner]) => `${name}: ${valueCode(inner)}`)
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0
}
