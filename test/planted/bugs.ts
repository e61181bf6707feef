import { budgetReset } from './bugs/budget-reset.ts'
import { cutWithoutMail } from './bugs/cut-without-mail.ts'
import { deadlock } from './bugs/deadlock.ts'
import { doubleCharge } from './bugs/double-charge.ts'
import { duplicateOnRetry } from './bugs/duplicate-on-retry.ts'
import { earlyAcknowledgement } from './bugs/early-acknowledgement.ts'
import { leakedTimer } from './bugs/leaked-timer.ts'
import { lostUpdate } from './bugs/lost-update.ts'
import { missedDown } from './bugs/missed-down.ts'
import { orderLostOverARestart } from './bugs/order-lost-over-a-restart.ts'
import { orphan } from './bugs/orphan.ts'
import { poisonMessage } from './bugs/poison-message.ts'
import { replyToTheDead } from './bugs/reply-to-the-dead.ts'
import { restartLoop } from './bugs/restart-loop.ts'
import { splitBrain } from './bugs/split-brain.ts'
import { staleName } from './bugs/stale-name.ts'
import { timerOutsideTheCommit } from './bugs/timer-outside-the-commit.ts'
import { tornCheckpoint } from './bugs/torn-checkpoint.ts'
import { unreachableLimit } from './bugs/unreachable-limit.ts'
import { wrongStopOrder } from './bugs/wrong-stop-order.ts'
import type { PlantedBug } from './planted.ts'

/** The catalogue. */
export const bugs: readonly PlantedBug[] = [
  lostUpdate,
  doubleCharge,
  staleName,
  leakedTimer,
  wrongStopOrder,
  unreachableLimit,
  tornCheckpoint,
  earlyAcknowledgement,
  timerOutsideTheCommit,
  splitBrain,
  replyToTheDead,
  restartLoop,
  orderLostOverARestart,
  missedDown,
  orphan,
  budgetReset,
  duplicateOnRetry,
  poisonMessage,
  deadlock,
  cutWithoutMail,
]
