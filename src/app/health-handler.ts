import { displayId } from '../protocol/actor-id.ts'
import { describeReason } from '../protocol/exit-reason.ts'
import type { Health } from './health.ts'

/** A request, as far as it matters here: `IncomingMessage` of `node:http` is one. */
export interface HealthRequest {
  readonly url?: string | undefined
}

/** A response: `ServerResponse` of `node:http` is one. */
export interface HealthResponse {
  writeHead(status: number, headers: Readonly<Record<string, string>>): unknown
  end(body: string): unknown
}

/** Answers those who ask how a tree is. */
export interface HealthHandler {
  /** For `node:http`, and what is built on it. */
  (request: HealthRequest, response: HealthResponse): void
  /** For servers that take a `Request` and give a `Response`. */
  fetch(request: { readonly url: string }): Response
}

const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' } as const

/**
 * Makes a handler for any HTTP server: a path that ends with `/live` is answered by 200 while the tree runs, one that ends with
 * `/ready` by 200 while every declared child is up and well; else by 503. The body says what is wrong, without stacks or states.
 * Any other path is answered by 404.
 *
 * @example
 * ```ts
 * import { actor, child, healthHandler, start, supervisor } from 'coppice'
 *
 * const Idle = actor('idle', { initial: () => 0, handlers: () => ({}) })
 * const app = await start(supervisor({}, { idle: child(Idle) }))
 * const health = healthHandler(app)
 * // http.createServer(health).listen(8080), or in a server of fetch handlers:
 * const response = health.fetch(new Request('http://localhost/ready'))
 * console.log(response.status, await response.text()) // => 200 {"live":true,"ready":true,"problems":[]}
 * await app.stop()
 * ```
 */
export function healthHandler(app: { health(): Health }): HealthHandler {
  const answer = (url: string): { readonly status: number; readonly body: string } => {
    const asked = /\/(live|ready)$/.exec(url.split(/[?#]/, 1)[0] ?? '')?.[1]
    if (asked === undefined) return { status: 404, body: '{"problem":"ask for /live or /ready"}' }
    const health = app.health()
    const isFine = asked === 'live' ? health.isLive : health.isReady
    return { status: isFine ? 200 : 503, body: textOf(health) }
  }
  const handle = ({ url = '' }: HealthRequest, response: HealthResponse): void => {
    const { status, body } = answer(url)
    response.writeHead(status, headers)
    response.end(body)
  }
  return Object.assign(handle, {
    fetch: ({ url }: { readonly url: string }): Response => {
      const { status, body } = answer(url)
      return new Response(body, { status, headers })
    },
  })
}

function textOf({ isLive, isReady, problems }: Health): string {
  const told = problems.map(({ id, problem, reason }) => ({
    actor: displayId(id),
    problem,
    ...(reason !== undefined && { reason: describeReason(reason) }),
  }))
  return JSON.stringify({ live: isLive, ready: isReady, problems: told })
}
