/** As much of a machine's definition as a drawing of it needs; `machine.config` of an xstate machine has it. */
export interface DrawableState {
  readonly id?: unknown
  readonly type?: unknown
  readonly initial?: unknown
  readonly entry?: unknown
  readonly exit?: unknown
  readonly always?: unknown
  readonly on?: unknown
  readonly states?: unknown
}

/** One arrow of a drawing. */
export interface DrawnTransition {
  /** Nothing for a transition that is taken at once. */
  readonly event: string | undefined
  readonly guard: string | undefined
  /** Nothing for one that stays where it is. */
  readonly target: string | undefined
  readonly actions: readonly string[]
}

/** One box of a drawing. */
export interface DrawnState {
  readonly name: string
  readonly isFinal: boolean
  readonly entry: readonly string[]
  readonly exit: readonly string[]
  /** Those of one event in the order in which their guards are asked. */
  readonly transitions: readonly DrawnTransition[]
}

/** What there is to draw of a machine whose states have no states within. */
export function drawnStates(machine: DrawableState): readonly DrawnState[] {
  return Object.entries((machine.states ?? {}) as Readonly<Record<string, DrawableState>>).map(([name, state]) => ({
    name,
    isFinal: state.type === 'final',
    entry: namesOf(state.entry),
    exit: namesOf(state.exit),
    transitions: [
      ...transitionsOf(undefined, state.always),
      ...Object.entries(state.on ?? {}).flatMap(([event, transitions]) => transitionsOf(event, transitions)),
    ],
  }))
}

/**
 * A machine as a Mermaid `stateDiagram-v2`: an arrow to each state that another one leads to, with a line for each transition:
 * event, guard in brackets, and actions behind a slash. Where an event has several transitions they are numbered: the first one
 * whose guard holds is taken. Transitions that stay where they are stand in the box of the state.
 */
export function machineDiagram(machine: DrawableState): string {
  const states = drawnStates(machine)
  const lines = states.flatMap((state) => [
    ...boxOf(state),
    ...arrowsOf(state),
    ...(state.isFinal ? [`${state.name} --> [*]`] : []),
  ])
  return ['stateDiagram-v2', ...[`[*] --> ${nameOf(machine.initial)}`, ...lines].map((line) => `  ${line}`)].join('\n')
}

/**
 * A machine as code that Stately's editor imports: a call of `createMachine` with the names of guards and actions, without
 * what is behind them.
 */
export function machineCode(machine: DrawableState): string {
  const config = {
    id: machine.id === undefined ? 'machine' : nameOf(machine.id),
    initial: nameOf(machine.initial),
    states: Object.fromEntries(drawnStates(machine).map((state) => [state.name, configOf(state)])),
  }
  const text = JSON.stringify(config, undefined, 2)
  return `import { createMachine } from 'xstate'\n\nexport const machine = createMachine(${text})\n`
}

function boxOf(state: DrawnState): string[] {
  const { name, entry, exit, transitions } = state
  const inside = [
    ...entry.map((action) => `entry / ${action}`),
    ...transitions.filter(({ target }) => target === undefined).map((transition) => labelOf(transition, state)),
    ...exit.map((action) => `exit / ${action}`),
  ]
  // The first description is the title.
  return inside.length === 0 ? [] : [name, ...inside].map((text) => `${name}: ${text}`)
}

/** Two arrows between the same boxes would lie on top of each other. */
function arrowsOf(state: DrawnState): string[] {
  const { name, transitions } = state
  const targets = [...new Set(transitions.flatMap(({ target }) => (target === undefined ? [] : [target])))]
  return targets.map((target) => {
    const labels = transitions.filter((way) => way.target === target).map((way) => labelOf(way, state))
    return `${name} --> ${target}: ${labels.join('<br>')}`
  })
}

function labelOf(transition: DrawnTransition, { transitions }: DrawnState): string {
  const { event, guard, actions } = transition
  const rivals = transitions.filter((other) => other.event === event)
  const number = rivals.length > 1 ? ` ${rivals.indexOf(transition) + 1}` : ''
  const parts = [
    event === undefined ? '' : event + number,
    guard === undefined ? '' : `[${guard}]`,
    actions.length === 0 ? '' : `/ ${actions.join(', ')}`,
  ]
  return parts.filter((part) => part !== '').join(' ')
}

function configOf({ isFinal, entry, exit, transitions }: DrawnState): object {
  const always = transitions.filter(({ event }) => event === undefined).map(arrowOf)
  const events = [...new Set(transitions.flatMap(({ event }) => (event === undefined ? [] : [event])))]
  const on = events.map((event) => [event, transitions.filter((way) => way.event === event).map(arrowOf)] as const)
  return {
    ...(isFinal && { type: 'final' }),
    ...(entry.length > 0 && { entry }),
    ...(exit.length > 0 && { exit }),
    ...(always.length > 0 && { always }),
    ...(on.length > 0 && { on: Object.fromEntries(on) }),
  }
}

function arrowOf({ guard, target, actions }: DrawnTransition): object {
  return {
    ...(guard !== undefined && { guard }),
    ...(target !== undefined && { target }),
    ...(actions.length > 0 && { actions }),
  }
}

function transitionsOf(event: string | undefined, given: unknown): DrawnTransition[] {
  return listed(given).map((transition) => {
    if (typeof transition === 'string') return { event, guard: undefined, target: transition, actions: [] }
    const { guard, target, actions } = transition as Readonly<Record<'guard' | 'target' | 'actions', unknown>>
    return {
      event,
      guard: guard === undefined ? undefined : nameOf(guard),
      target: target === undefined ? undefined : nameOf(listed(target)[0]),
      actions: namesOf(actions),
    }
  })
}

function namesOf(given: unknown): readonly string[] {
  return listed(given).map(nameOf)
}

/** xstate takes one thing for a list of one. */
function listed(given: unknown): readonly unknown[] {
  if (given === undefined) return []
  return Array.isArray(given) ? (given as readonly unknown[]) : [given]
}

/** The name of an action or a guard, which may come with parameters. */
function nameOf(given: unknown): string {
  if (typeof given === 'string') return given
  if (typeof given === 'function') return given.name
  return String((given as { readonly type?: unknown } | undefined)?.type)
}
