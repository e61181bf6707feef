import { enqueueActions, setup } from 'xstate'
import * as calls from './calls.ts'
import type { Command } from './commands.ts'
import * as ending from './ending.ts'
import * as exits from './exits.ts'
import type { Fact } from './facts.ts'
import * as gates from './gates.ts'
import * as group from './group-restart.ts'
import * as initial from './initial-start.ts'
import { childOf, remember, type FactOf, type Memory, type Step } from './memory.ts'
import { hasToWait, isFree } from './postponing.ts'
import * as waiting from './waiting.ts'
import * as wholeGroup from './whole-group.ts'

/** The one action with an effect. xstate never runs it: the decider takes it and hands it to the shell. */
interface CommandAction {
  readonly type: 'command'
  readonly params: Command
}

/** An action that asks a rule what to do, remembers what it changed, and hands out its commands in order. */
function follow<Params extends object | undefined>(rule: (memory: Memory, params: Params) => Step) {
  const action = enqueueActions<Memory, Fact, Params, Fact, never, CommandAction, never, never, never>(
    ({ context, enqueue }, params) => {
      const step = rule(context, params)
      const memory = remember(context, step)
      if (memory !== context) enqueue.assign(memory)
      for (const command of step.commands) enqueue({ type: 'command', params: command })
    },
  )
  // For whoever takes the steps without xstate.
  return Object.assign(action, { rule })
}

/** The fact that is being handled, as the parameter of a guard or an action. */
function fact<Handled>({ event }: { readonly event: Handled }): Handled {
  return event
}

