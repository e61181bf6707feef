// Checks a database by itself: node examples/birdstrikes/check.ts DATABASE CSV
import { compare } from './comparison.ts'

const [database, file, ...more] = process.argv.slice(2)
if (database === undefined || file === undefined || more.length > 0) {
  console.error('check.ts must be given the path of a database and the path of the CSV file that it was made from')
  process.exit(2)
}
const { rows, appliedOnce, lost, twice, differences } = await compare({ database, file })
for (const difference of differences) console.log(`differs  ${difference}`)
const isExact = differences.length === 0
console.log(`${isExact ? 'exact' : 'NOT exact'}: ${rows} rows, ${appliedOnce} applied once, ${lost} lost, ${twice} twice`)
process.exitCode = isExact ? 0 : 1
