/** A deliberate mistake of one line, which the tests of the supervisor have to catch. */
export interface Mutant {
  /** The rule of OTP, or of ours, that it breaks. */
  readonly breaks: string
  /** Below `src/supervision`. */
  readonly file: string
  /** Occurs once in the file. */
  readonly from: string
  readonly to: string
}

/** The mistakes, in the order of the rules. */
export const mutants: readonly Mutant[] = [
  {
    breaks: 'children stop in reverse order of their start',
    file: 'machine/orders.ts',
    from: 'of children.toReversed()',
    to: 'of children',
  },
  {
    breaks: 'children stop one after another',
    file: 'machine/ending.ts',
    from: "together: kind === 'dynamic'",
    to: 'together: true',
  },
  {
    breaks: 'members of a dynamic supervisor stop all at once',
    file: 'machine/ending.ts',
    from: "together: kind === 'dynamic'",
    to: 'together: false',
  },
  {
    breaks: 'one_for_all takes every child along',
    file: 'machine/strategy-group.ts',
    from: 'return children.all()',
    to: 'return children.all().filter((other) => other === child || children.after(id).includes(other))',
  },
  {
    breaks: 'rest_for_one takes those along that were started later',
    file: 'machine/strategy-group.ts',
    from: '[child, ...children.after(id)]',
    to: '[child]',
  },
  {
    breaks: 'rest_for_one leaves those alone that were started earlier',
    file: 'machine/strategy-group.ts',
    from: '[child, ...children.after(id)]',
    to: 'children.all()',
  },
  {
    breaks: 'one_for_one takes nobody along',
    file: 'machine/strategy-group.ts',
    from: "return child === undefined ? [] : [child]\n    case 'one_for_all'",
    to: "return children.all()\n    case 'one_for_all'",
  },
  {
    breaks: 'a group restart starts also those that were down before',
    file: 'machine/group-restart.ts',
    from: 'if (!isHeld) ids.push(id)',
    to: "if (!isHeld && (isRunning(child) || child.status === 'restarting')) ids.push(id)",
  },
  {
    breaks: 'a group restart removes temporary siblings',
    file: 'machine/group-restart.ts',
    from: "if (restart === 'temporary' && ",
    to: "if (restart === 'transient' && ",
  },
  {
    breaks: 'the exit of a sibling that was stopped is no crash',
    file: 'machine/exits.ts',
    from: 'child === undefined || !isRunning(child) || child.incarnation !== incarnation',
    to: 'child === undefined',
  },
  {
    breaks: 'the exit of an earlier incarnation means nothing',
    file: 'machine/exits.ts',
    from: ' || child.incarnation !== incarnation',
    to: '',
  },
  {
    breaks: 'the limit is exceeded by one restart more than it allows',
    file: 'machine/supervisor-machine.ts',
    from: 'context.budget.budgetLeft(nowMs) <= 0',
    to: 'context.budget.budgetLeft(nowMs) < 0',
  },
  {
    breaks: 'as many restarts are allowed as the limit says',
    file: 'machine/supervisor-machine.ts',
    from: 'context.budget.budgetLeft(nowMs) <= 0',
    to: 'context.budget.budgetLeft(nowMs) <= 1',
  },
  {
    breaks: 'the window slides',
    file: 'machine/restart-intensity.ts',
    from: '> this.limit.withinMs) this.#first += 1',
    to: '> this.limit.withinMs * 1_000) this.#first += 1',
  },
  {
    breaks: 'a restart exactly as old as the window is inside',
    file: 'machine/restart-intensity.ts',
    from: '> this.limit.withinMs) this.#first += 1',
    to: '>= this.limit.withinMs) this.#first += 1',
  },
  {
    breaks: 'a restart counts',
    file: 'machine/exits.ts',
    from: '  memory.budget.record(fact.nowMs)\n',
    to: '',
  },
  {
    breaks: 'a failed attempt counts as well',
    file: 'machine/group-restart.ts',
    from: '  if (isCounted) memory.budget.record(nowMs)\n',
    to: '',
  },
  {
    breaks: 'a supervisor that gives up does not start the child again',
    file: 'machine/exits.ts',
    from: "children: memory.children.update({ ...child, status: 'stopped', lastReason: reason }),\n    task: { type: 'end'",
    to: "children: memory.children,\n    task: { type: 'end'",
  },
  {
    breaks: 'a failed restart is tried again',
    file: 'machine/group-restart.ts',
    from: 'fact: failure }), retry]',
    to: 'fact: failure })]',
  },
  {
    breaks: 'later siblings of a child that did not start are down until the retry',
    file: 'machine/group-restart.ts',
    from: "table = table.update({ ...childOf(memory, id), status: 'stopped', wait: undefined })",
    to: 'table = table.update(childOf(memory, id))',
  },
  {
    breaks: 'a retry is cancelled when its child was stopped meanwhile',
    file: 'machine/group-restart.ts',
    from: "return child?.status !== 'restarting' || ",
    to: 'return child === undefined || ',
  },
  {
    breaks: 'nothing is retried in the initial start',
    file: 'machine/supervisor-machine.ts',
    from: "target: 'terminating',\n            actions: { type: 'endStart', params: fact }",
    to: "target: 'running',\n            actions: { type: 'endStart', params: fact }",
  },
  {
    breaks: 'the reason of a failed initial start names the child',
    file: 'machine/initial-start.ts',
    from: 'failedToStart(failure.spec.id, failure.reason)',
    to: 'failure.reason',
  },
  {
    breaks: 'a permanent child comes back from every exit',
    file: 'specs/restart-type.ts',
    from: "case 'permanent':\n      return true",
    to: "case 'permanent':\n      return isAbnormal(reason)",
  },
  {
    breaks: 'a transient child comes back from abnormal exits only',
    file: 'specs/restart-type.ts',
    from: 'return isAbnormal(reason)',
    to: 'return true',
  },
  {
    breaks: 'a temporary child never comes back',
    file: 'specs/restart-type.ts',
    from: "case 'temporary':\n      return false",
    to: "case 'temporary':\n      return isAbnormal(reason)",
  },
  {
    breaks: 'a temporary child that ended leaves the table',
    file: 'machine/memory.ts',
    from: "return kind === 'dynamic' || spec.restart === 'temporary'",
    to: "return kind === 'dynamic'",
  },
  {
    breaks: 'a member that ended for good leaves the table',
    file: 'machine/memory.ts',
    from: "return kind === 'dynamic' || spec.restart === 'temporary'",
    to: "return spec.restart === 'temporary'",
  },
  {
    breaks: 'a child that ignores its start stays down',
    file: 'machine/start-results.ts',
    from: "case 'ignored':\n      return { ...child, status: 'stopped'",
    to: "case 'ignored':\n      return { ...child, status: 'restarting'",
  },
  {
    breaks: 'a child whose start failed is restarting',
    file: 'machine/start-results.ts',
    from: "case 'failed':\n      return { ...child, status: 'restarting'",
    to: "case 'failed':\n      return { ...child, status: 'stopped'",
  },
  {
    breaks: 'a child that is started by call and fails is not kept',
    file: 'machine/calls.ts',
    from: 'children: isNew ? children.delete(id) :',
    to: 'children: isNew ? children :',
  },
  {
    breaks: 'a supervisor that is stopped ends with exactly the reason it was given',
    file: 'machine/ending.ts',
    from: "return { task: { type: 'end', reason }, commands: [] }",
    to: "return { task: { type: 'end', reason: { type: 'shutdown' } }, commands: [] }",
  },
  {
    breaks: 'an automatic shutdown waits for the last significant child',
    file: 'machine/significance.ts',
    from: 'return children.significant <= 1',
    to: 'return children.significant <= 2',
  },
  {
    breaks: 'the last significant child ends the supervisor',
    file: 'machine/significance.ts',
    from: 'return children.significant <= 1',
    to: 'return children.significant < 1',
  },
  {
    breaks: 'only a significant child ends its supervisor',
    file: 'machine/significance.ts',
    from: 'if (!child.spec.significant) return false',
    to: '',
  },
  {
    breaks: 'an abnormal exit of a significant transient child restarts it',
    file: 'machine/exits.ts',
    from: 'endsWith(child, memory) && isForGood(memory, exited)',
    to: 'endsWith(child, memory)',
  },
  {
    breaks: 'a significant child needs an automatic shutdown',
    file: 'specs/child-rules.ts',
    from: "significant === true && autoShutdown === 'never'",
    to: 'false',
  },
  {
    breaks: 'a permanent child is never significant',
    file: 'specs/child-rules.ts',
    from: "significant === true && restart === 'permanent'",
    to: 'false',
  },
  {
    breaks: 'an intensity is no negative number',
    file: 'specs/supervisor-rules.ts',
    from: "!isIntegerFrom(0, intensity['restarts'])",
    to: "!isIntegerFrom(-1, intensity['restarts'])",
  },
  {
    breaks: 'the list of children begins with the last one',
    file: 'machine/calls.ts',
    from: 'children.all().map(infoOf).reverse()',
    to: 'children.all().map(infoOf)',
  },
  {
    breaks: 'a delay that is over means nothing when its child was stopped meanwhile',
    file: 'machine/waiting.ts',
    from: "return wait?.for !== 'delay' || wait.round !== round",
    to: 'return wait === undefined && round === 0',
  },
  {
    breaks: 'who fails while a group waits joins it',
    file: 'machine/postponing.ts',
    from: "return strategy !== 'one_for_one' && children.delayed > 0",
    to: 'return false && strategy !== children',
  },
  {
    breaks: 'a backoff begins anew when the child has been well',
    file: 'machine/postponing.ts',
    from: 'wasWell(child, nowMs) ? 1 : ',
    to: '',
  },
  {
    breaks: 'a child is not restarted more often than in its life',
    file: 'machine/lifetime.ts',
    from: 'restarts >= maxRestarts',
    to: 'restarts > maxRestarts',
  },
  {
    breaks: 'what decide says goes before the restart type',
    file: 'machine/exits.ts',
    from: "wish !== 'stop'",
    to: 'isRestarted(spec.restart, reason)',
  },
  {
    breaks: 'a restart at an open gate is not counted',
    file: 'machine/postponing.ts',
    from: "return wait?.for === 'turn'",
    to: 'return wait === wait && false',
  },
  {
    breaks: 'a gate that is not well is closed',
    file: 'machine/gates.ts',
    from: '(!isRunning(gate) || gate.isUnhealthy)',
    to: '!isRunning(gate)',
  },
  {
    breaks: 'the first that fails of those that start together is the failure',
    file: 'machine/start-results.ts',
    from: 'failure ??= {',
    to: 'failure = {',
  },
  {
    breaks: 'only independent neighbours stop together',
    file: 'machine/orders.ts',
    from: 'one?.spec.independent === true && other',
    to: 'other',
  },
]
