import { actor, child, message } from '../../src/index.ts'

/** Something to be brought to an actor, after so many stops on the way. */
export interface Parcel {
  readonly stops: number
  readonly to: string
  readonly name: string
  readonly input?: unknown
}

/** Brings messages, later than by the direct way: in the default order, after what was sent meanwhile. */
export const Courier = actor('courier', {
  initial: () => ({}),
  handlers: ({ cast }) => ({
    bring: cast(message<Parcel>(), ({ input: { stops, to, name, input }, ctx }) => {
      if (stops > 0) void ctx.cast(ctx.id, 'bring', { stops: stops - 1, to, name, input })
      else void ctx.cast(to, name, input)
    }),
  }),
})

const Talker = actor('talker', {
  initial: () => ({ said: 0 }),
  handlers: ({ cast }) => ({
    talk: cast(message<string>(), ({ state, input, ctx }) => {
      if (state.said < 3) void ctx.cast(input, 'talk', ctx.id)
      return { said: state.said + 1 }
    }),
  }),
})

/** Actors that have nothing to do with the bug. */
export const bystanders = () => ({ pat: child(Talker), kim: child(Talker) })

/** Has them talk to each other. */
export function chatter({ tree }: { readonly tree: { readonly pat: { readonly cast: { talk(to: string): unknown } } } }): void {
  void tree.pat.cast.talk('kim')
}
