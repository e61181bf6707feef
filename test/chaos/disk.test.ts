import { describe, expect, it } from 'vitest'
import { Disk, Rerun, type Image } from './disk.ts'

const bytes = (value: number, length: number): Uint8Array => new Uint8Array(length).fill(value)
const rerunOf = ({ steps }: Disk): Rerun => {
  const rerun = new Rerun()
  for (const step of steps) rerun.take(step)
  return rerun
}
const textOf = (image: Image): unknown => Object.fromEntries([...image].map(([file, content]) => [file, [...content].join('')]))

describe('a disk of which every step is noted', () => {
  it('shows after a kill all that was written, and after a loss of power what was synced', () => {
    const disk = new Disk()
    disk.do({ type: 'write', file: 'a', offset: 0, bytes: bytes(1, 3) })
    disk.do({ type: 'sync', file: 'a' })
    disk.do({ type: 'write', file: 'a', offset: 1, bytes: bytes(2, 3) })
    disk.do({ type: 'truncate', file: 'a', size: 2 })
    disk.do({ type: 'write', file: 'b', offset: 0, bytes: bytes(3, 1) })
    const rerun = rerunOf(disk)
    expect(textOf(rerun.afterKill())).toEqual({ a: '12', b: '3' })
    expect(textOf(rerun.afterPowerLoss(() => false))).toEqual({ a: '111' })
    expect(textOf(rerun.afterPowerLoss(() => true))).toEqual({ a: '12', b: '3' })
    expect(rerun.atRisk).toBe(3)
  })

  it('takes sectors of 512 bytes apart, wherever a write begins', () => {
    const disk = new Disk()
    disk.do({ type: 'write', file: 'a', offset: 500, bytes: bytes(1, 600) })
    let sector = 0
    const torn = rerunOf(disk).afterPowerLoss(() => sector++ === 1)
    const content = torn.get('a') ?? new Uint8Array()
    expect([content.length, content.indexOf(1), content.lastIndexOf(1)]).toEqual([1024, 512, 1023])
    expect(sector).toBe(3)
  })

  it('never writes what a sync could not, unless it is written again', () => {
    const disk = new Disk()
    disk.do({ type: 'write', file: 'a', offset: 0, bytes: bytes(1, 2) })
    disk.fault = (type) => (type === 'sync' ? 1034 : undefined)
    expect(disk.do({ type: 'sync', file: 'a' })).toBe(1034)
    disk.fault = undefined
    disk.do({ type: 'write', file: 'a', offset: 1, bytes: bytes(2, 1) })
    disk.do({ type: 'sync', file: 'a' })
    const rerun = rerunOf(disk)
    expect(textOf(rerun.afterKill())).toEqual({ a: '12' })
    expect(textOf(rerun.afterPowerLoss(() => false))).toEqual({ a: '02' })
  })

  it('has nothing for certain if it does not sync', () => {
    const disk = new Disk({ syncs: false })
    disk.do({ type: 'write', file: 'a', offset: 0, bytes: bytes(1, 2) })
    disk.do({ type: 'sync', file: 'a' })
    expect(textOf(rerunOf(disk).afterPowerLoss(() => false))).toEqual({})
  })
})