const rules = setup({
  types: {
    // The form in which xstate takes types; the values are not used.
    context: {} as Memory,
    events: {} as Fact,
    input: {} as Memory,
  },
  actions: {
    command: (_, _command: Command) => {},
  },
  guards: {
    hasNoChildren: ({ context }) => context.children.size === 0,
    aStartFailed: (_, { results }: FactOf<'started'>) => results.some(({ status }) => status === 'failed'),
    isStale: ({ context }, told: FactOf<'exited' | 'health'>) => exits.isStale(context, told),
    endsSupervisor: ({ context }, exited: FactOf<'exited'>) => exits.endsSupervisor(context, exited),
    escalates: ({ context }, exited: FactOf<'exited'>) => exits.escalates(context, exited),
    isForGood: ({ context }, exited: FactOf<'exited'>) => exits.isForGood(context, exited),
    isCancelled: ({ context }, retry: FactOf<'retry'>) => group.isCancelled(context, retry),
    gateIsClosed: ({ context }, fact: FactOf<'exited' | 'retry'>) => gates.gateIsClosed(context, fact),
    isDueAtClosedGate: ({ context }, due: FactOf<'due'>) => gates.isDueAtClosedGate(context, due),
    aGateIsOpen: ({ context }) => gates.aGateIsOpen(context),
    budgetIsSpent: ({ context }, { id, nowMs }: FactOf<'exited' | 'retry'>) =>
      context.budget.budgetLeft(nowMs) <= 0 && !isFree(childOf(context, id)),
    endsSupervisorRetrying: ({ context }, retry: FactOf<'retry'>) => group.endsSupervisorRetrying(context, retry),
    isSpentRetry: ({ context }, retry: FactOf<'retry'>) => group.isSpentRetry(context, retry),
    takesRunningSiblings: ({ context }, { id }: FactOf<'exited' | 'retry'>) => group.takesRunningSiblings(context, id),
    hasToWait: ({ context }, { id }: FactOf<'exited' | 'retry'>) => hasToWait(context, id),
    groupWaits: ({ context }) => waiting.groupWaits(context),
    someAreHeldBack: ({ context }) => waiting.someAreHeldBack(context),
    groupIsReady: ({ context }) => waiting.groupIsReady(context),
    isOutdated: ({ context }, due: FactOf<'due'>) => waiting.isOutdated(context, due),
    startsAlone: ({ context }) => waiting.startsAlone(context),
    hurries: ({ context }, asked: FactOf<'asked'>) => waiting.hurries(context, asked),
    needsStart: ({ context }, asked: FactOf<'asked'>) => calls.needsStart(context, asked),
    needsStop: ({ context }, asked: FactOf<'asked'>) => calls.needsStop(context, asked),
    takesAllDown: ({ context }, asked: FactOf<'asked'>) => wholeGroup.takesAllDown(context, asked),
    startsAll: ({ context }, asked: FactOf<'asked'>) => wholeGroup.startsAll(context, asked),
    nobodyRuns: ({ context }) => ending.nobodyRuns(context),
  },
}).extend({
  actions: {
    beginStart: follow<undefined>(initial.beginStart),
    startedEmpty: follow<undefined>(initial.startedEmpty),
    endStart: follow(initial.endStart),

    escalate: follow(exits.escalate),
    letGo: follow(exits.letGo),
    shutDown: follow(exits.shutDown),
    giveUp: follow(exits.giveUp),
    restart: follow(exits.restart),

    retry: follow(group.retry),
    endRetrying: follow(group.endRetrying),
    shutDownRetrying: follow(group.shutDownRetrying),
    giveUpRetrying: follow(group.giveUpRetrying),
    stopGroup: follow<undefined>(group.stopGroup),
    clearGroup: follow<undefined>(group.clearGroup),
    startGroup: follow<undefined>(group.startGroup),
    endGroup: follow(group.endGroup),

    holdGroup: follow<undefined>(waiting.holdGroup),
    startDue: follow(waiting.startDue),
    joinGroup: follow(waiting.joinGroup),
    gatherGroup: follow<undefined>(waiting.gatherGroup),
    holdBack: follow<undefined>(waiting.holdBack),
    holdDue: follow(waiting.holdDue),
    hurry: follow(waiting.hurry),

    restartAll: follow(wholeGroup.restartAll),

    hold: follow(gates.hold),
    holdRetry: follow(gates.holdRetry),
    openGates: follow<undefined>(gates.openGates),
    noteHealth: follow(gates.noteHealth),

    answer: follow(calls.answer),
    acceptStart: follow(calls.acceptStart),
    startForCall: follow<undefined>(calls.startForCall),
    endStartForCall: follow(calls.endStartForCall),
    acceptStop: follow(calls.acceptStop),
    stopForCall: follow<undefined>(calls.stopForCall),
    endStopForCall: follow<undefined>(calls.endStopForCall),

    obey: follow(ending.obey),
    stopEveryone: follow<undefined>(ending.stopEveryone),
    everyoneIsDown: follow<undefined>(ending.everyoneIsDown),
    exit: follow<undefined>(ending.exit),
  },
})

/**
 * The supervisor: facts in, commands out, no clock and no effect. Of each list the first transition whose guard holds is taken.
 *
 * While a start or a stop is under way nothing else is handled: exits, retries and calls wait in the supervisor's mailbox, as
 * they do in OTP. So at most one `start` or `stop` is ever outstanding, and exits of children that it stops find a child that
 * is not running, or another incarnation, when their turn comes.
 */
