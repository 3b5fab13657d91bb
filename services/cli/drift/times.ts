import type { Times } from '../../drift/core/store/rows.ts'

export const times: Times = {
  iso: (ms) => new Date(ms).toISOString(),
  ms: (iso) => Date.parse(iso),
}
