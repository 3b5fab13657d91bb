import { rowSinkContract } from '../../../test/support/clickhouse/row-sink-contract.ts'
import { createMemoryRowSink } from './memory-row-sink.ts'

rowSinkContract('the memory sink', () => {
  const sink = createMemoryRowSink()
  return Promise.resolve({ sink, final: (table) => Promise.resolve(sink.final(table)) })
})
