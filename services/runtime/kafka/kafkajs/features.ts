import { createCursor, writeUvarint } from './flexible-wire.ts'
import { type InternalCluster, type WireEncoder, WireEncoderClass } from './internals.ts'

const apiVersionsKey = 18
/** The first version that tells the features of the cluster (KIP-584); kafkajs itself stops at 2. */
const apiVersionsVersion = 3
const finalizedFeaturesTag = 2

const compactText = (text: string): Buffer =>
  Buffer.concat([writeUvarint(Buffer.byteLength(text) + 1), Buffer.from(text)])

function encodeRequest(): Buffer {
  const noTags = Buffer.from([0])
  // The header's tags, the client's name and version, the body's tags.
  return Buffer.concat([noTags, compactText('tributary'), compactText('1'), noTags])
}

/** Level of `metadata.version` in an answer; null where it is not told. */
function decodeResponse(raw: Buffer): number | null {
  const cursor = createCursor(raw)
  // The header of this one answer has no tags in any version (KIP-511).
  if (cursor.int16() !== 0) return null
  for (let left = cursor.uvarint() - 1; left > 0; left -= 1) {
    cursor.skip(2 + 2 + 2)
    cursor.tags()
  }
  cursor.skip(4) // throttle time
  for (let left = cursor.uvarint(); left > 0; left -= 1) {
    const tag = cursor.uvarint()
    const size = cursor.uvarint()
    if (tag !== finalizedFeaturesTag) {
      cursor.skip(size)
      continue
    }
    for (let features = cursor.uvarint() - 1; features > 0; features -= 1) {
      const name = cursor.compactString()
      const level = cursor.int16()
      if (name === 'metadata.version') return level
      cursor.skip(2)
      cursor.tags()
    }
    return null
  }
  return null
}

/** Asks the controller for the cluster's `metadata.version`. */
export async function lookUpMetadataVersion(cluster: InternalCluster): Promise<number | null> {
  const broker = await cluster.findControllerBroker()
  return broker.connectionPool.send<number | null>({
    request: {
      apiKey: apiVersionsKey,
      apiVersion: apiVersionsVersion,
      apiName: 'ApiVersions',
      encode: async (): Promise<WireEncoder> =>
        Promise.resolve(new WireEncoderClass().writeBuffer(encodeRequest())),
    },
    response: {
      decode: async (raw) => Promise.resolve(raw),
      parse: async (raw) => Promise.resolve(decodeResponse(raw)),
    },
  })
}
