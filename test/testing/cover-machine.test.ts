import { describe, expect, it } from 'vitest'
import { assign, createMachine, setup } from 'xstate'
import { actor, child, machine, message, supervisor } from 'coppice'
import { coverMachine, findBrokenCells, machineScenario, replay, type CellStatus, type MachineCoverage } from 'coppice/testing'

type Events = { type: 'pay'; cents: number } | { type: 'send' } | { type: 'refund' }

const order = setup({
  types: { context: {} as { owner: string; paid: number }, events: {} as Events, input: {} as { owner: string } },
}).createMachine({
  context: ({ input }) => ({ owner: input.owner, paid: 0 }),
  initial: 'open',
  states: {
    'open': {
      on: { pay: { target: 'paid', actions: assign({ paid: ({ context, event }) => context.paid + event.cents }) } },
      after: { 60_000: 'given up' },
    },
    'paid': {
      on: {
        pay: { actions: assign({ paid: ({ context, event }) => context.paid + event.cents }) },
        send: 'sent',
        refund: { guard: ({ context }) => context.paid > 1_000, target: 'open' },
      },
    },
    'sent': {},
    'given up': {},
  },
})
const Order = machine('order', order)
const events = [{ type: 'pay', cents: 250 }, { type: 'send' }, { type: 'refund' }] as const

const orders = (state: 'durable' | 'volatile', more: object = {}) =>
  machineScenario({
    tree: supervisor({}, { order: child(Order, { args: { owner: 'u7' }, state }) }),
    actor: 'order',
    machine: order,
    events,
    ...more,
  })

const statuses = ({ cells }: MachineCoverage, transition: string): Readonly<Record<string, CellStatus>> =>
  Object.fromEntries(
    cells.filter((cell) => cell.transition === transition).map(({ fault, status }) => [fault ?? 'no fault', status]),
  )

