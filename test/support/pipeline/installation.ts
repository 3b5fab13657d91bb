import { inject } from 'vitest'
import { type Installation, type InstallationOptions, installOn } from './install.ts'

export { type Installation, type InstallationOptions, shippedPipeline } from './install.ts'

/** An installation on the stack of this test run. */
export async function createInstallation(options: InstallationOptions = {}): Promise<Installation> {
  return installOn(inject('stack'), options)
}
