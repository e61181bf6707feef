import type { AutoShutdown } from '../specs/auto-shutdown.ts'
import type { Child, ChildrenView } from './children.ts'

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
