import type { InternalCluster, WireEncoder } from './internals.ts'
import { WireEncoderClass } from './internals.ts'
import { createCursor, writeUvarint } from './flexible-wire.ts'

export interface ClusterIdentity {
  readonly clusterId: string | null
  /** UUIDs of the topics that exist. */
  readonly topicIds: ReadonlyMap<string, string>
}

const metadataApiKey = 3
/** The first version with topic ids that a client may ask for by name (KIP-516); kafkajs itself stops at 6. */
const metadataVersion = 12

function encodeRequest(topics: readonly string[]): Buffer {
  const noTags = Buffer.from([0])
  const topicEntries = topics.flatMap((topic) => {
    const name = Buffer.from(topic)
    return [Buffer.alloc(16), writeUvarint(name.length + 1), name, noTags]
  })
  const allowAutoCreation = Buffer.from([0])
  const includeAuthorizedOperations = Buffer.from([0])
  return Buffer.concat([
    noTags, // ends the request header of a flexible version
    writeUvarint(topics.length + 1),
    ...topicEntries,
    allowAutoCreation,
    includeAuthorizedOperations,
    noTags,
  ])
}

function decodeResponse(raw: Buffer): ClusterIdentity {
  const cursor = createCursor(raw)
  const array = (each: () => void): void => {
    for (let left = cursor.uvarint() - 1; left > 0; left -= 1) each()
  }
  const int32s = (): void => array(() => cursor.skip(4))
  cursor.tags() // ends the response header
  cursor.int32() // throttle time
  array(() => {
    cursor.skip(4)
    cursor.compactString()
    cursor.skip(4)
    cursor.compactString()
    cursor.tags()
  })
  const clusterId = cursor.compactString()
  cursor.int32() // controller
  const topicIds = new Map<string, string>()
  array(() => {
    const error = cursor.int16()
    const name = cursor.compactString()
    const id = cursor.uuid()
    cursor.skip(1) // internal?
    array(() => {
      cursor.skip(2 + 4 + 4 + 4) // error, partition, leader, leader epoch
      int32s()
      int32s()
      int32s()
      cursor.tags()
    })
    cursor.skip(4) // authorized operations
    cursor.tags()
    if (error === 0 && name !== null) topicIds.set(name, id)
  })
  return { clusterId, topicIds }
}

/** Asks the controller for the cluster's id and the ids of topics: what tells a topic from another one of the same name. */
export async function lookUpIdentity(
  cluster: InternalCluster,
  topics: readonly string[],
): Promise<ClusterIdentity> {
  const broker = await cluster.findControllerBroker()
  return broker.connectionPool.send<ClusterIdentity>({
    request: {
      apiKey: metadataApiKey,
      apiVersion: metadataVersion,
      apiName: 'Metadata',
      encode: async (): Promise<WireEncoder> =>
        Promise.resolve(new WireEncoderClass().writeBuffer(encodeRequest(topics))),
    },
    response: {
      decode: async (raw) => Promise.resolve(raw),
      parse: async (raw) => Promise.resolve(decodeResponse(raw)),
    },
  })
}
