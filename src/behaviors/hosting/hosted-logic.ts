/** What a logic of xstate is to its host: what `fromPromise`, `fromCallback` and the others make, as far as it is used here. */
export interface HostedLogic {
  /** The function that it was made of. */
  readonly config?: unknown
  transition(snapshot: HostedSnapshot, event: HostedEvent, scope: object): HostedSnapshot
  getInitialSnapshot(scope: object, input: unknown): HostedSnapshot
  getPersistedSnapshot(snapshot: HostedSnapshot): HostedSnapshot
  restoreSnapshot?(snapshot: HostedSnapshot, scope: object): HostedSnapshot
  start?(snapshot: HostedSnapshot, scope: object): void
}

export interface HostedEvent {
  readonly type: string
  readonly [field: string]: unknown
}

export interface HostedSnapshot {
  readonly status: 'active' | 'done' | 'error' | 'stopped'
  readonly output?: unknown
  readonly error?: unknown
  readonly context?: unknown
}

/** A machine of xstate to its host: its own methods, and the nodes that they work on. */
export interface HostedMachine {
  readonly id: string
  readonly config: NodeConfig
  readonly implementations: Readonly<Record<'actors' | 'actions' | 'guards' | 'delays', Readonly<Record<string, unknown>>>>
  readonly root: HostedNode
  transition(snapshot: MachineSnapshot, event: HostedEvent, scope: object): MachineSnapshot
  getInitialSnapshot(scope: object, input: unknown): MachineSnapshot
  resolveState(config: object): MachineSnapshot
  getStateNodeById(id: string): HostedNode
}

export interface MachineSnapshot extends HostedSnapshot {
  readonly value: StateValue
  /** Replaced by its host when a snapshot is restored. */
  children: Readonly<Record<string, unknown>>
  readonly historyValue: Readonly<Record<string, readonly { readonly id: string }[]>>
}

export type StateValue = string | { readonly [key: string]: StateValue | undefined }

export interface HostedNode {
  readonly id: string
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history'
  readonly states: Readonly<Record<string, HostedNode>>
  readonly entry: readonly unknown[]
  readonly exit: readonly unknown[]
  readonly always?: readonly HostedTransition[]
  readonly transitions: ReadonlyMap<string, readonly HostedTransition[]>
  readonly invoke: readonly { readonly src: string; readonly id: string; readonly systemId?: string }[]
  readonly config: NodeConfig
  readonly initial: { readonly actions: readonly unknown[] }
}

export interface HostedTransition {
  readonly actions: readonly unknown[]
  readonly guard?: unknown
}

export interface NodeConfig {
  readonly invoke?: unknown
  readonly states?: Readonly<Record<string, NodeConfig>>
}

/** What xstate makes of an action: to be carried out by the host. */
export interface HostedAction {
  readonly type: string
  readonly info: unknown
  readonly params: unknown
  readonly exec: ((info: unknown, params: unknown) => void) | undefined
}

/** True for a machine; other logic has no nodes. */
export function isMachine(logic: unknown): logic is HostedMachine {
  return (
    typeof logic === 'object' && logic !== null && 'root' in logic && 'implementations' in logic && 'getStateNodeById' in logic
  )
}

/** All nodes of a machine, from its root down. */
export function nodesOf({ root }: HostedMachine): readonly HostedNode[] {
  const nodes = [root]
  for (const node of nodes) nodes.push(...Object.values(node.states))
  return nodes
}
