import {
  type BatchControl,
  type PartitionHandler,
  partitionKey,
  type RecordBatch,
} from '#runtime/kafka/ports.ts'

/** Reads every partition from what was committed, and does nothing but `batch`. */
export const readFromStart = (
  batch: (batch: RecordBatch, control: BatchControl) => Promise<void>,
): PartitionHandler => ({
  assigned: async (partitions) =>
    Promise.resolve(new Map(partitions.map((at) => [partitionKey(at), null]))),
  lost: async () => Promise.resolve(),
  batch: async (one, control) => {
    if (one.records.length > 0) await batch(one, control)
  },
})
