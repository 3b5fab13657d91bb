import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isTributaryError } from '../errors/index.ts'
import type { Clock } from '../lifecycle/index.ts'
import {
  type CheckpointIdentity,
  decodeManifest,
  differenceOf,
  encodeManifest,
} from './manifest.ts'
import { dataName } from './directory-store.ts'
import type { CheckpointPlace, CheckpointStore } from './port.ts'
import type { StateReports, WrittenCopy } from './reports.ts'
import { claimsOf, type ReadClaims } from './state-claims.ts'

/** A state that can be copied while it works. */
export interface CopiedState {
  readonly identity: CheckpointIdentity
  readonly directory: string
  readonly readClaims: ReadClaims
  copyTo(directory: string): Promise<void>
}

export interface TakeDeps {
  readonly store: CheckpointStore
  readonly reports: Pick<StateReports, 'refused'>
  readonly keep: number
  readonly clock: Pick<Clock, 'now'>
  /** Aborted: leave it, the process ends. */
  readonly signal: AbortSignal
}

const readBytes = 1024 * 1024

/**
 * Takes one checkpoint: a copy beside the state first, so that a slow store holds no LMDB snapshot open, then into the store, with its checksum
 * computed on the way. null: the copy caught the state within a record; a later one will not. What the copy holds is read from it: commits go
 * on meanwhile.
 * @throws Error when it can't be copied or stored.
 */
export async function takeCheckpoint(
  deps: TakeDeps,
  state: CopiedState,
): Promise<WrittenCopy | null> {
  const { store, clock } = deps
  const startedAt = clock.now()
  const scratch = `${state.directory}.copy`
  await rm(scratch, { recursive: true, force: true })
  try {
    await state.copyTo(scratch)
    const claims = await claimsOf(scratch, state.readClaims, { readOnly: true })
    if (claims === null || !claims.isBetweenRecords || claims.nextOffset === 0) return null
    const { nextOffset } = claims
    const place: CheckpointPlace = { ...state.identity, offset: nextOffset }
    const digest = createHash('sha256')
    let bytes = 0
    const outcome = await store.write(place, {
      data: counted(join(scratch, dataName), deps.signal, (chunk) => {
        digest.update(chunk)
        bytes += chunk.length
      }),
      manifest: () =>
        encodeManifest({
          ...state.identity,
          format: 1,
          nextOffset,
          writtenAtMs: startedAt,
          data: { bytes, sha256: digest.digest('hex') },
        }),
    })
    const kept = outcome === 'kept' ? await ofAnother(store, place, state.identity) : null
    await retain(deps, state.identity)
    return {
      nextOffset,
      bytes,
      seconds: (clock.now() - startedAt) / 1000,
      writtenAtMs: kept ?? startedAt,
      isNew: outcome === 'written',
    }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function* counted(
  path: string,
  signal: AbortSignal,
  onChunk: (chunk: Uint8Array) => void,
): AsyncIterable<Uint8Array> {
  for await (const chunk of createReadStream(path, { highWaterMark: readBytes, signal })) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a stream without an encoding gives bytes
    const bytes = chunk as Buffer
    onChunk(bytes)
    yield bytes
  }
}

/** When another process wrote what stands at that place. @throws TributaryError when it is none of ours. */
async function ofAnother(
  store: CheckpointStore,
  place: CheckpointPlace,
  identity: CheckpointIdentity,
): Promise<number> {
  const manifest = decodeManifest(await store.manifest(place))
  const difference = differenceOf(manifest, identity)
  if (difference === null) return manifest.writtenAtMs
  throw new Error(`${store.describe(place)} is taken by something else: ${difference}`)
}

/** Removes all but the newest copies. Copies of something else are neither counted nor touched: their offsets mean nothing here. */
async function retain(
  { store, keep, reports }: TakeDeps,
  identity: CheckpointIdentity,
): Promise<void> {
  let found = 0
  for (const offset of await store.list(identity)) {
    const place: CheckpointPlace = { ...identity, offset }
    try {
      if (differenceOf(decodeManifest(await store.manifest(place)), identity) !== null) continue
      found += 1
      if (found > keep) await store.remove(place)
    } catch (error) {
      if (isTributaryError(error, 'TRB_CHECKPOINT_MISSING')) continue
      if (!isTributaryError(error, 'TRB_CHECKPOINT_INVALID')) throw error
      reports.refused(identity.part, error, await store.setAside(place))
    }
  }
}
