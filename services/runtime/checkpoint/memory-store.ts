import { TributaryError } from '../errors/index.ts'
import type { CheckpointPlace, CheckpointSeries, CheckpointStore } from './port.ts'

/** Checkpoints without a disk: for tests. */
export interface MemoryCheckpointStore extends CheckpointStore {
  /** By what `describe` calls them; to look at and to damage. */
  readonly copies: Map<string, { readonly data: Uint8Array; readonly manifest: string }>
}

const seriesPath = ({ generation, part, foldVersion }: CheckpointSeries): string =>
  `${generation}/${part}/${foldVersion}`
const pathOf = (place: CheckpointPlace): string => `${seriesPath(place)}/${place.offset}`

export function createMemoryCheckpointStore(): MemoryCheckpointStore {
  const copies: MemoryCheckpointStore['copies'] = new Map()

  const found = (place: CheckpointPlace) => {
    const copy = copies.get(pathOf(place))
    if (copy !== undefined) return copy
    throw new TributaryError('TRB_CHECKPOINT_MISSING', `there is no checkpoint ${pathOf(place)}`)
  }

  return {
    copies,
    describe: ({ offset, ...series }) =>
      offset === undefined ? `${seriesPath(series)}/` : pathOf({ ...series, offset }),
    async list(series) {
      const prefix = `${seriesPath(series)}/`
      return [...copies.keys()]
        .filter((path) => path.startsWith(prefix))
        .map((path) => Number(path.slice(prefix.length)))
        .filter(Number.isInteger)
        .toSorted((a, b) => b - a)
    },
    manifest: async (place) => found(place).manifest,
    async *read(place) {
      yield found(place).data
    },
    async write(place, { data, manifest }) {
      if (copies.has(pathOf(place))) return 'kept'
      const chunks: Uint8Array[] = []
      for await (const chunk of data) chunks.push(chunk.slice())
      if (copies.has(pathOf(place))) return 'kept'
      copies.set(pathOf(place), { data: Buffer.concat(chunks), manifest: manifest() })
      return 'written'
    },
    async setAside(place) {
      const path = pathOf(place)
      const aside = `${path}.aside`
      const copy = copies.get(path)
      if (copy !== undefined) copies.set(aside, copy)
      copies.delete(path)
      return aside
    },
    async remove(place) {
      copies.delete(pathOf(place))
    },
  }
}
