import { directoryFault, wrongDirectory } from '../state/index.ts'

/** Why no copy can be written there, or null; makes nothing. A mount that is away is no fault of the setting: it may come back. */
export const checkpointDirectoryFault = (directory: string | null): string | null =>
  directory === null ? null : directoryFault('TRIBUTARY_CHECKPOINT_DIR', directory)

/**
 * Ends a start before anything is read, where every copy would fail.
 * @throws TributaryError TRB_CONFIG_INVALID
 */
export function checkCheckpointDirectory(directory: string | null): void {
  const fault = checkpointDirectoryFault(directory)
  if (fault !== null) throw wrongDirectory(fault)
}
