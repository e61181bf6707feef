// Loaded before a program, with --import: the sources are read with the mistake whose number is in the environment.
import { registerHooks } from 'node:module'
import { storeMutants } from './store-mutants.ts'

const mutant = storeMutants[Number(process.env['STORE_MUTANT'])]
if (mutant === undefined) throw new Error('STORE_MUTANT is the number of a mutant')
const { edits } = mutant
const source = new URL('../../src/', import.meta.url).href

registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context)
    const own = edits.filter(({ file }) => url === source + file)
    if (own.length === 0) return loaded
    const { source: found = '' } = loaded
    let text = typeof found === 'string' ? found : new TextDecoder().decode(found)
    for (const { from, to } of own) text = text.replace(from, () => to)
    return { ...loaded, source: text }
  },
})
