import { isAbnormal, type ExitReason } from '../../protocol/exit-reason.ts'

/** Which exits bring a child back: every one (`permanent`), abnormal ones (`transient`), none (`temporary`). As in OTP. */
export type RestartType = 'permanent' | 'transient' | 'temporary'

export const restartTypes: readonly RestartType[] = ['permanent', 'transient', 'temporary']

/** True if a child of this restart type is started again after it ended by itself with `reason`. */
export function isRestarted(restart: RestartType, reason: ExitReason): boolean {
  switch (restart) {
    case 'permanent':
      return true
    case 'transient':
      return isAbnormal(reason)
    case 'temporary':
      return false
  }
}
