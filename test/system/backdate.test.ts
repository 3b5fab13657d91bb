import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { faultsOf } from '../backdate/page.ts'
import { runBackdate } from '../backdate/run-backdate.ts'

// `npm run backdate`, small: a feature is added, a half-life changed and a rule tightened, for the past too, while events flow, with a SIGKILL of a service
// that serves and one of the command. What was measured with more: docs/rebuild.md.

test('what is back-dated while events flow equals what was there from the start; who no longer qualifies leaves by definition, and nobody is told', async () => {
  const result = await runBackdate(inject('stack'), {
    directory: mkdtempSync(join(tmpdir(), 'tributary-backdate-')),
    seed: 11,
    people: 600,
    before: 8000,
    rate: 300,
    secondsMax: 90,
    secondsAfter: 2,
    kills: ['profiles', 'command'],
    say: () => undefined,
  })
  expect(result.mismatches.slice(0, 5)).toEqual([])
  expect(faultsOf(result)).toEqual([])
  expect(result.killed).toHaveLength(2)
  expect(result.leftTightened).toBeGreaterThan(0)
  expect(result.pairs.every(({ profiles }) => profiles > 50)).toBe(true)
}, 600_000)
