import fc from 'fast-check'
import { expect, test } from 'vitest'
import { psiOf, smoothedShares } from '../metrics/divergences.ts'
import { contributionsOf } from './contributions.ts'

test('contributions name the bins that moved most, and add up to the PSI', () => {
  const names = ['DE', 'FR', 'AT']
  const [first] = contributionsOf(names, [1600, 8000, 400], [3600, 6000, 400])
  expect(first).toMatchObject({ bin: 'DE' })
  expect(first?.before).toBeCloseTo(0.16, 3)
  expect(first?.after).toBeCloseTo(0.36, 3)
  const counts = fc.array(fc.nat(10_000), { minLength: 3, maxLength: 3 })
  fc.assert(
    fc.property(counts, counts, (reference, current) => {
      const [p, q] = [smoothedShares(reference), smoothedShares(current)]
      const parts = contributionsOf(names, reference, current)
      const sum = parts.reduce((total, { psi }) => total + psi, 0)
      expect(sum).toBeCloseTo(p === null || q === null ? 0 : psiOf(p, q), 9)
      expect(parts.every(({ psi }) => psi >= 0)).toBe(true)
    }),
  )
})
