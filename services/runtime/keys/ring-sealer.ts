import { isTributaryError } from '../errors/index.ts'
import type { InstallationKey } from './installation-key.ts'
import { createSealer, type Sealer, type SealerDeps } from './sealer.ts'

/** Seals with the key in force, and opens what that one or an earlier one has sealed: a new key must not close what is kept. */
export function createRingSealer({
  retired,
  ...deps
}: SealerDeps & { readonly retired: readonly InstallationKey[] }): Sealer {
  const sealer = createSealer(deps)
  const others = retired.map((key) => createSealer({ ...deps, key }))
  return {
    seal: (bytes, at) => sealer.seal(bytes, at),
    open(sealed) {
      try {
        return sealer.open(sealed)
      } catch (error) {
        for (const other of others) {
          const opened = tryOpen(other, sealed)
          if (opened !== null) return opened
        }
        throw error
      }
    },
  }
}

function tryOpen(sealer: Sealer, sealed: string): Uint8Array | null {
  try {
    return sealer.open(sealed)
  } catch (error) {
    if (isTributaryError(error, 'TRB_SEAL_BROKEN')) return null
    throw error
  }
}
