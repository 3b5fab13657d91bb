import fc from 'fast-check'
import { expect, test } from 'vitest'
import { epochMs, type EpochMs, type FragmentId } from '../event/ids.ts'
import { underEarlierKeys } from './earlier-keys.ts'
import { createPseudonymiser } from './pseudonym.ts'

const [now, before, longBefore] = [1, 2, 3].map((byte) =>
  createPseudonymiser(new Uint8Array(32).fill(byte)),
)
if (!now || !before || !longBefore) throw new Error('three keys')

test('whoever was erased under any key is suppressed under the one in force, by the latest of the times, and nobody else is', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.nat(2), fc.nat(1000))),
      (erasures) => {
        const keys = [now, before, longBefore]
        const suppressions = new Map<FragmentId, EpochMs>()
        const latest = new Map<string, number>()
        for (const [person, key, at] of erasures) {
          const id = keys[key]?.fragmentId('email', `p${person}`)
          if (id === undefined) continue
          if (at >= (suppressions.get(id) ?? -1)) suppressions.set(id, epochMs(at))
          latest.set(`p${person}`, Math.max(at, latest.get(`p${person}`) ?? -1))
        }
        const screened = underEarlierKeys({
          pseudonymiser: now,
          earlier: [before, longBefore],
          suppressed: (id) => suppressions.get(id),
        })
        for (let person = 0; person <= 20; person += 1) {
          const id = screened.pseudonymiser.fragmentId('email', `p${person}`)
          expect(id).toBe(now.fragmentId('email', `p${person}`))
          expect(screened.suppressed(id)).toBe(latest.get(`p${person}`))
        }
      },
    ),
  )
})

test('each pair of pseudonyms of one value is told', () => {
  const pairs: string[] = []
  const { pseudonymiser } = underEarlierKeys({
    pseudonymiser: now,
    earlier: [before],
    suppressed: () => undefined,
    met: (was, is) => pairs.push(`${was} ${is}`),
  })
  pseudonymiser.fragmentId('email', 'ada@example.net')
  expect(pairs).toEqual([
    `${before.fragmentId('email', 'ada@example.net')} ${now.fragmentId('email', 'ada@example.net')}`,
  ])
})
