import { actor, child, message, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { bystanders, chatter } from '../noise.ts'
import { planted } from '../planted.ts'

interface Cents {
  readonly cents: number
}

/**
 * It takes a checkpoint of what it has sent. When that is damaged, the one before it takes its place, and what was sent stays
 * sent.
 */
const Sender = actor('sender', {
  initial: (): Cents => ({ cents: 0 }),
  handlers: ({ cast }) => ({
    send: cast(message<number>(), ({ state, input, ctx }) => {
      void ctx.ref(Receiver, 'receiver').cast.receive(input)
      ctx.checkpoint()
      return { cents: state.cents + input }
    }),
  }),
})

const Receiver = actor('receiver', {
  initial: (): Cents => ({ cents: 0 }),
  handlers: ({ cast }) => ({ receive: cast(message<number>(), ({ state, input }) => ({ cents: state.cents + input })) }),
})

export const tornCheckpoint = planted({
  name: 'torn checkpoint',
  law: 'nothing is received that was not sent',
  cause: 'death',
  hunts: [{ crash: { points: ['torn commit'] } }],
  program: (isWrong) =>
    scenario({
      tree: supervisor(
        {},
        {
          receiver: child(Receiver, { state: 'durable' }),
          sender: child(Sender, { state: isWrong ? 'checkpointed' : 'durable' }),
          ...bystanders(),
        },
      ),
      items: [1, 2, 4],
      run: (sim, payments) => {
        chatter(sim)
        for (const cents of payments) void sim.tree.sender.cast.send(cents).catch(() => undefined)
      },
      invariants: {
        'nothing is received that was not sent': (sim) => {
          const [sent = 0, received = 0] = ['sender', 'receiver'].map((id) => sim.peek<Cents>(id)?.cents)
          return received <= sent || `${sent} were sent, and ${received} received`
        },
      },
    }),
})
