import { actor, message } from '../src/index.ts'

/** A state of about 200 bytes, in the form in which it is stored. */
export interface AccountState {
  readonly owner: string
  readonly currency: string
  readonly isOpen: boolean
  readonly tags: readonly string[]
  readonly limits: { readonly day: number; readonly month: number }
  readonly deposits: number
  readonly balance: number
}

/** Where each account begins. */
export const openedAccount: AccountState = {
  owner: 'Adam Smith, 17 High Street',
  currency: 'EUR',
  isOpen: true,
  tags: ['private', 'paperless'],
  limits: { day: 1000, month: 10_000 },
  deposits: 0,
  balance: 0,
}

/** The state after a deposit. */
export function afterDeposit(state: AccountState, amount: number): AccountState {
  return { ...state, deposits: state.deposits + 1, balance: state.balance + amount }
}

/** The text in which a store keeps a state that is all JSON. */
export function textOf(value: unknown): string {
  return `{"json":${JSON.stringify(value)}}`
}

/** The actor of the trials with a store. */
export const account = actor('account', {
  initial: () => openedAccount,
  handlers: ({ call }) => ({
    deposit: call(message<number>(), ({ state, input }) => {
      const next = afterDeposit(state, input)
      return { reply: next.balance, state: next }
    }),
  }),
})
