import { checkpointDirectoryFault } from '../checkpoint/checkpoint-directory.ts'
import type { Rule } from './service-config.ts'

/** Looks where the copies of the state would be, and makes nothing. */
export const checkpointDirectoryRule: Rule<{ readonly checkpointDir: string | null }> = ({
  checkpointDir,
}) => checkpointDirectoryFault(checkpointDir)
