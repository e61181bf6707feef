import { ConfigurationError } from '../protocol/errors.ts'
import type { MessageHeaders } from '../protocol/envelope.ts'
import type { Behavior, Step } from './behavior.ts'
import type { Clock } from './clock.ts'
import type { Context } from './context.ts'
import { CallError, ExitError } from './errors.ts'
import { Message } from './message.ts'
import type {
  ArrivedMessage,
  Handled,
  HandleMiddleware,
  MessageChange,
  Middleware,
  MiddlewareKit,
  SendMiddleware,
  SentMessage,
} from './middleware.ts'
import { MiddlewareError, NextError, RejectedError } from './middleware-errors.ts'
import { isThenable } from './thenable.ts'

export const noHeaders: MessageHeaders = Object.freeze({})

interface Link<Run> {
  readonly name: string
  readonly run: Run
}

function linkOf<Run>(name = '', run: Run | undefined): readonly Link<Run>[] {
  return run === undefined ? [] : [{ name, run }]
}

/** What a behavior is to handle, and where its turn stands. */
export interface Handling {
  readonly behavior: Behavior
  readonly state: unknown
  readonly message: Message
  readonly ctx: Context
  readonly isReplay?: boolean
}

/** The middleware of one system, the outermost first. */
export class MiddlewareChain {
  readonly #sends: readonly Link<SendMiddleware>[]
  readonly #handles: readonly Link<HandleMiddleware>[]
  readonly #kit: MiddlewareKit
  /** The headers with which a message is handled, where a middleware has changed them. Each attempt begins with what was sent. */
  readonly #changed = new WeakMap<Message, MessageHeaders>()

  constructor(middleware: readonly Middleware[], clock: Clock) {
    const names = middleware.map(({ name }, i) => (name === undefined ? `${i + 1}` : `"${name}"`))
    this.#sends = middleware.flatMap((one, i) => linkOf(names[i], one.send?.bind(one)))
    this.#handles = middleware.flatMap((one, i) => linkOf(names[i], one.handle?.bind(one)))
    this.#kit = Object.freeze({ now: () => clock.now() })
  }

  /** The headers with which a message is being handled; none where no message is. */
  headersOf(message: Message | undefined): MessageHeaders {
    if (message === undefined) return noHeaders
    return this.#changed.get(message) ?? message.headers ?? noHeaders
  }

  /**
   * Sends a message by `leave`, with what the middleware makes of it. What `leave` throws at once is thrown, as the mistake of
   * whoever sends; everything else rejects.
   */
  send(message: SentMessage, leave: (message: SentMessage) => Promise<unknown>): Promise<unknown> {
    const sent: { isSent: boolean; thrown: { readonly error: unknown } | undefined } = { isSent: false, thrown: undefined }
    const depart = (changed: SentMessage): Promise<unknown> => {
      checkHeaders(changed.headers)
      sent.isSent = true
      try {
        const result = leave(changed)
        // A middleware need not care what becomes of it.
        result.catch(() => undefined)
        return result
      } catch (error) {
        sent.thrown = { error }
        throw error
      }
    }
    const result = this.#sendThrough(0, message, depart)
    if (sent.thrown !== undefined) {
      result.catch(() => undefined)
      throw sent.thrown.error
    }
    return result.catch((error: unknown) => {
      throw error instanceof CallError ? error : new RejectedError(message.to, message.name, error, sent.isSent)
    })
  }

