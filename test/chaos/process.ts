// Kills a program that counts durably, as often as asked for, and says whether a number was lost or counted twice.
import { parseArgs } from 'node:util'
import { killProcess } from '../support/process-kills.ts'

const { values } = parseArgs({ options: { kills: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' } } })
const [kills, seed] = [Number(values.kills), Number(values.seed)]
if (!Number.isInteger(kills) || kills < 1 || !Number.isInteger(seed)) {
  console.error('chaos:process: --kills takes a whole number from 1, --seed a whole number')
  process.exit(2)
}
const { problems, acknowledged } = await killProcess({ kills, seed })
console.log(`${kills} kills of the process (seed ${seed}), ${acknowledged} numbers acknowledged`)
console.log(problems.length === 0 ? '0 lost, 0 counted twice' : `${problems.length} wrong:\n${problems.join('\n')}`)
process.exitCode = problems.length === 0 ? 0 : 1
