import type { FilePath, Observation } from '../findings.ts'

type Options = Omit<Observation, 'severity' | 'code' | 'message' | 'path'>

/** Collects observations. `error` unless said otherwise. */
export interface Report {
  error(code: Observation['code'], path: FilePath, message: string, options?: Options): void
  warning(code: Observation['code'], path: FilePath, message: string, options?: Options): void
  info(code: Observation['code'], path: FilePath, message: string, options?: Options): void
}

export function createReport(observations: Observation[]): Report {
  const as =
    (severity: Observation['severity']): Report['error'] =>
    (code, path, message, options) => {
      observations.push({ severity, code, message, path, ...options })
    }
  return { error: as('error'), warning: as('warning'), info: as('info') }
}
