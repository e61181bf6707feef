import { ConfigurationError } from '../protocol/errors.ts'
import type { DeathPoint } from './process-death.ts'
import type { Decision } from './steering.ts'

/** What a replay token carries. */
export interface Replayed {
  readonly seed: number
  /** Promises go on after each step, as in a bounded search. */
  readonly isStepwise: boolean
  readonly decisions: readonly Decision[]
  /** The places of the items and faults that are left of those of the scenario; nothing for all. */
  readonly items: readonly number[] | undefined
  readonly faults: readonly number[] | undefined
  /** As `faults`, of those that the story adds by `sim.fault`. */
  readonly told: readonly number[] | undefined
  /** Where the process dies, in order. */
  readonly deaths: readonly DeathPoint[]
  /** Decisions count from the start of the tree on, and not from when it is up. */
  readonly isFromStart: boolean
  /** Where state is kept if the scenario does not say. */
  readonly store: 'memory' | 'sqlite'
}

/** A run as one line of text: `v1~seed=3~4=run bob~9=offer promises`. */
export function printToken({ seed, isStepwise, isFromStart, decisions, items, faults, told, deaths, store }: Replayed): string {
  const parts = [
    `v1`,
    `seed=${seed}`,
    ...(isStepwise ? ['stepwise'] : []),
    ...(isFromStart ? ['start'] : []),
    ...(store === 'sqlite' ? ['sqlite'] : []),
    ...(items === undefined ? [] : [`items=${items.join(',')}`]),
    ...(faults === undefined ? [] : [`faults=${faults.join(',')}`]),
    ...(told === undefined ? [] : [`told=${told.join(',')}`]),
    ...(deaths.length === 0 ? [] : [`dies=${deaths.map(({ at, nth }) => `${at} ${nth}`).join(',')}`]),
    ...decisions.map(({ at, choice }) => `${at}=${choice}`),
  ]
  return parts.join('~')
}

/** @throws {ConfigurationError} if it is no token. */
export function parseToken(token: string): Replayed {
  const [version, ...parts] = typeof token === 'string' ? token.split('~') : []
  const wrong = (): ConfigurationError =>
    new ConfigurationError({ path: 'replay: token', rule: 'must be what a failed scenario has printed', value: token })
  if (version !== 'v1') throw wrong()
  let found: Omit<Replayed, 'decisions'> = {
    seed: 1,
    isStepwise: false,
    isFromStart: false,
    items: undefined,
    faults: undefined,
    told: undefined,
    deaths: [],
    store: 'memory',
  }
  const decisions: Decision[] = []
  for (const part of parts) {
    const [, name = '', value = ''] = /^([a-z]+|\d+)(?:=(.*))?$/s.exec(part) ?? []
    if (/^\d+$/.test(name)) decisions.push({ at: Number(name), choice: value })
    else if (name === 'seed' && /^-?\d+$/.test(value)) found = { ...found, seed: Number(value) }
    else if (name === 'sqlite') found = { ...found, store: name }
    else if (name === 'stepwise') found = { ...found, isStepwise: true }
    else if (name === 'start') found = { ...found, isFromStart: true }
    else if ((name === 'items' || name === 'faults' || name === 'told') && /^[\d,]*$/.test(value))
      found = { ...found, [name]: numbers(value) }
    else if (name === 'dies') found = { ...found, deaths: value.split(',').map(deathOf) }
    else throw wrong()
  }
  return { ...found, decisions }

  function deathOf(value: string): DeathPoint {
    const [, at = '', nth = ''] = /^(before commit|after commit|torn commit|after turn) (\d+)$/.exec(value) ?? []
    if (nth === '') throw wrong()
    return { at: at as DeathPoint['at'], nth: Number(nth) }
  }
}

function numbers(text: string): readonly number[] {
  return text === '' ? [] : text.split(',').map(Number)
}
