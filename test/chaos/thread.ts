// Kills the store thread of a program under load, as often as asked for, and says whether anything was lost or done twice.
import { parseArgs } from 'node:util'
import { killStoreThread } from '../support/store-kills.ts'

const { values } = parseArgs({ options: { kills: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } } })
const [kills, seed] = [Number(values.kills), Number(values.seed)]
if (!Number.isInteger(kills) || kills < 1 || !Number.isInteger(seed)) {
  console.error('chaos:thread: --kills takes a whole number from 1, --seed a whole number')
  process.exit(2)
}
const { problems, counts } = await killStoreThread({ kills, seed })
const { calls, rejected, crashes, threads } = counts
console.log(`${kills} kills of the store thread (seed ${seed}), ${threads} threads in all`)
console.log(`${calls} calls acknowledged, ${rejected} rejected and asked again, ${crashes} actors crashed`)
console.log(problems.length === 0 ? '0 lost, 0 done twice, 0 out of order' : `${problems.length} wrong:\n${problems.join('\n')}`)
process.exitCode = problems.length === 0 ? 0 : 1
