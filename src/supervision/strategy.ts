import type { Child, ChildrenView } from './children.ts'

/** Whom a restart takes along: nobody, every sibling, or those that were started later. As in OTP. */
export type Strategy = 'one_for_one' | 'one_for_all' | 'rest_for_one'

export const strategies: readonly Strategy[] = ['one_for_one', 'one_for_all', 'rest_for_one']

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
