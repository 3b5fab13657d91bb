import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type EpochMs, epochMs } from '#runtime/event/ids.ts'
import { createMemoryState } from '../core/memory-state.ts'
import { type AgeList, type AgeStore, createAgeList } from './age-list.ts'

type Key = [at: number, linkId: string]
interface Row {
  readonly key: Key
  readonly value: number
}

const inOrder = ({ key: [a, x] }: Row, { key: [b, y] }: Row): number => a - b || (x < y ? -1 : 1)

/** A store of rows in their order, which counts those that it gives out. */
function createFakeStore(): AgeStore & { given: number } {
  const rows = new Map<string, Row>()
  const store = {
    given: 0,
    put: (key: Key, value: number) => void rows.set(key.join(' '), { key, value }),
    remove: (key: Key) => void rows.delete(key.join(' ')),
    *entries({ from }: { from?: Key }) {
      const [at, linkId] = from ?? [0, '']
      for (const row of [...rows.values()].toSorted(inOrder)) {
        if (row.key[0] < at || (row.key[0] === at && row.key[1] < linkId)) continue
        store.given += 1
        yield row
      }
    },
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the rest is not asked for
  return store as unknown as AgeStore & { given: number }
}

function commit(list: AgeList): void {
  list.write()
  list.committed()
}

const anyTime = fc.integer({ min: 1, max: 12 }).map(epochMs)
const anyId = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
const anySteps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('add' as const), at: anyTime, id: anyId }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), id: anyId }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('until' as const),
        at: anyTime,
        max: fc.integer({ min: 1, max: 4 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('commit' as const) }) },
  ),
  { maxLength: 60 },
)

describe('the list of ages', () => {
  it('has the oldest first, whatever was committed between', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const list = createAgeList(createFakeStore())
        const memory = createMemoryState()
        const ages = new Map<string, { at: EpochMs; offset: number }>()
        const answers: unknown[] = []
        const expected: unknown[] = []
        const forget = (id: string): void => {
          const known = ages.get(id)
          if (known === undefined) return
          list.remove(known.at, id)
          memory.removeAge(known.at, id)
          ages.delete(id)
        }
        for (const [offset, step] of steps.entries())
          switch (step.kind) {
            case 'add':
              forget(step.id)
              list.add(step.at, step.id, offset)
              memory.addAge(step.at, step.id)
              ages.set(step.id, { at: step.at, offset })
              break
            case 'remove':
              forget(step.id)
              break
            case 'until': {
              const aged = [...ages]
                .filter(([, { at }]) => at <= step.at)
                .toSorted(([x, a], [y, b]) => a.at - b.at || (x < y ? -1 : 1))
                .slice(0, step.max)
              answers.push(list.until(step.at, step.max), memory.agedUntil(step.at, step.max))
              expected.push(
                aged.map(([id, known]) => [id, known.offset]),
                aged.map(([id]) => id),
              )
              break
            }
            case 'commit':
              commit(list)
              break
            default:
              step satisfies never
          }
        expect(answers).toEqual(expected)
      }),
      { numRuns: 2000 },
    )
  })

  it('reads each row that grows old once in a flush, however many records forget', () => {
    const store = createFakeStore()
    const list = createAgeList(store)
    const count = 5000
    for (let n = 0; n < count; n += 1) list.add(epochMs(n), `link ${n}`, n)
    commit(list)
    store.given = 0
    for (let n = 0; n < count; n += 1) {
      expect(list.until(epochMs(n), 100)).toEqual([[`link ${n}`, n]])
      list.remove(epochMs(n), `link ${n}`)
      list.add(epochMs(count + n), `link ${n}`, n)
    }
    expect(store.given).toBeLessThan(1.1 * count)
  })
})
