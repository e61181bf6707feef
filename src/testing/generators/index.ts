// Arbitraries for fast-check: trees of scripted children, what goes wrong in them, and messages.
export {
  childOptions,
  supervisorOptions,
  type ChildChoices,
  type GeneratedChildOptions,
  type GeneratedSupervisorOptions,
  type SupervisorChoices,
} from './option-arbitraries.ts'
export { acts, childScripts, type ScriptChoices } from './script-arbitraries.ts'
export { generatedTree, trees, treeSpecs, type GeneratedTree, type TreeChoices } from './trees.ts'
export type { DynamicSpec, NodeSpec, ScriptedSpec, SupervisorSpec } from './tree-spec.ts'
export { faults, type FaultChoices } from './fault-arbitraries.ts'
export { crashStories, crashStory, type CrashStory, type Deed, type StoryChoices } from './stories.ts'
export { inputs, messages, send, type GeneratedMessage, type InputArbitraries, type InputSource } from './message-arbitraries.ts'
export type { JsonSchema } from './json-scalars.ts'
