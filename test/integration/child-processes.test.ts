import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  actor,
  child,
  childProcess,
  start,
  supervisor,
  type ChildOptions,
  type ChildProcessOptions,
  type CoppiceEvent,
  type ProcessExitError,
} from 'coppice'
import { run } from '../support/program.ts'
import { connects, createWitness } from '../support/witness.ts'

const host = fileURLToPath(new URL('fixtures/process-host.ts', import.meta.url))
const timeout = 30_000

/** Says that it is up, and then runs as long as it has something to do. */
const up = `console.log('up');`
const isUp: ChildProcessOptions = { ready: ({ text }) => text === 'up' }

/** Events, and a way to wait for the next one. */
function hearing() {
  const listeners = new Set<(event: CoppiceEvent) => void>()
  return {
    onEvent: (event: CoppiceEvent): void => listeners.forEach((listen) => listen(event)),
    next: <Type extends CoppiceEvent['type']>(type: Type) =>
      new Promise<Extract<CoppiceEvent, { type: Type }>>((resolve) => {
        const listen = (event: CoppiceEvent): void => {
          if (event.type !== type) return
          listeners.delete(listen)
          // Which it is has just been seen.
          resolve(event as Extract<CoppiceEvent, { type: Type }>)
        }
        listeners.add(listen)
      }),
  }
}

const node = (script: string, options: ChildProcessOptions = isUp) =>
  childProcess('job', process.execPath, ['-e', script], options)
/** Code that starts another process, which gets the same pipes. */
const starts = (script: string): string =>
  `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(script)}], { stdio: 'inherit' })`
const Killer = actor('killer', {
  initial: () => ({}),
  handlers: ({ cast }) => ({ job: cast(({ ctx }) => ctx.kill('inner/job')), inner: cast(({ ctx }) => ctx.kill('inner')) }),
})

/** A process below a supervisor of its own, and an actor that kills either. */
const treeOf = (definition: ReturnType<typeof node>, options: ChildOptions = {}) =>
  supervisor({}, { inner: supervisor({}, { job: child(definition, options as never) }), killer: child(Killer) })