  #sendThrough(at: number, message: SentMessage, depart: (message: SentMessage) => Promise<unknown>): Promise<unknown> {
    const link = this.#sends[at]
    if (link === undefined) return depart(message)
    let isOpen = true
    const next = (change?: MessageChange): Promise<unknown> => {
      if (!isOpen) throw new NextError('next is to be called once at most, and before the first await: messages keep their order')
      isOpen = false
      return this.#sendThrough(at + 1, { ...message, ...change }, depart)
    }
    try {
      return Promise.resolve(link.run(message, next, this.#kit))
    } catch (error) {
      // What was thrown may be anything.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      return Promise.reject(error)
    } finally {
      isOpen = false
    }
  }

  /** Has a behavior handle a message, with what the middleware makes of it. */
  handle(handling: Handling): Step<unknown> | PromiseLike<Step<unknown>> {
    const { behavior, state, message, ctx } = handling
    if (message.kind === 'info' || this.#handles.length === 0 || behavior.sharesMessages === true)
      return behavior.handle(state, message, ctx)
    this.#changed.delete(message)
    const { kind, name, input, sender, attempt } = message
    const arrived: ArrivedMessage = {
      kind,
      to: ctx.id,
      incarnation: ctx.incarnation,
      name,
      input,
      sender,
      headers: message.headers ?? noHeaders,
      attempt,
      isReplay: handling.isReplay === true,
    }
    const handled = this.#handleThrough(0, arrived, handling)
    return isThenable(handled) ? handled.then((late) => stepOf(late, state)) : stepOf(handled, state)
  }

  #handleThrough(at: number, message: ArrivedMessage, handling: Handling): Handled | PromiseLike<Handled> {
    const link = this.#handles[at]
    if (link === undefined) return this.#handleAs(message, handling)
    const { to: actor, name: handler } = message
    let isOpen = true
    let inner: { readonly error: unknown } | undefined
    const next = (change?: MessageChange): Handled | PromiseLike<Handled> => {
      if (!isOpen) throw new NextError('next is to be called once at most, and before the middleware has ended')
      isOpen = false
      const failed = (error: unknown): never => {
        inner = { error }
        throw error
      }
      try {
        const handled = this.#handleThrough(at + 1, { ...message, ...change }, handling)
        return isThenable(handled) ? handled.then((late) => late, failed) : handled
      } catch (error) {
        return failed(error)
      }
    }
    // What comes from further inside is blamed on that.
    const blamed = (error: unknown): unknown => {
      isOpen = false
      const isOwn = !(error instanceof ExitError || (inner !== undefined && inner.error === error))
      return isOwn ? new MiddlewareError(link.name, { actor, handler, cause: error }) : error
    }
    const ended = (handled: Handled): Handled => {
      isOpen = false
      if (typeof handled === 'object' && handled !== null) return handled
      const cause = 'a middleware around a handling must return what next gave, or { outcome }'
      throw new MiddlewareError(link.name, { actor, handler, cause })
    }
    let handled: Handled | PromiseLike<Handled>
    try {
      handled = link.run(message, next, this.#kit)
    } catch (error) {
      throw blamed(error)
    }
    if (!isThenable(handled)) return ended(handled)
    return handled.then(ended, (error: unknown) => {
      throw blamed(error)
    })
  }

  /** The behavior gets a message of its own where a middleware has changed the input: the next attempt gets what was sent. */
  #handleAs({ input, headers }: ArrivedMessage, { behavior, state, message, ctx }: Handling): Handled | PromiseLike<Handled> {
    if (headers !== (message.headers ?? noHeaders)) {
      checkHeaders(headers)
      this.#changed.set(message, headers)
    }
    return behavior.handle(state, input === message.input ? message : withInput(message, input), ctx)
  }
}

function withInput(message: Message, input: unknown): Message {
  const { kind, name, sender, key, headers, caller, incarnation, call, seq, attempt } = message
  const changed = new Message({ kind, name, input, sender, key, headers }, caller, incarnation)
  changed.call = call
  changed.seq = seq
  changed.attempt = attempt
  return changed
}

/** What a middleware gives is a step, or says only what the caller is told: the state stays then. */
function stepOf(handled: Handled, state: unknown): Step<unknown> {
  if ('state' in handled) return handled
  const { outcome } = handled
  return outcome === undefined ? { state } : { state, outcome }
}

function checkHeaders(headers: MessageHeaders): void {
  for (const [name, value] of Object.entries(headers))
    if (typeof value !== 'string' || name === '__proto__' || name === 'constructor' || name === 'prototype')
      throw new ConfigurationError({ path: `headers.${name}`, rule: 'must be a text, under a name of your own', value })
}
