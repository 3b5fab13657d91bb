import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { asError, isTributaryError, TributaryError } from '../errors/index.ts'
import type { OffsetRange } from '../kafka/ports.ts'
import { stateError } from '../state/index.ts'
import { type CheckpointIdentity, decodeManifest, differenceOf, type Manifest } from './manifest.ts'
import { dataName } from './directory-store.ts'
import type { CheckpointPlace, CheckpointStore } from './port.ts'
import type { StateReports } from './reports.ts'
import { claimsOf, foreignField, type ReadClaims } from './state-claims.ts'

/** A state's directory, and what belongs into it. */
export interface WantedState {
  readonly directory: string
  readonly identity: CheckpointIdentity
  /** The same, as the state itself has it written in it. */
  readonly written: Readonly<Record<string, string | number | null>>
  readonly readClaims: ReadClaims
  /** What the log holds; null: not known. */
  readonly range: OffsetRange | null
}

export interface RestoreDeps {
  readonly store: CheckpointStore
  readonly reports: Pick<StateReports, 'refused' | 'newestIs'>
}

/**
 * Puts the highest valid checkpoint above `above` into the directory, which is the caller's own. Gives its offset; null: there is none, and
 * the directory is as it was. A damaged checkpoint is set aside, one of something else is left alone; the next one below is tried.
 * @throws TributaryError TRB_STATE_FULL
 */
export async function restoreNewest(
  deps: RestoreDeps,
  wanted: WantedState,
  above: number,
): Promise<number | null> {
  const { store, reports } = deps
  const { identity } = wanted
  for (const offset of await offsetsIn(deps, wanted)) {
    if (offset <= above) return null
    const place: CheckpointPlace = { ...identity, offset }
    try {
      const manifest = await fittingManifest(store, place, wanted)
      await fetchInto(store, place, manifest, wanted)
      reports.newestIs(identity.part, manifest.writtenAtMs)
      return offset
    } catch (thrown) {
      const error = stateError(thrown, wanted.directory)
      // An older one would fit no better, and beginning without any would read for hours what a little room saves.
      if (isTributaryError(error, 'TRB_STATE_FULL')) throw error
      const isDamaged = isTributaryError(error, 'TRB_CHECKPOINT_INVALID')
      reports.refused(
        identity.part,
        described(store.describe(place), error),
        isDamaged ? await setAside(store, place) : null,
      )
    }
  }
  return null
}

/** A store that is away must not keep a partition from its own state. */
async function offsetsIn(
  { store, reports }: RestoreDeps,
  { identity }: WantedState,
): Promise<readonly number[]> {
  try {
    return await store.list(identity)
  } catch (error) {
    reports.refused(identity.part, asError(error), null)
    return []
  }
}

async function setAside(store: CheckpointStore, place: CheckpointPlace): Promise<string | null> {
  try {
    return await store.setAside(place)
  } catch {
    // It stays, and is refused again the next time.
    return null
  }
}

const described = (path: string, error: Error): Error =>
  error instanceof TributaryError
    ? new TributaryError(error.code, `${path}: ${error.message}`, { cause: error })
    : error

const invalid = (why: string): TributaryError => new TributaryError('TRB_CHECKPOINT_INVALID', why)
const foreign = (why: string): TributaryError => new TributaryError('TRB_CHECKPOINT_FOREIGN', why)

async function fittingManifest(
  store: CheckpointStore,
  place: CheckpointPlace,
  { identity, range }: WantedState,
): Promise<Manifest> {
  const manifest = decodeManifest(await store.manifest(place))
  const difference = differenceOf(manifest, identity)
  if (difference !== null) throw foreign(difference)
  if (manifest.nextOffset !== place.offset)
    throw invalid(`its manifest is of offset ${manifest.nextOffset}`)
  if (range !== null && place.offset > range.high)
    throw foreign(`it goes up to offset ${place.offset}, the log ends at ${range.high}`)
  return manifest
}

async function fetchInto(
  store: CheckpointStore,
  place: CheckpointPlace,
  { data }: Manifest,
  { directory, written, readClaims }: WantedState,
): Promise<void> {
  const arriving = join(directory, 'restoring')
  await rm(arriving, { recursive: true, force: true })
  await mkdir(arriving, { recursive: true })
  try {
    const got = await download(store, place, join(arriving, dataName))
    if (got.bytes !== data.bytes || got.sha256 !== data.sha256)
      throw invalid(
        `its data has ${got.bytes} bytes and checksum ${got.sha256}, its manifest says ${data.bytes} and ${data.sha256}`,
      )
    const claims = await claimsOrInvalid(arriving, readClaims)
    const field = foreignField(claims.identity ?? {}, written)
    if (field !== null) throw foreign(`the state in it ${field}`)
    if (claims.nextOffset !== place.offset || !claims.isBetweenRecords)
      throw invalid(`the state in it stands at offset ${claims.nextOffset}`)
    // LMDB's lock file belongs to the data that is replaced.
    await rm(join(directory, 'lock.mdb'), { force: true })
    await rename(join(arriving, dataName), join(directory, dataName))
  } finally {
    await rm(arriving, { recursive: true, force: true })
  }
}

async function claimsOrInvalid(directory: string, readClaims: ReadClaims) {
  try {
    const claims = await claimsOf(directory, readClaims, { readOnly: true })
    if (claims !== null) return claims
  } catch (error) {
    if (isTributaryError(error, 'TRB_STATE_FULL')) throw error
    throw invalid(asError(error).message)
  }
  throw invalid('its data is empty')
}

async function download(
  store: CheckpointStore,
  place: CheckpointPlace,
  path: string,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  const file = await open(path, 'wx')
  try {
    for await (const chunk of store.read(place)) {
      hash.update(chunk)
      bytes += chunk.length
      await writeAll(file, chunk)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return { bytes, sha256: hash.digest('hex') }
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let from = 0; from < chunk.length; ) from += (await file.write(chunk, from)).bytesWritten
}
