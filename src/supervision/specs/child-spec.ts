import type { ChildExtras } from './child-extras.ts'
import type { RestartType } from './restart-type.ts'

/** How long a child may take to stop before it is killed, in milliseconds; `kill`: it is not asked at all. */
export type ShutdownLimit = number | 'kill'

/** What a supervisor knows of a child, checked and with every default filled in. */
export interface ChildSpec extends ChildExtras {
  /** Unique under its supervisor. */
  readonly id: string
  readonly restart: RestartType
  /** `Infinity` waits for ever. */
  readonly shutdown: ShutdownLimit
  readonly type: 'worker' | 'supervisor'
  readonly significant: boolean
  /** What the starter needs to start it; the machine hands it through. */
  readonly start: unknown
}
