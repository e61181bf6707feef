import type { Journal } from './journal.ts'
import type { Operation } from './operation.ts'

/** Carries out an operation, within the transaction of its group. */
export function carryOut(journal: Journal, operation: Operation): unknown {
  switch (operation.type) {
    case 'accept':
      return journal.accept(operation.to, operation.text)
    case 'commit':
      return journal.commit(operation.id, operation.incarnation, operation.commit)
    case 'seal':
      return journal.seal(operation.id, operation.incarnation, operation.will)
    case 'open':
      return journal.open(operation.id, operation.rung, operation.incarnation)
    case 'beginAnew':
      return journal.beginAnew(operation.id, operation.why)
    case 'goBack':
      return journal.goBack(operation.order)
    case 'read':
      return journal.read(operation.id, operation.checkpoint)
    case 'beginEffect':
      return journal.beginEffect(operation.id, operation.incarnation, operation.effect)
    case 'settleEffect':
      return journal.settleEffect(operation.id, operation.incarnation, operation.effect)
    case 'fire':
      return journal.fire(operation.id, operation.timer)
    case 'countInterrupted':
      return journal.countInterrupted(operation.turns)
    case 'deadLetters':
      return journal.deadLetters(operation.most)
    case 'exhume':
      return journal.exhume(operation.id, operation.seq)
    case 'dropDeadLetter':
      return journal.dropDeadLetter(operation.id, operation.seq)
    case 'saveMember':
      return journal.saveMember(operation.row)
    case 'dropMember':
      return journal.dropMember(operation.supervisor, operation.key)
    case 'members':
      return journal.members(operation.supervisor)
    case 'noteExits':
      return journal.noteExits(operation.supervisor, operation.rows, operation.keep)
    case 'exits':
      return journal.exits()
    case 'countRestarts':
      return journal.countRestarts(operation.count)
    case 'restarts':
      return journal.restarts(operation.supervisor)
    case 'link':
      return journal.link(operation.link, operation.order)
    case 'forget':
      return journal.forget(operation.id, operation.options)
  }
}
