import type { ClickHouse } from '#runtime/clickhouse/index.ts'

/** Runs an `ALTER TABLE` without its settings until the parts are written, on every replica. */
export type Mutate = (
  clickhouse: Pick<ClickHouse, 'command'>,
  statement: string,
  params?: Readonly<Record<string, unknown>>,
) => Promise<void>

/** Longer than the mutations of a small installation take together. */
const patienceMs = 5_000

/** The mutations of one command. Where they take long together, `say` hears once what is waited for: each may take as long as a table is large. */
export function createMutations(say: (line: string) => void, leastMs = patienceMs): Mutate {
  let leftMs = leastMs
  let said = false
  const sayOnce = (): void => {
    if (!said) say("waiting for ClickHouse's mutations, which system.mutations shows\n")
    said = true
  }
  return async (clickhouse, statement, params = {}) => {
    const began = performance.now()
    const timer = setTimeout(sayOnce, leftMs)
    try {
      await clickhouse.command(`${statement} SETTINGS mutations_sync = 2`, { params })
    } finally {
      clearTimeout(timer)
      leftMs = Math.max(0, leftMs - (performance.now() - began))
    }
  }
}
