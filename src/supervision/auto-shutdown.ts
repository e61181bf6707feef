import type { Child, ChildrenView } from './children.ts'

/**
 * Whether a supervisor ends by itself when significant children have ended for good by themselves: not at all, when the first
 * one has, or when none is left. As in OTP.
 */
export type AutoShutdown = 'never' | 'any_significant' | 'all_significant'

export const autoShutdowns: readonly AutoShutdown[] = ['never', 'any_significant', 'all_significant']

/** True if the supervisor ends because this running child has ended by itself and stays down. */
export function endsWith(
  child: Child,
  { autoShutdown, children }: { readonly autoShutdown: AutoShutdown; readonly children: ChildrenView },
): boolean {
  if (!child.spec.significant) return false
  switch (autoShutdown) {
    case 'never':
      return false
    case 'any_significant':
      return true
    case 'all_significant':
      // The child itself is still counted.
      return children.significant <= 1
  }
}
