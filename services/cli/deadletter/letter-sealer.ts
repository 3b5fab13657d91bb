import { createRingSealer, keysOf, loadKeyRing, type Sealer } from '#runtime/keys/index.ts'
import { readKeyConfig } from '../shell/configuration.ts'
import type { Terminal } from '../shell/terminal.ts'

/** Opens dead letters that were sealed with any of the keys given: one from before a new key opens with TRIBUTARY_KEY_PREVIOUS…. */
export function letterSealer(terminal: Terminal): Sealer {
  const ring = loadKeyRing(readKeyConfig(terminal))
  return createRingSealer({
    key: ring.current,
    retired: keysOf(ring).slice(1),
    purpose: 'dead-letter',
  })
}
