/** Of the debiased PSI. */
export const floors = { info: 0.05, warn: 0.1, critical: 0.25 } as const

/** null: too small to be news. */
export function severityOfPsi(psi: number): 'info' | 'warn' | 'critical' | null {
  if (psi >= floors.critical) return 'critical'
  if (psi >= floors.warn) return 'warn'
  return psi >= floors.info ? 'info' : null
}
