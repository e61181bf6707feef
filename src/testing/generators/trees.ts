import { oneof, record, toStringMethod, type Arbitrary } from 'fast-check'
import type { ActorId } from '../../protocol/actor-id.ts'
import type { SupervisorNode } from '../../supervision/trees/tree.ts'
import {
  childOptions,
  supervisorOptions,
  type ChildChoices,
  type GeneratedChildOptions,
  type SupervisorChoices,
} from './option-arbitraries.ts'
import { childScripts, type ScriptChoices } from './script-arbitraries.ts'
import { AllArbitrary, hoisted } from './hoisting.ts'
import { orElse, slots } from './slots.ts'
import { codeOf, nodeOf, placesIn, type DynamicSpec, type NodeSpec, type ScriptedSpec, type SupervisorSpec } from './tree-spec.ts'

/** What generated trees are made of. */
export interface TreeChoices {
  /** Floors of supervisors below the root; 2 if not given. */
  readonly depth?: number
  /** Children of each supervisor at most; 4 if not given, and never none. */
  readonly children?: number
  /** Whether there are dynamic supervisors; `false` if not given. */
  readonly dynamic?: boolean
  readonly child?: ChildChoices
  readonly supervisor?: SupervisorChoices
  /** How the root works, where it differs from the others. */
  readonly root?: SupervisorChoices
  /** `false`: children do only what messages tell them. */
  readonly scripts?: ScriptChoices | false
}

/** A tree of scripted children. In a report of fast-check it is code to be pasted into a test. */
export interface GeneratedTree {
  /** The tree as plain data. */
  readonly spec: SupervisorSpec
  /** The tree to be started, or simulated. */
  readonly node: SupervisorNode<unknown>
  /** The ids of all scripted children that are declared. */
  readonly workers: readonly ActorId[]
  /** The ids of the supervisors whose members come and go. */
  readonly dynamic: readonly ActorId[]
  toString(): string
}

/**
 * Supervision trees with scripted children, with all strategies, restart types and budgets. Every one is valid, and starts
 * unless a first start may fail. Shrinks towards `supervisor({}, { a: scripted() })`.
 *
 * @example
 * ```ts
 * import fc from 'fast-check'
 * import { trees } from 'coppice/fast-check'
 * import { simulate } from 'coppice/testing'
 *
 * const startsAndStops = fc.asyncProperty(trees(), async ({ node, workers }) => {
 *   await simulate(node, { store: false }, (sim) => {
 *     for (const id of workers) if (sim.app.inspect(id)?.status !== 'running') throw new Error(`${id} does not run`)
 *   })
 * })
 * await fc.assert(startsAndStops, { numRuns: 20 })
 * ```
 */
export function trees(choices: TreeChoices = {}): Arbitrary<GeneratedTree> {
  return treeSpecs(choices).map(generatedTree)
}

/** As {@link trees}, as plain data. */
export function treeSpecs(choices: TreeChoices = {}): Arbitrary<SupervisorSpec> {
  const { depth = 2, root } = choices
  const own = root === undefined ? choices : { ...choices, supervisor: root }
  return record({ whole: supervisorSpecs(own, choices, depth), floors: new AllArbitrary(depth) }).map(({ whole, floors }) =>
    tidy({ ...hoisted(whole, depth - floors, root), options: {} }),
  )
}

/** Makes a tree of its data. */
export function generatedTree(spec: SupervisorSpec): GeneratedTree {
  const places = placesIn(spec)
  const idsOf = (kind: NodeSpec['kind']): ActorId[] => places.flatMap(([id, inner]) => (inner.kind === kind ? [id] : []))
  const text = (): string => codeOf(spec)
  return { spec, node: nodeOf(spec), workers: idsOf('scripted'), dynamic: idsOf('dynamic'), ...shownAs(text) }
}

/** What has fast-check, and everybody else, show a value as this text. */
export function shownAs(text: () => string): { toString(): string; [toStringMethod]: () => string } {
  return { toString: text, [toStringMethod]: text }
}

function supervisorSpecs(own: TreeChoices, inner: TreeChoices, floors: number): Arbitrary<SupervisorSpec> {
  const { children = 4, dynamic = false } = inner
  const workers = workerSpecs(inner)
  const nodes: Arbitrary<NodeSpec> = oneof(
    { withCrossShrink: true },
    { arbitrary: workers, weight: 5 },
    ...(dynamic ? [{ arbitrary: orElse<NodeSpec>(dynamicSpecs(inner), simplest), weight: 1 }] : []),
    ...(floors === 0 ? [] : [{ arbitrary: orElse<NodeSpec>(supervisorSpecs(inner, inner, floors - 1), simplest), weight: 2 }]),
  )
  return record({
    options: optionsIn(inner),
    supervisor: supervisorOptions(own.supervisor),
    children: slots(nodes, children).map((some) => (some.length === 0 ? [simplest] : some)),
  }).map((spec) => ({ kind: 'supervisor', ...spec }))
}

const simplest: ScriptedSpec = { kind: 'scripted', options: {}, script: {} }

function workerSpecs(choices: TreeChoices): Arbitrary<ScriptedSpec> {
  const { scripts = {} } = choices
  const script = scripts === false ? childScripts().map(() => ({})) : childScripts(scripts)
  return record({ options: optionsIn(choices), script }).map((spec) => ({ kind: 'scripted', ...spec }))
}

function dynamicSpecs(choices: TreeChoices): Arbitrary<DynamicSpec> {
  return record({
    options: optionsIn(choices),
    supervisor: supervisorOptions(choices.supervisor),
    members: optionsIn(choices),
  }).map(({ options, supervisor: { intensity }, members }) => ({ kind: 'dynamic', options, intensity, members }))
}

function optionsIn({ child }: TreeChoices): Arbitrary<GeneratedChildOptions> {
  return childOptions({ significant: true, ...child })
}

/** Only who is supervised with `autoShutdown` may be significant, and only an actor has a state. */
function tidy(spec: SupervisorSpec): SupervisorSpec {
  const { autoShutdown = 'never' } = spec.supervisor
  const tidied = (inner: NodeSpec): NodeSpec => {
    const { significant, state, ...others } = inner.options
    const options = {
      ...others,
      ...(autoShutdown !== 'never' && significant !== undefined && { significant }),
      ...(inner.kind === 'scripted' && state !== undefined && { state }),
    }
    return inner.kind === 'supervisor' ? tidy({ ...inner, options }) : { ...inner, options }
  }
  return { ...spec, children: spec.children.map(tidied) }
}
