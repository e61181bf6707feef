import { isDeepStrictEqual } from 'node:util'
import type { CoppiceEvent, Command, Fact, SupervisorInput } from '../../src/index.ts'
import { replay } from '../../src/testing/index.ts'

interface Record {
  readonly who: string
  readonly input: SupervisorInput
  readonly steps: { readonly fact: Fact | undefined; readonly commands: readonly Command[] }[]
}

/** What the supervisors of a run have told of their steps. */
export class Recorded {
  readonly #records: Record[] = []
  readonly #newest = new Map<string, Record>()

  hear(event: CoppiceEvent): void {
    if (event.type === 'supervisor began') {
      const record = { who: `${event.id || 'root'}#${event.incarnation}`, input: event.input, steps: [] }
      this.#records.push(record)
      this.#newest.set(record.who, record)
    } else if (event.type === 'supervisor step')
      this.#newest.get(`${event.id || 'root'}#${event.incarnation}`)?.steps.push({ fact: event.fact, commands: event.commands })
  }

  /** Where the same facts do not give the same commands again. */
  differences(): readonly string[] {
    return this.#records.flatMap(({ who, input, steps }) => {
      const facts = steps.map(({ fact }) => fact).filter((fact) => fact !== undefined)
      const again = replay(input, facts).map(({ commands }) => commands)
      const first = again.findIndex((commands, index) => !isDeepStrictEqual(commands, steps[index]?.commands))
      return first === -1 && again.length === steps.length ? [] : [`replayed, ${who} decides otherwise at its step ${first}`]
    })
  }
}
