/** A function of which nothing else is known. */
export type AnyFunction = (this: unknown, ...args: readonly unknown[]) => unknown

/** An object, such as the global one, as something whose functions can be replaced. */
export type Holder = Record<string, unknown>

/** Is told that something real is called, by whoever called `caller`; throws unless it may be. */
export type Notice = (what: string, remedy: string, caller: (...args: never[]) => unknown) => void

/** A global function and what stands in for it. */
export interface Replaced {
  readonly owner: Holder
  readonly name: string
  readonly original: unknown
  /** False if it was inherited: then there is nothing to put back. */
  readonly isOwn: boolean
  readonly standIn: unknown
}

/** What to use in place of the real thing. */
export const remedies = {
  timer: 'Use ctx.sendAfter',
  time: 'Use ctx.now()',
  chance: 'Use ctx.random',
  outside: 'Give the actor a stand-in for it',
} as const

/** The globals that no seed decides, with their stand-ins. */
export function globalFunctions(notice: Notice): Replaced[] {
  const { timer, time, chance, outside } = remedies
  return [
    replaced(globalThis, 'setTimeout', 'setTimeout', timer, notice),
    replaced(globalThis, 'setInterval', 'setInterval', timer, notice),
    replaced(globalThis, 'setImmediate', 'setImmediate', timer, notice),
    replaced(globalThis, 'fetch', 'fetch', outside, notice),
    replaced(Reflect.get(globalThis, 'performance'), 'now', 'performance.now', time, notice),
    replaced(process, 'hrtime', 'process.hrtime', time, notice),
    replaced(Date, 'now', 'Date.now', time, notice),
    replaced(Math, 'random', 'Math.random', chance, notice),
    replaced(Reflect.get(globalThis, 'crypto'), 'randomUUID', 'crypto.randomUUID', chance, notice),
    replaced(Reflect.get(globalThis, 'crypto'), 'getRandomValues', 'crypto.getRandomValues', chance, notice),
  ]
}

/** `Date`, which may make a date of something, but not of now. */
export function realDate(notice: Notice): Replaced {
  const construct = (target: DateConstructor, args: unknown[], newTarget: unknown): object => {
    if (args.length === 0) notice('new Date()', remedies.time, construct)
    return Reflect.construct(target, args, newTarget === standIn ? target : (newTarget as DateConstructor)) as object
  }
  const apply = (target: DateConstructor): string => {
    notice('Date()', remedies.time, apply)
    return target()
  }
  const standIn: DateConstructor = new Proxy(Date, { construct, apply })
  return { owner: globalThis, name: 'Date', original: Date, isOwn: true, standIn }
}

function replaced(owner: unknown, name: string, what: string, remedy: string, notice: Notice): Replaced {
  // Whatever it is, it is an object with functions.
  const holder = owner as Holder
  const original = holder[name] as AnyFunction
  const standIn = standInFor(original, () => notice(what, remedy, standIn))
  for (const [key, part] of Object.entries(original)) {
    if (typeof part !== 'function') continue
    // Such as process.hrtime.bigint.
    const partStandIn = standInFor(part as AnyFunction, () => notice(`${what}.${key}`, remedy, partStandIn))
    Object.assign(standIn, { [key]: partStandIn })
  }
  return { owner: holder, name, original, isOwn: Object.hasOwn(holder, name), standIn }
}

function standInFor(original: AnyFunction, before: () => void): AnyFunction {
  return function (this: unknown, ...args) {
    before()
    return Reflect.apply(original, this, args)
  }
}
