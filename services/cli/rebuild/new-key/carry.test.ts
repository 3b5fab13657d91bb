/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { expect, test } from 'vitest'
import { epochMs, type FragmentId, offset } from '#runtime/event/ids.ts'
import type { CommandRecord } from '#runtime/log/links.ts'
import type { SuppressionRecord } from '#runtime/log/suppression.ts'
import type { FedLink } from '../generations.ts'
import { createCarrying, underNewNames } from './carry.ts'
import type { RawReading, RawRecord } from './ports.ts'

const was = (name: string): FragmentId => `email:${name}` as FragmentId
const is = (name: string): FragmentId => `email:new-${name}` as FragmentId

async function* from<T>(items: readonly T[]): AsyncGenerator<T> {
  await Promise.resolve()
  yield* items
}

/** One raw partition in which each record names one person. */
function rawOf(named: readonly string[], low = 0) {
  const reads: [number, number][] = []
  return {
    reads,
    look: async () => Promise.resolve({ low: { raw: [low] }, committed: { raw: [named.length] } }),
    async *read({ from: start, until, met }: RawReading) {
      const [begin, end] = [start['raw']?.[0] ?? 0, until['raw']?.[0] ?? 0]
      reads.push([begin, end])
      for (const name of named.slice(begin, end)) {
        met(was(name), is(name))
        await Promise.resolve()
        yield {} as RawRecord
      }
    },
  }
}

const split = (n: number, name: string): FedLink => ({
  offset: offset(n),
  key: '',
  record: {
    kind: 'command',
    commandId: `c${n}`,
    action: 'split',
    fragments: [was(name)],
    at: epochMs(0),
    by: '',
    reason: '',
  } satisfies CommandRecord,
})
const erased = (name: string, at: number): SuppressionRecord => ({
  fragment: was(name),
  erasedAt: epochMs(at),
  commandId: 'e',
})

test('only those whom somebody has spoken of are looked for, each record once; a new word makes all be read again for its name alone', async () => {
  const raw = rawOf(['ada', 'bob', 'cleo', 'dan', 'ada'], 1)
  const links = [split(0, 'bob')]
  const suppressions = [erased('dan', 5), erased('nobody', 5), erased('dan', 3)]
  const carrying = createCarrying(
    {
      links: (start, until) => from(links.filter(({ offset: at }) => at >= start && at < until)),
      suppressions: () => from(suppressions),
      expiries: () => from([]),
    },
    raw,
  )
  const first = await carrying.upTo({ raw: [3] }, 1)
  // Dan is not met yet, and Cleo is of no interest.
  expect([...first.names]).toEqual([[was('bob'), is('bob')]])
  expect(raw.reads).toEqual([[1, 3]])

  const second = await carrying.upTo({ raw: [4] }, 1)
  expect(second.names.get(was('dan'))).toBe(is('dan'))
  expect(underNewNames(second.erased, second.names)).toEqual([
    { fragment: is('dan'), erasedAt: 5, commandId: 'e' },
  ])
  expect(raw.reads.slice(1)).toEqual([[3, 4]])

  links.push(split(1, 'cleo'))
  const third = await carrying.upTo({ raw: [5] }, 2)
  expect(third.names.get(was('cleo'))).toBe(is('cleo'))
  expect(third.names.has(was('ada'))).toBe(false)
  expect(raw.reads.slice(2)).toEqual([
    [1, 4],
    [4, 5],
  ])
  expect(third.words.map(({ offset: at }) => at)).toEqual([0, 1])
})

test('where nobody has said anything, nothing is read', async () => {
  const raw = rawOf(['ada'])
  const nothing = { links: () => from([]), suppressions: () => from([]), expiries: () => from([]) }
  const { names } = await createCarrying(nothing, raw).upTo({ raw: [1] }, 0)
  expect([names.size, raw.reads]).toEqual([0, []])
})
