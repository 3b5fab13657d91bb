import { stateDirectoryFault } from '../state/state-directory.ts'
import type { Rule } from './service-config.ts'

/** Looks where the state would be, and makes nothing. */
export const stateDirectoryRule: Rule<{ readonly stateDir: string }> = ({ stateDir }) =>
  stateDirectoryFault(stateDir)
