import type { ActorId } from '../protocol/actor-id.ts'
import type { Member, Persistence } from '../runtime/persistence.ts'
import type { ChildSpec } from '../supervision/specs/child-spec.ts'
import type { Members } from '../supervision/shell/members.ts'

/** The members of one dynamic supervisor, kept in the store; without one, or for temporary members, nothing is kept. */
export function storeMembers({
  supervisor,
  persistence,
  specOf,
  onError,
  takeFromCut = () => undefined,
}: {
  readonly supervisor: ActorId
  readonly persistence: Persistence | undefined
  readonly specOf: (key: string, args: unknown) => ChildSpec
  readonly onError: (error: unknown) => void
  /** Those that it had at a cut to which its group is just going back. */
  readonly takeFromCut?: () => readonly Pick<Member, 'key' | 'args'>[] | undefined
}): Members {
  return {
    areKept: persistence !== undefined,
    load: async () => {
      const members = takeFromCut() ?? (await persistence?.members(supervisor)) ?? []
      return members.map(({ key, args }) => specOf(key, args))
    },
    save: async (key, args) => persistence?.saveMember({ supervisor, key, args }),
    drop: (key) => void persistence?.dropMember(supervisor, key).catch(onError),
    spec: specOf,
  }
}
