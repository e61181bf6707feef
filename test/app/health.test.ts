import { createServer } from 'node:http'
import { actor, child, describeReason, dynamicSupervisor, healthHandler, message, supervisor, supervisorOf, task } from 'coppice'
import { describe, expect, it } from 'vitest'
import { simulatedWithoutStore } from '../support/simulated-app.ts'

const Worker = actor('worker', {
  initial: () => ({}),
  handlers: ({ cast }) => ({
    crash: cast(() => {
      throw new Error('boom')
    }),
    feel: cast(message<boolean>(), ({ input, ctx }) => ctx.reportHealth(input)),
  }),
})
const slow = { backoff: { min: '1m', max: '1m', jitter: 'none' } } as const

const running = async () => {
  const shop = supervisor(
    { intensity: { restarts: 1, within: '5s' } },
    { b: child(Worker), c: child(Worker, { restart: 'temporary' }) },
  )
  const tree = supervisor(
    {},
    { a: child(Worker, slow), shop, all: dynamicSupervisor(Worker, slow), job: child(task('job', () => 1)) },
  )
  const sim = await simulatedWithoutStore(tree)
  await sim.settle()
  const problems = (): string[] =>
    sim.app
      .health()
      .problems.map(({ id, problem, reason }) => `${id} ${problem}${reason === undefined ? '' : ` (${describeReason(reason)})`}`)
  return { ...sim, problems }
}

describe('app.health', () => {
  it('is fine where every declared child is up, one that has done its work aside', async () => {
    const { app } = await running()
    expect(app.health()).toEqual({ isLive: true, isReady: true, problems: [] })
    expect(app.ready).toBe(true)
  })

  it('names a child that is down as long as it is', async () => {
    const { app, tree, settle, advance, problems } = await running()
    void tree.a.cast.crash()
    await settle()
    expect([app.ready, app.health().isLive, problems()]).toEqual([false, true, ['a restarting (crash: boom)']])
    await advance('1m')
    expect([app.ready, problems()]).toEqual([true, []])
  })

  it('names a child that says that it is not well, until it says otherwise or is a new one', async () => {
    const { app, tree, settle, problems } = await running()
    void tree.shop.b.cast.feel(false)
    await settle()
    expect([app.ready, problems()]).toEqual([false, ['shop/b unhealthy']])
    void tree.shop.b.cast.feel(true)
    await settle()
    expect(app.ready).toBe(true)
    void tree.shop.b.cast.feel(false)
    void tree.shop.b.cast.crash()
    await settle()
    expect(app.ready).toBe(true)
  })

  it('tells a child that failed and stays down, and not one that was taken down', async () => {
    const { tree, settle, until, problems } = await running()
    await until(supervisorOf(tree).terminateChild('a'))
    expect(problems()).toEqual([])
    const { shop } = tree
    await until(supervisorOf(shop).startChild('d', child(Worker, { restart: 'transient', decide: () => 'stop' }))).then((ref) =>
      ref.cast.crash(),
    )
    await settle()
    expect(problems()).toEqual(['shop/d down (crash: boom)'])
  })

  it('tells of a supervisor without budget, which makes nothing unready; members come and go', async () => {
    const { app, tree, settle, advance, until, problems } = await running()
    void tree.shop.b.cast.crash()
    const member = await until(tree.all.start('m', undefined))
    void member.cast.crash()
    await settle()
    expect([app.ready, problems()]).toEqual([true, ['shop no budget left']])
    await advance('6s')
    expect(problems()).toEqual([])
  })

  it('is not live when the tree has ended', async () => {
    const { app, until } = await running()
    await until(app.stop())
    expect(app.health()).toEqual({
      isLive: false,
      isReady: false,
      problems: [{ id: '', problem: 'down', reason: { type: 'shutdown' } }],
    })
  })
})

describe('healthHandler', () => {
  const ask = (handler: ReturnType<typeof healthHandler>, path: string) => handler.fetch(new Request(`http://localhost${path}`))

  it('answers who asks for life and readiness, and nobody else', async () => {
    const { app, tree, settle, until } = await running()
    const handler = healthHandler(app)
    expect(['/live', '/health/ready?now', '/', '/alive'].map((path) => ask(handler, path).status)).toEqual([200, 200, 404, 404])
    void tree.a.cast.crash()
    await settle()
    expect(['/live', '/ready'].map((path) => ask(handler, path).status)).toEqual([200, 503])
    expect(await ask(handler, '/ready').json()).toEqual({
      live: true,
      ready: false,
      problems: [{ actor: 'a', problem: 'restarting', reason: 'crash: boom' }],
    })
    await until(app.stop())
    expect(ask(handler, '/live').status).toBe(503)
  })

  it('is a handler of node:http', async () => {
    const { app } = await running()
    const server = createServer(healthHandler(app))
    const said: unknown[] = []
    const response = { writeHead: (...head: readonly unknown[]) => said.push(head), end: (body: string) => said.push(body) }
    server.emit('request', { url: '/ready' }, response)
    expect(said).toEqual([
      [200, { 'content-type': 'application/json', 'cache-control': 'no-store' }],
      '{"live":true,"ready":true,"problems":[]}',
    ])
  })
})
