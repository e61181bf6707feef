import crypto from 'node:crypto'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers'
import timersPromises from 'node:timers/promises'
import { remedies, type AnyFunction, type Holder, type Notice } from './real-functions.ts'

/** A function of a module with those who watch it. Several simulations may do so at once, and end in any order. */
interface Watched extends AnyFunction {
  [watched]?: { readonly original: AnyFunction; readonly notices: Set<Notice> }
}

// On the function itself: it is the only thing that all simulations of a process share.
const watched = Symbol('watched')

/** Replaces functions of Node's modules by ones that give notice, until it is closed. */
export function watchModules(notice: Notice): { close(): void } {
  const functions = moduleFunctions()
  let isChanged = false
  for (const { owner, name, what, remedy } of functions) {
    const found = owner[name] as Watched
    isChanged ||= found[watched] === undefined
    const watch = found[watched] ?? (owner[name] = standInFor(found, what, remedy))[watched]
    watch?.notices.add(notice)
  }
  // It takes longer than all the rest.
  if (isChanged) syncBuiltinESMExports()
  return {
    close: () => {
      let isPutBack = false
      for (const { owner, name } of functions) {
        const watch = (owner[name] as Watched)[watched]
        watch?.notices.delete(notice)
        if (watch?.notices.size !== 0) continue
        owner[name] = watch.original
        isPutBack = true
      }
      if (isPutBack) syncBuiltinESMExports()
    },
  }
}

/** Keeps those functions replaced, which give no notice by that alone: many simulations one after the other begin faster. */
export function holdModules(): { close(): void } {
  return watchModules(() => undefined)
}

function standInFor(original: AnyFunction, what: string, remedy: string): Watched {
  const notices = new Set<Notice>()
  const standIn: Watched = function (this: unknown, ...args) {
    for (const notice of notices) notice(what, remedy, standIn)
    return Reflect.apply(original, this, args)
  }
  // Such as util.promisify.custom.
  Object.defineProperties(standIn, Object.getOwnPropertyDescriptors(original))
  standIn[watched] = { original, notices }
  return standIn
}

interface ModuleFunction {
  readonly owner: Holder
  readonly name: string
  readonly what: string
  readonly remedy: string
}

function moduleFunctions(): readonly ModuleFunction[] {
  const { timer, chance, outside } = remedies
  return [
    ...functionsOf(fs, 'fs', outside, fileFunctions),
    ...functionsOf(
      fs,
      'fs',
      outside,
      fileFunctions.map((name) => `${name}Sync`),
    ),
    ...functionsOf(fs, 'fs', outside, ['createReadStream', 'createWriteStream']),
    ...functionsOf(fs.promises, 'fs.promises', outside, fileFunctions),
    ...functionsOf(timers, 'timers', timer, ['setTimeout', 'setInterval', 'setImmediate']),
    ...functionsOf(timersPromises, 'timers/promises', timer, ['setTimeout', 'setInterval', 'setImmediate']),
    ...functionsOf(crypto, 'crypto', chance, ['randomUUID', 'randomBytes', 'randomInt', 'getRandomValues']),
  ].filter(isReplaceable)
}

const fileFunctions = [
  'readFile',
  'writeFile',
  'appendFile',
  'open',
  'access',
  'exists',
  'stat',
  'readdir',
  'mkdir',
  'rm',
  'unlink',
  'rename',
]

function isReplaceable({ owner, name }: ModuleFunction): boolean {
  return typeof owner[name] === 'function' && Object.getOwnPropertyDescriptor(owner, name)?.writable === true
}

function functionsOf(owner: object, module: string, remedy: string, names: readonly string[]): readonly ModuleFunction[] {
  return names.map((name) => ({ owner: owner as Holder, name, what: `${module}.${name}`, remedy }))
}
