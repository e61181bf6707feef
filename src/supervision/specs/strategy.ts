/** Whom a restart takes along: nobody, every sibling, or those that were started later. As in OTP. */
export type Strategy = 'one_for_one' | 'one_for_all' | 'rest_for_one'

export const strategies: readonly Strategy[] = ['one_for_one', 'one_for_all', 'rest_for_one']
