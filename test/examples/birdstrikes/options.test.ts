import { describe, expect, it } from 'vitest'
import { parseOptions } from '../../../examples/birdstrikes/options.ts'

const defaults = { kills: 5, seed: 1, file: undefined, rate: undefined, data: undefined }

describe('parseOptions', () => {
  it.each<[string, readonly string[], object]>([
    ['nothing', [], {}],
    ['numbers', ['--kills', '3', '--seed', '7', '--rate', '2.5'], { kills: 3, seed: 7, rate: 2.5 }],
    ['paths', ['--file', 'a.csv', '--data', 'd'], { file: 'a.csv', data: 'd' }],
    ['a value after =', ['--kills=0', '--seed=4294967295'], { kills: 0, seed: 4_294_967_295 }],
    ['an option twice: the last', ['--kills', '1', '--kills', '2'], { kills: 2 }],
  ])('takes %s', (_, args, expected) => {
    expect(parseOptions(args)).toEqual({ type: 'run', options: { ...defaults, ...expected } })
  })

  it('is asked for help', () => {
    expect(parseOptions(['--kills', '3', '--help'])).toEqual({ type: 'help' })
  })

  it.each<[readonly string[], string]>([
    [['--kills', 'many'], '--kills must be an integer from 0 to 1000; got "many"'],
    [['--kills', '-3'], '--kills must be an integer from 0 to 1000; got "-3"'],
    [['--kills=1001'], '--kills must be an integer from 0 to 1000; got "1001"'],
    [['--kills='], '--kills must be an integer from 0 to 1000; got ""'],
    [['--kills'], '--kills must be an integer from 0 to 1000; got nothing'],
    [['--seed', '1.5'], '--seed must be an integer from 0 to 4294967295; got "1.5"'],
    [['--rate', '0'], '--rate must be a number of rows a second, more than 0; got "0"'],
    [['--rate', '1e3'], '--rate must be a number of rows a second, more than 0; got "1e3"'],
    [['--file='], '--file must be the path of a CSV file; got ""'],
    [['--data='], '--data must be the path of a directory; got ""'],
    [['--help=yes'], '--help takes no value; got "yes"'],
    [['--kill', '3'], '--kill is no option; the options are --kills, --seed, --file, --rate, --data, --help'],
    [['-s', '3'], '-s is no option; the options are --kills, --seed, --file, --rate, --data, --help'],
    [['--', '3'], '"3" belongs to no option'],
    [['birds.csv'], '"birds.csv" belongs to no option'],
  ])('refuses %j', (args, problem) => {
    expect(parseOptions(args)).toEqual({ type: 'wrong', problem })
  })
})
