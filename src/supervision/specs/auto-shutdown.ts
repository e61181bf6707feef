/**
 * Whether a supervisor ends by itself when significant children have ended for good by themselves: not at all, when the first
 * one has, or when none is left. As in OTP.
 */
export type AutoShutdown = 'never' | 'any_significant' | 'all_significant'

export const autoShutdowns: readonly AutoShutdown[] = ['never', 'any_significant', 'all_significant']
