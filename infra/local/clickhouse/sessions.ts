import type { Engine, EngineConnection } from './engine.ts'

/** Connections that are in the state that a preamble makes. */
export interface Sessions {
  /**
   * Runs work on a connection to which `preamble` was said and nothing else that lasts.
   * `leavesNoTrace`: the work changes no setting, parameter or database of it, so that the next one with the same preamble may have it.
   */
  with<T>(
    preamble: string,
    leavesNoTrace: boolean,
    work: (connection: EngineConnection) => Promise<T>,
  ): Promise<T>
  close(): void
}

/** Two kinds of inserts by as many at once as are let in. */
const idleMax = 16

/**
 * Inserts come with one of two preambles for ever, and to open a connection, say it and close the connection again costs a third of a small
 * insert; so connections wait for the next of their kind. One whose work failed does not: who knows where it was left.
 */
export function createSessions(engine: Pick<Engine, 'connect'>): Sessions {
  /** Longest idle first, each with what was said to it. */
  const idle: { readonly preamble: string; readonly connection: EngineConnection }[] = []
  let closed = false

  const known = (preamble: string): EngineConnection | undefined => {
    const at = idle.findLastIndex((one) => one.preamble === preamble)
    return at < 0 ? undefined : idle.splice(at, 1)[0]?.connection
  }

  const opened = async (preamble: string): Promise<EngineConnection> => {
    const connection = engine.connect()
    try {
      if (preamble !== '') await connection.query(preamble, 'Null')
      return connection
    } catch (error) {
      connection.close()
      throw error
    }
  }

  const keep = (preamble: string, connection: EngineConnection): void => {
    idle.push({ preamble, connection })
    if (closed || idle.length > idleMax) idle.shift()?.connection.close()
  }

  return {
    async with(preamble, leavesNoTrace, work) {
      const connection = (leavesNoTrace ? known(preamble) : undefined) ?? (await opened(preamble))
      let intact = false
      try {
        const result = await work(connection)
        intact = true
        return result
      } finally {
        if (intact && leavesNoTrace) keep(preamble, connection)
        else connection.close()
      }
    },
    close() {
      closed = true
      for (const { connection } of idle.splice(0)) connection.close()
    },
  }
}
