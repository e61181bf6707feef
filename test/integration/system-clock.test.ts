import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { createSystemClock } from '../../src/runtime/system-clock.ts'
import { describeClock } from '../contracts/clock.ts'

describeClock('the system clock', () => ({ clock: createSystemClock(), until: (event) => event }))

const here = fileURLToPath(new URL('.', import.meta.url))
const clockUrl = new URL('../../src/runtime/system-clock.ts', import.meta.url).href

it('does not keep the process running with a timer that has keepsAlive: false', async () => {
  const program = `
    import { createSystemClock } from ${JSON.stringify(clockUrl)}
    const clock = createSystemClock()
    clock.setTimer(3_600_000, () => undefined, { keepsAlive: false })
    clock.setTimer(5, () => console.log('kept alive'))
    clock.setTimer(Infinity, () => undefined)
  `
  expect(await run(program)).toEqual({ code: 0, output: 'kept alive\n' })
})

async function run(program: string): Promise<{ readonly code: number; readonly output: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { cwd: here })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [code] = (await once(child, 'close')) as [number]
  return { code, output }
}
