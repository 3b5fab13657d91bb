/** Copies of one part of the state that can replace each other. */
export interface CheckpointSeries {
  readonly generation: number
  /** A partition's number, or a service's name where it has one state only. */
  readonly part: number | string
  readonly foldVersion: number
}

/** One copy: everything before `offset` of the log is in it. */
export interface CheckpointPlace extends CheckpointSeries {
  readonly offset: number
}

export interface CheckpointContent {
  readonly data: AsyncIterable<Uint8Array>
  /** Asked when all of the data was read. */
  readonly manifest: () => string
}

/**
 * Where copies of the state are kept, for whichever process needs them next. A copy is named by what it holds (generation, part, version of the
 * fold, offset), so that it does not matter who wrote it: the first one stays. What the copies say is not the store's business.
 */
export interface CheckpointStore {
  /** Offsets of complete copies, the highest first. */
  list(series: CheckpointSeries): Promise<readonly number[]>
  /** @throws TributaryError TRB_CHECKPOINT_MISSING */
  manifest(place: CheckpointPlace): Promise<string>
  /** Its data, in chunks. @throws TributaryError TRB_CHECKPOINT_MISSING */
  read(place: CheckpointPlace): AsyncIterable<Uint8Array>
  /** Makes a copy visible as a whole, or not at all. */
  write(place: CheckpointPlace, content: CheckpointContent): Promise<'written' | 'kept'>
  /** Takes a copy out of the series without destroying it; says where it went. Of one that is gone: nothing. */
  setAside(place: CheckpointPlace): Promise<string>
  /** Of a copy that is gone: nothing. */
  remove(place: CheckpointPlace): Promise<void>
  /** For messages: where a copy is, or where one would have to be. */
  describe(place: CheckpointSeries & { readonly offset?: number }): string
}
