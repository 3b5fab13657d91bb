import { expect, test } from 'vitest'
import type { EngineConnection, EngineResult } from './engine.ts'
import { createSessions } from './sessions.ts'

const result: EngineResult = {
  bytes: new Uint8Array(0),
  rowsRead: 0,
  bytesRead: 0,
  rowsWritten: 0,
  bytesWritten: 0,
  elapsedSeconds: 0,
}

/** Numbers its connections and writes down what happens to each; a preamble `bad` is refused. */
function engine() {
  const told: string[] = []
  let opened = 0
  const connect = (): EngineConnection => {
    const number = (opened += 1)
    return {
      query: async (sql) => {
        told.push(`${number} ${sql}`)
        if (sql === 'bad') throw new Error('refused')
        return Promise.resolve(result)
      },
      insert: async () => Promise.resolve(result),
      close: () => void told.push(`${number} closed`),
    }
  }
  return { connect, told }
}

const insert = async (connection: EngineConnection): Promise<EngineResult> =>
  connection.query('insert', 'Null')

const fails = async (): Promise<never> => Promise.reject(new Error('no such table'))

test('a connection serves the next insert with the same preamble, which is said to it once', async () => {
  const { connect, told } = engine()
  const sessions = createSessions({ connect })
  await sessions.with('a', true, insert)
  await sessions.with('b', true, insert)
  await sessions.with('a', true, insert)
  expect(told).toEqual(['1 a', '1 insert', '2 b', '2 insert', '1 insert'])
})

test('two at once never share a connection', async () => {
  const { connect, told } = engine()
  const sessions = createSessions({ connect })
  await Promise.all([sessions.with('a', true, insert), sessions.with('a', true, insert)])
  expect(told.toSorted()).toEqual(['1 a', '1 insert', '2 a', '2 insert'])
})

test('what may leave a trace has a connection of its own, which is closed after it', async () => {
  const { connect, told } = engine()
  const sessions = createSessions({ connect })
  await sessions.with('a', true, insert)
  await sessions.with('a', false, async (connection) => connection.query('SET x = 1', 'Null'))
  await sessions.with('a', true, insert)
  expect(told).toEqual(['1 a', '1 insert', '2 a', '2 SET x = 1', '2 closed', '1 insert'])
})

test('a connection is closed when its preamble or its work fails', async () => {
  const { connect, told } = engine()
  const sessions = createSessions({ connect })
  await expect(sessions.with('bad', true, insert)).rejects.toThrow('refused')
  await expect(sessions.with('a', true, fails)).rejects.toThrow('no such table')
  await sessions.with('a', true, insert)
  expect(told).toEqual(['1 bad', '1 closed', '2 a', '2 closed', '3 a', '3 insert'])
})

test('of many the longest idle is closed, and at the end all are', async () => {
  const { connect, told } = engine()
  const sessions = createSessions({ connect })
  for (let n = 1; n <= 17; n += 1) await sessions.with(`preamble ${n}`, true, insert)
  const closed = (): string[] => told.filter((line) => line.endsWith('closed'))
  expect(closed()).toEqual(['1 closed'])
  sessions.close()
  expect(closed()).toHaveLength(17)
})

test('an insert that ends after the end leaves no connection open', async () => {
  const { connect, told } = engine()
  const sessions = createSessions({ connect })
  await sessions.with('a', true, async (connection) => {
    sessions.close()
    return insert(connection)
  })
  expect(told.at(-1)).toBe('1 closed')
})
