import { childId, type ActorId } from '../../protocol/actor-id.ts'
import type { Violation } from '../../protocol/errors.ts'
import { listed, refuseIf } from './option-checks.ts'

/**
 * What is wrong with the gates of siblings, in the order of the children: each must be the key of another child, and following
 * them must come to an end.
 */
export function gateViolations(parent: ActorId, gates: ReadonlyMap<string, string | undefined>): readonly Violation[] {
  return [...gates].flatMap(([key, gate]) => {
    if (gate === undefined) return []
    const path = `${childId(parent, key)}: gate`
    const others = [...gates.keys()].filter((other) => other !== key)
    const remedy = others.length === 0 ? 'It has no siblings' : `Its siblings are ${listed(others, 'and')}`
    if (gate === key) return [{ path, rule: 'must not be the child itself', value: gate, remedy }]
    if (!gates.has(gate)) return [{ path, rule: 'must be the key of a sibling', value: gate, remedy }]
    const circle = circleFrom(key, gates)
    return refuseIf(circle !== undefined, {
      path,
      rule: 'must not lead back to the child: none of them would ever be restarted',
      value: gate,
      remedy: `It is a circle: ${(circle ?? []).join(' → ')}`,
    })
  })
}

function circleFrom(key: string, gates: ReadonlyMap<string, string | undefined>): readonly string[] | undefined {
  const way = [key]
  for (let next = gates.get(key); next !== undefined; next = gates.get(next)) {
    if (next === key) return [...way, key]
    // A circle that this child only leads to is told of those that are in it.
    if (way.includes(next)) return undefined
    way.push(next)
  }
  return undefined
}
