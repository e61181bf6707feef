import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mergeConfig } from 'vitest/config'
import all from '../../vitest.config.ts'
import { mutants } from './mutants.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const mutant = mutants[Number(process.env['MUTANT'])]

/** The tests of the supervisor over sources with one mistake in them; without a number in `MUTANT` over the sources as they are. */
export default mergeConfig(all, {
  root,
  plugins: [
    {
      name: 'mutant',
      enforce: 'pre',
      transform: (code: string, id: string) =>
        mutant !== undefined && id === join(root, 'src/supervision', mutant.file)
          ? code.replace(mutant.from, mutant.to)
          : undefined,
    },
  ],
  test: { bail: 1, cache: false },
})
