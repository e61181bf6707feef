/** Which events an actor understands that runs logic of xstate. */
export interface EventNames {
  /** What is wrong with an event; nothing if it can be sent. */
  problemWith(name: string, input: unknown): string | undefined
}

/** The events that a machine has transitions for in any of its states, by their descriptors: `TICK`, `file.*`, `*`. */
export function eventNames(machine: string, descriptors: readonly string[]): EventNames {
  const own = [...new Set(descriptors)].filter((descriptor) => !descriptor.startsWith('xstate.') && descriptor !== '')
  const exact = new Set(own)
  const partial = own.filter((descriptor) => descriptor === '*' || descriptor.endsWith('.*'))
  return {
    problemWith(name, input) {
      if (isOfHost(name)) return undefined
      if (!exact.has(name) && !partial.some((descriptor) => fits(name, descriptor)))
        return `machine "${machine}" has no transition for the event "${name}"; it has some for ${listOf(own)}`
      return payloadProblem(name, input)
    },
  }
}

/** Events of any name: of a child, as in xstate, those that it does not know are dropped. */
export const anyEvent: EventNames = { problemWith: (name, input) => (isOfHost(name) ? undefined : payloadProblem(name, input)) }

/** No events but those by which a host tells itself what has come of its logic. */
export function noEvents(logic: string): EventNames {
  return { problemWith: (name) => (isOfHost(name) ? undefined : `${logic} takes no events; it was sent "${name}"`) }
}

function isOfHost(name: string): boolean {
  return name.startsWith('xstate.')
}

function payloadProblem(name: string, input: unknown): string | undefined {
  if (input === undefined) return undefined
  const isPayload = typeof input === 'object' && input !== null && !Array.isArray(input)
  return isPayload ? undefined : `the input: what comes with the event "${name}" must be an object of its fields besides "type"`
}

function fits(name: string, descriptor: string): boolean {
  if (descriptor === '*') return true
  const prefix = descriptor.slice(0, -2)
  return name === prefix || name.startsWith(`${prefix}.`)
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `"${name}"`).join(', ')
}
