import type { Trial } from './contest.ts'
import { ask } from './trials/ask.ts'
import { cast } from './trials/cast.ts'
import { checkpointed } from './trials/checkpointed.ts'
import { delay } from './trials/delay.ts'
import { durable } from './trials/durable.ts'
import { journaled } from './trials/journaled.ts'
import { jobsTrial } from './trials/jobs.ts'
import { restart } from './trials/restart.ts'
import { ring } from './trials/ring.ts'
import { spawn } from './trials/spawn.ts'

/** Every trial, in the order in which they run. */
export const trials: readonly Trial[] = [ask, cast, ring, spawn, restart, durable, journaled, jobsTrial, checkpointed, delay]