describe('coverMachine', () => {
  it('takes a durable machine through each transition with each fault, and says which it could not', async () => {
    const { cells, unreached, runs, isCut, text } = await coverMachine(orders('durable'))
    expect(new Set(cells.map(({ transition }) => transition))).toEqual(
      new Set(['open --pay--> paid', 'open --after 60000 ms--> given up', 'paid --pay--> paid', 'paid --send--> sent']),
    )
    expect(cells.filter(({ status }) => status !== 'held')).toEqual([
      { transition: 'open --after 60000 ms--> given up', fault: 'duplicate', status: 'not reached', why: 'nobody sends it' },
    ])
    expect({ unreached, runs, isCut }).toEqual({ unreached: ['paid --refund--> open'], runs: 36, isCut: false })
    expect(text.split('\n')[0]).toBe('4 transitions by 8 faults: 36 of 36 cells run, 35 held, 0 broken, 1 not reached')
    expect(text).toMatch(/^paid --send--> sent +ok +ok /m)
    expect(text).toContain('no path: paid --refund--> open')
  })

  it('finds what a machine that keeps nothing loses, and gives a token for each cell', async () => {
    const lossy = orders('volatile', { keeps: 'state' })
    const coverage = await findBrokenCells(lossy)
    expect(statuses(coverage, 'open --pay--> paid')).toEqual({
      'no fault': 'held',
      'crash': 'broken',
      'crash before commit': 'not reached',
      'crash after commit': 'not reached',
      'restart': 'broken',
      'restart before commit': 'not reached',
      'restart after commit': 'not reached',
      'duplicate': 'broken',
      'delay': 'held',
    })
    for (const { token = '', why, detail } of coverage.cells.filter(({ status }) => status === 'broken'))
      await expect(replay(lossy, token)).rejects.toMatchObject({ report: { law: why, detail } })
    await expect(coverMachine(lossy)).rejects.toThrow(/it is in open, and not in paid\n4 transitions by 8 faults/)
  })

  it('finds the cells in which an action is missing: its turn is committed, and who would run it is gone', async () => {
    let printed = 0
    const receipt = setup({
      types: { context: {} as { prints: number }, events: {} as { type: 'print' } | { type: 'rest' } },
      actions: { print: () => void (printed += 1) },
    }).createMachine({
      context: { prints: 0 },
      initial: 'on',
      states: {
        on: { on: { rest: 'off', print: { actions: [assign({ prints: ({ context }) => context.prints + 1 }), 'print'] } } },
        off: { on: { rest: 'on' } },
      },
    })
    const receipts = machineScenario({
      tree: supervisor({}, { receipt: child(machine('receipt', receipt), { state: 'durable' }) }),
      actor: 'receipt',
      machine: receipt,
      events: [{ type: 'print' }, { type: 'rest' }],
      before: () => void (printed = 0),
      invariants: {
        'what is counted is printed': (sim) => {
          const { prints } = sim.peek<{ context: { prints: number } }>('receipt')?.context ?? { prints: 0 }
          return prints === printed || `${prints} are counted, and ${printed} printed`
        },
      },
    })
    const { cells, failure } = await findBrokenCells(receipts)
    const broken = cells.filter(({ status }) => status === 'broken')
    expect(broken.map(({ transition, fault }) => `${transition}, ${fault}`)).toEqual([
      'on --print--> on, crash before commit',
      'on --print--> on, restart after commit',
    ])
    expect(failure).toMatchObject({ law: 'what is counted is printed', detail: '1 are counted, and 0 printed' })
  })

  it('finds a machine that does not come up again', async () => {
    const fragile = machineScenario({
      tree: supervisor(
        { intensity: { restarts: 0, within: '5s' } },
        { order: child(Order, { args: { owner: 'u7' }, state: 'durable' }) },
      ),
      actor: 'order',
      machine: order,
      events: [{ type: 'pay', cents: 250 }],
      faults: ['crash', 'restart'],
    })
    const { cells } = await findBrokenCells(fragile)
    expect(cells.slice(0, 3)).toMatchObject([
      { status: 'held' },
      { fault: 'crash', status: 'broken', why: 'the machine is up again' },
      { fault: 'restart', status: 'held' },
    ])
  })

  it('leaves events of a path out that a failure does not need', async () => {
    const unlucky = createMachine({
      initial: 'a',
      states: { a: { on: { go: 'b' } }, b: { on: { go: 'c' } }, c: { on: { go: 'c' } } },
    })
    const scenario = machineScenario({
      tree: supervisor({}, { it: child(machine('it', unlucky), { state: 'durable' }) }),
      actor: 'it',
      machine: unlucky,
      events: [{ type: 'go' }],
      faults: ['crash'],
      invariants: {
        'it never crashes in c': (sim) =>
          !sim.events.some(({ type }) => type === 'fault') || sim.peek<{ value: string }>('it')?.value !== 'c',
      },
    })
    const { cells, failure } = await findBrokenCells(scenario)
    expect(cells.filter(({ status }) => status === 'broken').map(({ transition }) => transition)).toEqual([
      'b --go--> c',
      'c --go--> c',
    ])
    expect(failure?.text).toContain('items    {"event":{"type":"go"}}, {"event":{"type":"go"},"fault":"crash"}')
  })

  it('goes no further than it may, and says so', async () => {
    const some = await coverMachine(orders('durable'), { most: 10 })
    expect(some).toMatchObject({ runs: 10, isCut: true })
    expect(some.text).toMatch(/^4 transitions by 8 faults: 10 of 36 cells run, .*, cut before the last 26\n/)
    let nowMs = 0
    const now = (): number => (nowMs += 100)
    expect(await coverMachine(orders('durable'), { time: '1s', now })).toMatchObject({ runs: 9, isCut: true })
  })

  it('takes no fault where the tree makes the machine go elsewhere', async () => {
    const Meddler = actor('meddler', {
      initial: () => ({}),
      handlers: ({ cast }) => ({ nudge: cast(message<string>(), ({ input, ctx }) => void ctx.cast('order', input, undefined)) }),
    })
    const meddled = machineScenario({
      tree: supervisor({}, { order: child(Order, { args: { owner: 'u7' } }), meddler: child(Meddler) }),
      actor: 'order',
      machine: order,
      events,
      faults: ['crash'],
      before: (sim) => {
        void sim.tree.order.cast.pay({ cents: 1 })
        void sim.tree.meddler.cast.nudge('send')
      },
    })
    const { cells } = await coverMachine(meddled)
    expect(cells.slice(0, 2)).toMatchObject([
      { status: 'not reached', why: 'open --pay--> paid does not come about: it is in sent, and not in paid' },
      { status: 'not reached', fault: 'crash' },
    ])
  })

  it('tells events of one type apart by what is in them', async () => {
    const twice = orders('durable', {
      events: [
        { type: 'pay', cents: 1 },
        { type: 'pay', cents: 2_000 },
      ],
      faults: [],
    })
    const { cells } = await coverMachine(twice)
    expect(cells.map(({ transition }) => transition)).toContain('open --pay {"cents":2000}--> paid')
  })

  it('refuses what is no machine, no event and no fault', () => {
    expect(() => orders('durable', { actor: 'nobody' })).toThrow(
      'machineScenario: actor must be the path of a child of the tree that is made by `machine`; got "nobody"',
    )
    expect(() => orders('durable', { events: [{ type: 'xstate.done' }] })).toThrow(
      /machineScenario: events\[0\] must be an event/,
    )
    expect(() => orders('durable', { faults: ['fire'] })).toThrow(/machineScenario: faults\[0\] must be one of "crash"/)
  })

  it('ends where a search for paths would not', () => {
    const endless = createMachine({
      context: { n: 0 },
      on: { add: { actions: assign({ n: ({ context }: { context: { n: number } }) => context.n + 1 }) } },
    })
    const make = (): unknown =>
      machineScenario({
        tree: supervisor({}, { it: child(machine('it', endless)) }),
        actor: 'it',
        machine: endless,
        events: [{ type: 'add' }] as never,
        stateOf: (state) => JSON.stringify(state.context),
      })
    expect(make).toThrow(/machineScenario: stateOf must come to an end before 2000 states/)
  })
})
