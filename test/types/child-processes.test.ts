import { describe, expectTypeOf, it } from 'vitest'
import { child, childProcess, dynamicSupervisor, supervisor, type ProcessInfo, type ProcessLine, type TreeNode } from 'coppice'

const Plain = childProcess('plain', 'ls', ['-l'])
const Convert = childProcess('convert', 'ffmpeg', (args: { file: string }) => ['-i', args.file])

/** Only for the type. */
const refOf = <Ref>(_: TreeNode<Ref>): Ref => undefined as never

/** Nothing here is run: what is wrong does not compile. */
const uncalled = (_: () => unknown): void => undefined

describe('the types of processes', () => {
  it('say what can be asked of one', () => {
    uncalled(() => {
      const tree = refOf(supervisor({}, { plain: child(Plain) }))
      expectTypeOf(tree.plain.call.info()).toEqualTypeOf<Promise<ProcessInfo>>()
      expectTypeOf(tree.plain.cast.write).parameter(0).toEqualTypeOf<string>()
      expectTypeOf(tree.plain.cast.closeInput()).toEqualTypeOf<Promise<void>>()
      // @ts-expect-error -- only text is written
      void tree.plain.cast.write(7)
      expectTypeOf(tree.plain.call).not.toHaveProperty('status')
    })
  })

  it('say what it is started with', () => {
    uncalled(() => {
      child(Convert, { args: { file: 'a.mp4' } })
      expectTypeOf(refOf(dynamicSupervisor(Convert)).start)
        .parameter(1)
        .toEqualTypeOf<{ file: string }>()
      childProcess('p', 'ls', [], { ready: (line) => (expectTypeOf(line).toEqualTypeOf<ProcessLine>(), true) })
      // @ts-expect-error -- the arguments are missing
      child(Convert)
      // @ts-expect-error -- others than these
      child(Convert, { args: { file: 7 } })
      // @ts-expect-error -- arguments are texts
      childProcess('p', 'ls', [7])
      // @ts-expect-error -- no such option
      return childProcess('p', 'ls', [], { detached: true })
    })
  })
})
