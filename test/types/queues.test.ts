import { describe, expectTypeOf, it } from 'vitest'
import { child, queue, type QueueRef, type TreeNode } from 'coppice'

/** Only for the type. */
const refOf = <Ref>(_: TreeNode<Ref>): Ref => undefined as never

/** Nothing here is run: what is wrong does not compile. */
const uncalled = (_: () => unknown): void => undefined

interface Job {
  readonly url: string
}
const Jobs = queue<Job>('jobs', { max: 2 })

describe('the types of queues', () => {
  it('are those of the items', () => {
    uncalled(async () => {
      const jobs = refOf(child(Jobs))
      expectTypeOf(jobs).toEqualTypeOf<QueueRef<Job>>()
      expectTypeOf(jobs.get()).resolves.toEqualTypeOf<Job>()
      expectTypeOf(jobs.getBatch(2)).resolves.toEqualTypeOf<Job[]>()
      for await (const job of jobs.items()) expectTypeOf(job).toEqualTypeOf<Job>()
    })
  })

  it('refuse what does not fit', () => {
    uncalled(() => {
      const jobs = refOf(child(Jobs))
      // @ts-expect-error -- another item
      void jobs.put({ uri: '/' })
      // @ts-expect-error -- a batch is an array
      void jobs.putBatch({ url: '/' })
      // @ts-expect-error -- no such unit
      void jobs.get({ timeout: '5 seconds' })
      // @ts-expect-error -- a batch has a size
      void jobs.getBatch()
      // @ts-expect-error -- a queue has a bound
      return queue<Job>('jobs', {})
    })
  })
})