export const supervisorMachine = rules.createMachine({
  id: 'supervisor',
  context: ({ input }) => input,
  initial: 'starting',
  states: {
    starting: {
      entry: 'beginStart',
      always: { guard: 'hasNoChildren', target: 'running', actions: 'startedEmpty' },
      on: {
        started: [
          {
            guard: { type: 'aStartFailed', params: fact },
            target: 'terminating',
            actions: { type: 'endStart', params: fact },
          },
          { target: 'running', actions: { type: 'endStart', params: fact } },
        ],
      },
    },

    running: {
      always: [
        { guard: 'someAreHeldBack', actions: 'holdBack' },
        { guard: 'groupIsReady', target: 'startingGroup', actions: 'gatherGroup' },
        { guard: 'aGateIsOpen', actions: 'openGates' },
      ],
      on: {
        exited: [
          { guard: { type: 'isStale', params: fact } },
          { guard: { type: 'escalates', params: fact }, target: 'terminating', actions: { type: 'escalate', params: fact } },
          {
            guard: { type: 'endsSupervisor', params: fact },
            target: 'terminating',
            actions: { type: 'shutDown', params: fact },
          },
          { guard: { type: 'isForGood', params: fact }, actions: { type: 'letGo', params: fact } },
          { guard: { type: 'gateIsClosed', params: fact }, actions: { type: 'hold', params: fact } },
          {
            guard: { type: 'budgetIsSpent', params: fact },
            target: 'terminating',
            actions: { type: 'giveUp', params: fact },
          },
          {
            guard: { type: 'takesRunningSiblings', params: fact },
            target: 'stoppingGroup',
            actions: { type: 'restart', params: fact },
          },
          { guard: { type: 'hasToWait', params: fact }, actions: [{ type: 'restart', params: fact }, 'holdGroup'] },
          { target: 'startingGroup', actions: { type: 'restart', params: fact } },
        ],
        retry: [
          { guard: { type: 'isCancelled', params: fact } },
          { guard: { type: 'gateIsClosed', params: fact }, actions: { type: 'holdRetry', params: fact } },
          {
            guard: { type: 'endsSupervisorRetrying', params: fact },
            target: 'terminating',
            actions: { type: 'shutDownRetrying', params: fact },
          },
          { guard: { type: 'isSpentRetry', params: fact }, actions: { type: 'endRetrying', params: fact } },
          {
            guard: { type: 'budgetIsSpent', params: fact },
            target: 'terminating',
            actions: { type: 'giveUpRetrying', params: fact },
          },
          {
            guard: { type: 'takesRunningSiblings', params: fact },
            target: 'stoppingGroup',
            actions: { type: 'retry', params: fact },
          },
          { guard: { type: 'hasToWait', params: fact }, actions: [{ type: 'retry', params: fact }, 'holdGroup'] },
          { target: 'startingGroup', actions: { type: 'retry', params: fact } },
        ],
        due: [
          { guard: { type: 'isOutdated', params: fact } },
          { guard: { type: 'isDueAtClosedGate', params: fact }, actions: { type: 'holdDue', params: fact } },
          { guard: 'startsAlone', target: 'startingGroup', actions: { type: 'startDue', params: fact } },
          { actions: { type: 'joinGroup', params: fact } },
        ],
        health: [{ guard: { type: 'isStale', params: fact } }, { actions: { type: 'noteHealth', params: fact } }],
        asked: [
          { guard: { type: 'hurries', params: fact }, target: 'startingGroup', actions: { type: 'hurry', params: fact } },
          {
            guard: { type: 'needsStart', params: fact },
            target: 'startingChild',
            actions: { type: 'acceptStart', params: fact },
          },
          {
            guard: { type: 'needsStop', params: fact },
            target: 'stoppingChild',
            actions: { type: 'acceptStop', params: fact },
          },
          {
            guard: { type: 'takesAllDown', params: fact },
            target: 'stoppingGroup',
            actions: { type: 'restartAll', params: fact },
          },
          { guard: { type: 'startsAll', params: fact }, target: 'startingGroup', actions: { type: 'restartAll', params: fact } },
          { actions: { type: 'answer', params: fact } },
        ],
        shutdown: { target: 'terminating', actions: { type: 'obey', params: fact } },
      },
    },

    stoppingGroup: {
      entry: 'stopGroup',
      on: {
        stopped: [
          { guard: 'groupWaits', target: 'running', actions: 'holdGroup' },
          { target: 'startingGroup', actions: 'clearGroup' },
        ],
      },
    },
    startingGroup: {
      entry: 'startGroup',
      on: { started: { target: 'running', actions: { type: 'endGroup', params: fact } } },
    },

    startingChild: {
      entry: 'startForCall',
      on: { started: { target: 'running', actions: { type: 'endStartForCall', params: fact } } },
    },
    stoppingChild: {
      entry: 'stopForCall',
      on: { stopped: { target: 'running', actions: 'endStopForCall' } },
    },

    terminating: {
      entry: 'stopEveryone',
      always: { guard: 'nobodyRuns', target: 'done' },
      on: { stopped: { target: 'done', actions: 'everyoneIsDown' } },
    },
    done: {
      type: 'final',
      entry: 'exit',
    },
  },
})
