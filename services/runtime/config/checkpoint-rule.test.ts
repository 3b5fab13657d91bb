import { expect, it } from 'vitest'
import { checkpointRule } from './shared.ts'

const rule = (checkpointDir: string | null, stateDir = '/var/state') =>
  checkpointRule({ checkpointDir, stateDir })

it('wants copies of the state anywhere but within it', () => {
  expect(rule(null)).toBeNull()
  expect(rule('/mnt/copies')).toBeNull()
  expect(rule('/var/state-copies')).toBeNull()
  expect(rule('/var')).toBeNull()
  expect(rule('/var/state')).toMatch(/within TRIBUTARY_STATE_DIR/)
  expect(rule('/var/state/copies')).toMatch(/within TRIBUTARY_STATE_DIR/)
  expect(rule('/var/state/..copies')).toMatch(/within TRIBUTARY_STATE_DIR/)
  expect(rule('/var/state/../copies')).toBeNull()
})
