import { TributaryError } from '#runtime/errors/index.ts'
import {
  createResidue,
  type Environment,
  openEnvironment,
  type Ownership,
  type Rewriting,
} from '#runtime/state/index.ts'
import { type Component, type LinkerState, newLinkerMeta } from '../core/state.ts'
import { type AgeStore, createAgeList } from './age-list.ts'
import { createEvidenceBook, type Place } from './evidence-book.ts'
import { createEvidenceRows } from './evidence-rows.ts'
import { createIdentifierTable } from './identifier-table.ts'
import { createComponentCodec, createIdentifierCodec } from './identifier-codec.ts'
import { type Identifier, isLarge, markLarge, type Near, productionNear } from './identifiers.ts'
import { createMoreLinks, type MoreLinksStore } from './more-links.ts'
import { createOverlay } from './overlay.ts'
import { bytesCodec, metaCodec, numberCodec, placeCodec, plainCodec } from './state-codec.ts'

/** Version of the fold's code: another one could give another state for the same log. */
export const foldVersion = 3

/** What a state belongs to. A state of anything else is refused, not guessed at. */
export interface StateIdentity {
  readonly topic: string
  /** null: the broker gives no ids. */
  readonly topicId: string | null
  readonly generation: number
  readonly foldVersion: number
}

export interface DurableState extends LinkerState {
  /** One transaction with everything since the last commit, the position included. */
  commit(): Promise<void>
  close(): Promise<void>
}

export interface LmdbState extends DurableState {
  /** Writes a compact copy of one commit, the last one or a later one, to `data.mdb` in a directory; commits go on beside it. */
  copyTo(directory: string): Promise<void>
  /** How long bytes of somebody erased have been in its file, in log time. */
  erasedBytesAgeMs(): number
}

export interface LmdbStateOptions {
  readonly directory: string
  readonly identity: StateIdentity
  /** Of the directory, when the caller owns it already; released by `close`. */
  readonly ownership?: Ownership
  /** Decoded nodes, and as many components and links, kept in memory. */
  readonly hotMax: number
  /** What stands in the row of an identifier; left out: as much as in production. */
  readonly near?: Near
  /** Left out: never. */
  readonly rewriting?: Rewriting
}

/**
 * The linker's state in LMDB. After an error the object must be closed and opened again: its decoded objects may be half changed.
 * @throws TributaryError TRB_STATE_IN_USE, TRB_STATE_FOREIGN
 */
export async function openLmdbState(options: LmdbStateOptions): Promise<LmdbState> {
  const { directory, ownership } = options
  const environment = openEnvironment(directory, ownership === undefined ? {} : { ownership })
  try {
    await checkIdentity(environment, options)
    return stateIn(environment, options)
  } catch (error) {
    await environment.close()
    throw error
  }
}

function stateIn(
  environment: Environment,
  { hotMax, near = productionNear, rewriting, identity: { generation } }: LmdbStateOptions,
): LmdbState {
  const metas = environment.store('meta', metaCodec(generation))
  const identifiers = createIdentifierTable(
    environment.store<string, Identifier>('identifiers', createIdentifierCodec()),
    hotMax,
  )
  const components = createOverlay(
    environment.store<string, Component>('components', createComponentCodec()),
    hotMax,
  )
  const rows = createEvidenceRows(environment.store('evidence', bytesCodec))
  const moreStore: MoreLinksStore = environment.store('more', numberCodec)
  const more = createMoreLinks(moreStore)
  const known = createOverlay(
    environment.store<string, Place>('known', placeCodec),
    hotMax / evidenceHotShare,
  )
  const sets = createOverlay(
    environment.store<number, Place>('sets', placeCodec),
    hotMax / evidenceHotShare,
  )
  const ageStore: AgeStore = environment.store('ages', numberCodec)
  const ages = createAgeList(ageStore)
  const parts = [identifiers, components, rows, more, known, sets, ages]
  const book = createEvidenceBook({ identifiers, rows, more, known, sets }, near.referencesMax)
  const meta = metas.get('meta') ?? newLinkerMeta(generation)
  const residue = createResidue(environment, rewriting)
  return {
    meta,
    ...book,
    node: (id) => identifiers.get(id)?.node ?? undefined,
    putNode(id, node) {
      identifiers.change(id).node = node
    },
    component(id) {
      const identifier = identifiers.get(id)
      if (identifier === undefined) return undefined
      return isLarge(identifier) ? components.get(id) : (identifier.component ?? undefined)
    },
    putComponent(id, component) {
      const identifier = identifiers.change(id)
      const large = component.members.length > near.membersMax
      if (large) components.set(id, component)
      else if (isLarge(identifier)) components.delete(id)
      identifier.component = large ? null : component
      markLarge(identifier, large)
    },
    deleteComponent(id) {
      const identifier = identifiers.change(id)
      if (isLarge(identifier)) components.delete(id)
      identifier.component = null
      markLarge(identifier, false)
    },
    leaveResidue: () => residue.leave(),
    addAge: (at, linkId) => ages.add(at, linkId, book.offsetOf(linkId)),
    removeAge: ages.remove,
    agedUntil: (until, max) =>
      ages.until(until, max).map(([linkId, offset]) => {
        book.meet(linkId, offset)
        return linkId
      }),
    async commit() {
      await environment.commit(() => {
        for (const part of parts) part.write()
        metas.put('meta', meta)
        residue.cut(meta.clock)
        residue.write()
      })
      for (const part of parts) part.committed()
      book.committed()
      await residue.committed(meta.clock)
    },
    erasedBytesAgeMs: () => residue.ageMs(meta.clock),
    copyTo: async (target) => environment.copyTo(target),
    close: () => environment.close(),
  }
}

/** Evidence is asked for again only where rules were broken. */
const evidenceHotShare = 8

async function checkIdentity(
  environment: Environment,
  { directory, identity }: LmdbStateOptions,
): Promise<void> {
  const identities = environment.store('identity', plainCodec<StateIdentity>())
  const stored = identities.get('state')
  if (stored === undefined) {
    await environment.commit(() => identities.put('state', identity))
    return
  }
  for (const field of ['topic', 'topicId', 'generation', 'foldVersion'] as const)
    if (stored[field] !== identity[field])
      throw new TributaryError(
        'TRB_STATE_FOREIGN',
        `the state in ${directory} has ${field} ${String(stored[field])}, this process needs ${String(identity[field])}`,
        { context: { directory, field } },
      )
}
