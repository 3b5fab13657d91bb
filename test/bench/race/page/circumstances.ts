import type { Measured } from './record.ts'

/** When something was measured, and on what. */
export function circumstances({ machine, on }: Measured<unknown>): string {
  const versions = Object.entries(machine.versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
  return `Measured on ${on}: ${machine.cores} cores (${machine.cpu}), ${machine.memory_gib} GiB, ${machine.system}; ${versions}; a load of ${machine.load} just before.`
}
