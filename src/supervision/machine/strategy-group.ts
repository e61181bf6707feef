import type { Child, ChildrenView } from './children.ts'
import type { Strategy } from '../specs/strategy.ts'

/** The children that a restart of `id` starts anew, in the order in which they start; `id` is one of them. */
export function restartGroup(
  id: string,
  { strategy, children }: { readonly strategy: Strategy; readonly children: ChildrenView },
): readonly Child[] {
  const child = children.get(id)
  switch (strategy) {
    case 'one_for_one':
      return child === undefined ? [] : [child]
    case 'one_for_all':
      return children.all()
    case 'rest_for_one':
      return child === undefined ? [] : [child, ...children.after(id)]
  }
}
