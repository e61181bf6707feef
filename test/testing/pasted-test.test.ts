import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { findFailure } from 'coppice/testing'
import { lostUpdate } from './lost-update.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

it('the test that a report has to paste fails unedited, with the report', async () => {
  const { failure } = await findFailure(lostUpdate)
  const parent = join(root, 'test/guides/.generated')
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'pasted-'))
  try {
    copyFileSync(fileURLToPath(new URL('lost-update.ts', import.meta.url)), join(folder, 'lost-update.ts'))
    writeFileSync(join(folder, 'pasted.test.ts'), failure?.test ?? '')
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, 'run', join(folder, 'pasted.test.ts')], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', VITEST: '' },
    })
    expect(status).toBe(1)
    expect(stdout + stderr).toContain('"both payments count" does not hold: the balance is 10')
    expect(stdout).toContain('1 failed')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
