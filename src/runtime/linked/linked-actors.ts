import { ConfigurationError } from '../../protocol/errors.ts'
import { isActorPath, linkedId } from '../../protocol/linked-id.ts'
import type { Port } from '../context.ts'
import type { LinkedActors, LinkedRef, Refers } from './linked-ref.ts'

/** References to the actors behind a link, whose messages are sent through `port`. */
export function linkedActors(port: Port, link: string): LinkedActors {
  return {
    ref: <Ref>(definition: Refers<Ref>, path: string): LinkedRef<Ref> => {
      if (typeof path !== 'string' || !isActorPath(path))
        throw new ConfigurationError({
          path: `linked(${JSON.stringify(link)}).ref: path`,
          rule: 'must be the path of an actor',
          value: path,
        })
      // Its type shows what a link can carry; what else it has is refused where it is sent.
      return definition.reference(port as never, linkedId(link, path)) as LinkedRef<Ref>
    },
  }
}

export function noLinks(link: unknown): ConfigurationError {
  return new ConfigurationError({
    path: 'linked: link',
    rule: 'must be the name of a link that start was given',
    value: link,
    remedy: 'Give start the option links',
  })
}
