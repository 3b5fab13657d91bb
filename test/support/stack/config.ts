/** How the tests get their stack; the only reader of the environment here. */
export interface StackConfig {
  /** `TRIBUTARY_TEST_STACK`; null: whatever this machine can do. */
  readonly implementation: 'local' | 'docker' | null
  /** `TRIBUTARY_TEST_STACK_FILE`: output of `npm run -s stack -- status --json`, used as it is. */
  readonly statusFile: string | null
  readonly environment: Readonly<Record<string, string | undefined>>
}

export function readStackConfig(): StackConfig {
  const wanted = process.env['TRIBUTARY_TEST_STACK']
  if (wanted !== undefined && wanted !== 'local' && wanted !== 'docker') {
    throw new Error(`TRIBUTARY_TEST_STACK must be local or docker, not '${wanted}'`)
  }
  return {
    implementation: wanted ?? null,
    statusFile: process.env['TRIBUTARY_TEST_STACK_FILE'] ?? null,
    environment: process.env,
  }
}
