import type { Wire } from '../distribution/wire.ts'
import { isWire } from '../distribution/link-options.ts'
import type { LinkInfo, LinkTable } from '../distribution/link-table.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import type { LinkEvent } from '../distribution/events.ts'
import type { Persistence } from '../runtime/persistence.ts'
import type { Port } from '../runtime/context.ts'
import { linkedActors, noLinks } from '../runtime/linked/linked-actors.ts'
import type { LinkedActors } from '../runtime/linked/linked-ref.ts'

/** A link to another store, as the program sees it that has started the tree. */
export interface LinkHandle extends LinkedActors {
  readonly name: string
  /** How it is at this moment. */
  info(): Promise<LinkInfo>
  /**
   * From now on this wire is the way to the other end, in place of the one before: after the other process was started again, for
   * example. Nothing is lost: what was on its way is sent again.
   */
  connect(wire: Wire): void
  /**
   * Says that the link goes on without what is missing, after the event `link broken` or `link refused`: call it at the end that
   * lacks something, or refuses. Broken pairs go on with the oldest message that the sender still has. A store that was refused
   * (`other store`, `went back`) is the one at the other end from now on, and its pairs begin anew: what it sends that has been
   * here before is handled once more. Resolves with the number of pairs that were broken.
   */
  mend(): Promise<number>
}

/** Tells of links that somebody was sent something over in an earlier process, and that are not there any more. */
export async function tellMissingLinks(
  { links: store }: Persistence,
  links: LinkTable | undefined,
  emit: (event: LinkEvent) => void,
): Promise<void> {
  for (const { link, waiting } of await store.outboxes())
    if (links?.has(link) !== true) emit({ type: 'link missing', link, waiting })
}

/** See `App.forgetLink`. */
export async function forgetLink(
  link: string,
  persistence: Persistence | undefined,
  links: LinkTable | undefined,
): Promise<number> {
  if (persistence === undefined) throw noLinks(link)
  if (links?.has(link) === true)
    throw new ConfigurationError({
      path: 'forgetLink: link',
      rule: 'must not be a link that start was given',
      value: link,
      remedy: 'Start without it first',
    })
  return persistence.links.forget(link)
}

/** @throws {ConfigurationError} if there is no link of this name. */
export function linkHandle(name: string, port: Port, links: LinkTable | undefined): LinkHandle {
  if (links === undefined) throw noLinks(name)
  links.check(name)
  return {
    name,
    ...linkedActors(port, name),
    info: () => links.infoOf(name),
    connect: (wire) => {
      if (!isWire(wire))
        throw new ConfigurationError({
          path: 'connect: wire',
          rule: 'must be a wire',
          value: wire,
          remedy: 'Make one with portWire or ipcWire',
        })
      links.connect(name, wire)
    },
    mend: () => links.mend(name),
  }
}