describe('a process of this machine', { timeout }, () => {
  it('reads and writes, ends as normal with code 0, and tells the last of its lines before', async () => {
    const { onEvent, next } = hearing()
    const lines: string[] = []
    const script = `${up} process.stdin.on('data', (text) => process.stdout.write(text))
      .on('end', () => { console.error('bye'); process.stdout.write('no end') })`
    const onLine: ChildProcessOptions['onLine'] = ({ stream, text }) => lines.push(`${stream}: ${text}`)
    const app = await start(treeOf(node(script, { ...isUp, onLine })), { onEvent })
    const { job } = app.tree.inner
    const exited = next('exited')
    await job.cast.write('grüß\ndich\n')
    await job.cast.closeInput()
    expect((await exited).reason).toEqual({ type: 'normal' })
    expect([...lines].sort()).toEqual(['stderr: bye', 'stdout: dich', 'stdout: grüß', 'stdout: no end', 'stdout: up'])
    await app.stop()
  })

  it('gets its arguments, its folder and its environment', async () => {
    const { onEvent, next } = hearing()
    const lines: string[] = []
    const script = `const { LEVEL, HOME = null, PATH } = process.env
      console.log(JSON.stringify([process.argv.slice(1), process.cwd(), LEVEL, HOME, PATH === undefined]))`
    const Job = childProcess('job', process.execPath, (args: { file: string }) => ['-e', script, args.file], {
      cwd: '/',
      env: { LEVEL: '7', HOME: undefined },
      onLine: ({ text }) => lines.push(text),
    })
    const exited = next('exited')
    const app = await start(supervisor({}, { job: child(Job, { args: { file: 'a b' } }) }), { onEvent })
    await exited
    expect(JSON.parse(lines.join(''))).toEqual([['a b'], '/', '7', null, false])
    await app.stop()
  })

  it('crashes with its exit code or its signal, and is started again', async () => {
    const { onEvent, next } = hearing()
    const app = await start(treeOf(node(`${up} process.stdin.on('data', () => process.exit(3))`)), { onEvent })
    const { job } = app.tree.inner
    const first = (await job.call.info()).pid
    const [byCode, again] = [next('exited'), next('started')]
    await job.cast.write('go')
    const { reason } = await byCode
    expect(reason).toMatchObject({ type: 'error', error: { code: 'process-exit', exitCode: 3, output: [{ text: 'up' }] } })
    await again
    const second = (await job.call.info()).pid
    expect(second).not.toBe(first)
    const bySignal = next('exited')
    process.kill(second, 'SIGKILL')
    const told = (await bySignal).reason
    expect(told.type === 'error' && (told.error as ProcessExitError).signal).toBe('SIGKILL')
    await app.stop()
  })

  it('that there is not fails to start', async () => {
    const Missing = childProcess('missing', '/no/such/program')
    const message = '/no/such/program could not be started (spawn /no/such/program ENOENT)'
    await expect(start(supervisor({}, { missing: child(Missing) }))).rejects.toThrow(message)
  })

  it('is killed when it does not end in time, and gone then', async () => {
    await using witness = await createWitness()
    const script = `process.on('SIGTERM', () => undefined); ${connects(witness.port)} ${up}`
    const app = await start(treeOf(node(script), { shutdown: '50ms' }))
    const { gone } = await witness.next()
    await app.stop()
    await gone
  })

  it('[S11] that never yields is ended within its limit', async () => {
    await using witness = await createWitness()
    // Connected to the witness, it says that it is up, and does nothing else any more: no signal but the last one is heard.
    const loops = `process.on('SIGTERM', () => undefined); setImmediate(function loop(left = 100) {
      if (left > 0) return setImmediate(loop, left - 1)
      require('node:fs').writeSync(1, 'up\\n')
      for (;;);
    })`
    const app = await start(treeOf(node(`${connects(witness.port)} ${loops}`), { shutdown: '50ms' }))
    const { gone } = await witness.next()
    await app.stop()
    await gone
    expect(app.running()).toEqual([])
  })

  it.each(['job', 'inner'] as const)('is gone when its actor or its supervisor is killed: %s', async (whom) => {
    await using witness = await createWitness()
    const { onEvent, next } = hearing()
    const app = await start(treeOf(node(`${connects(witness.port)} ${up}`)), { onEvent })
    const { gone } = await witness.next()
    const again = next('started')
    void app.tree.killer.cast[whom]()
    await gone
    await again
    const second = await witness.next()
    await app.stop()
    await second.gone
  })

  it('takes those along that it has started, with killTree, also when it ends before them', async () => {
    await using witness = await createWitness()
    const grandchild = `process.on('SIGTERM', () => undefined); ${connects(witness.port)}`
    const script = `${starts(grandchild)}; ${up}
      process.stdin.on('data', () => process.exit(0))`
    for (const end of ['stop', 'by itself'] as const) {
      const { onEvent, next } = hearing()
      const app = await start(treeOf(node(script, { ...isUp, killTree: true }), { shutdown: '5s' }), { onEvent })
      const { gone } = await witness.next()
      const exited = next('exited')
      if (end === 'by itself') await app.tree.inner.job.cast.write('go')
      else void app.stop()
      await gone
      await exited
      await app.stop()
    }
  })

  it('that leaves somebody behind who holds its pipes is over all the same', async () => {
    await using witness = await createWitness()
    const { onEvent, next } = hearing()
    const grandchild = `${connects(witness.port)}`
    const script = `const left = ${starts(grandchild)}
      console.log('up ' + left.pid); process.stdin.on('data', () => process.exit(0))`
    let pid = 0
    const app = await start(treeOf(node(script, { ready: ({ text }) => (pid = Number(text.slice(3))) > 0 })), { onEvent })
    const { gone } = await witness.next()
    const exited = next('exited')
    await app.tree.inner.job.cast.write('go')
    expect((await exited).reason).toEqual({ type: 'normal' })
    await app.stop()
    process.kill(pid, 'SIGKILL')
    await gone
  })
})

describe('a program with a process', { timeout }, () => {
  it.each<[string, number]>([
    ['stop', 0],
    ['exit', 7],
  ])('leaves none behind, and ends by itself: %s', async (how, code) => {
    await using witness = await createWitness()
    const program = run(host, [String(witness.port), how])
    const { gone } = await witness.next()
    expect((await program.end()).code).toBe(code)
    await gone
  })

  it.skipIf(process.platform !== 'linux')('that is ended by kill -9 takes it along, with dieWithParent', async () => {
    await using witness = await createWitness()
    const program = run(host, [String(witness.port), 'die with parent'])
    const { gone } = await witness.next()
    await program.hear((value) => (value as { up?: number }).up !== undefined)
    await program.kill9()
    await gone
  })
})
