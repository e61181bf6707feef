import { ConfigurationError } from '../protocol/errors.ts'

/**
 * The same definition, which says what to do instead when it is called or constructed as if it were a class. Its type has no call
 * either: this is for those who write JavaScript, or get around the types.
 */
export function uncallable<Definition extends { readonly name: string }>(definition: Definition): Definition {
  const refuse = function (...args: readonly unknown[]): never {
    throw new ConfigurationError({
      path: `${definition.name}()`,
      rule: 'is no way to make an actor: it is made by a spawn in a running system, or declared in a tree',
      value: args.length === 1 ? args[0] : args,
      remedy: 'Write await app.spawn(Definition, key, args), or child(Definition, { args }) in the tree of start(tree)',
    })
  }
  // It has the fields of the definition and no others that can be listed.
  return Object.defineProperties(refuse, Object.getOwnPropertyDescriptors(definition)) as unknown as Definition
}
