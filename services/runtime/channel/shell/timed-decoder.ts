import type { RecordDecoder } from './decoder.ts'

/** A decoder that adds up what it takes: two looks at the clock per record, so only where somebody traces. */
export function timedDecoder(decoder: RecordDecoder): {
  readonly decoder: RecordDecoder
  /** The same, untimed. */
  readonly plain: RecordDecoder
  /** Seconds since it was asked last. */
  takeSeconds(): number
} {
  let ms = 0
  return {
    plain: decoder,
    decoder: {
      lookUp: async (schemaId) => decoder.lookUp(schemaId),
      decode(bytes, source) {
        const startedAt = performance.now()
        try {
          return decoder.decode(bytes, source)
        } finally {
          ms += performance.now() - startedAt
        }
      },
    },
    takeSeconds() {
      const seconds = ms / 1000
      ms = 0
      return seconds
    },
  }
}
