import { readFileSync, writeFileSync } from 'node:fs'
import { machineCode } from '../../src/supervision/telling/machine-diagram.ts'
import { supervisorMachine } from '../../src/supervision/machine/supervisor-machine.ts'
import { pageFile, withDrawing } from './page.ts'

const [what = 'page', ...rest] = process.argv.slice(2)
if (what === 'stately' && rest.length === 0) console.log(machineCode(supervisorMachine.config))
else if (what === 'page' && rest.length === 0) {
  writeFileSync(pageFile, withDrawing(readFileSync(pageFile, 'utf8'), supervisorMachine.config))
  console.log(`${pageFile} shows the machine as it is`)
} else {
  console.error('npm run -s draw            draws the machine into its page')
  console.error('npm run -s draw -- stately gives the code that Stately imports')
  process.exitCode = 2
}
