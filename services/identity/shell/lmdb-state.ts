import { TributaryError } from '#runtime/errors/index.ts'
import { type Environment, openEnvironment, type Ownership } from '#runtime/state/index.ts'
import {
  type Component,
  type Evidence,
  type LinkerNode,
  type LinkerState,
  newLinkerMeta,
} from '../core/state.ts'
import { type AgeStore, createAgeList } from './age-list.ts'
import { createLinkIndex, type IndexStore } from './link-index.ts'
import { createOverlay } from './overlay.ts'
import {
  componentCodec,
  emptyCodec,
  evidenceCodec,
  metaCodec,
  nodeCodec,
  plainCodec,
} from './state-codec.ts'

/** Version of the fold's code: another one could give another state for the same log. */
export const foldVersion = 2

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
}

export interface LmdbStateOptions {
  readonly directory: string
  readonly identity: StateIdentity
  /** Of the directory, when the caller owns it already; released by `close`. */
  readonly ownership?: Ownership
  /** Decoded nodes, and as many components and links, kept in memory. */
  readonly hotMax: number
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
  { hotMax, identity: { generation } }: LmdbStateOptions,
): LmdbState {
  const metas = environment.store('meta', metaCodec(generation))
  const nodes = createOverlay(environment.store<string, LinkerNode>('nodes', nodeCodec), hotMax)
  const components = createOverlay(
    environment.store<string, Component>('components', componentCodec),
    hotMax,
  )
  const evidence = createOverlay(
    environment.store<string, Evidence>('evidence', evidenceCodec),
    hotMax,
  )
  const sets = createOverlay(
    environment.store('sets', plainCodec<{ readonly linkId: string }>()),
    hotMax,
  )
  const indexStore: IndexStore = environment.store('links', emptyCodec)
  const index = createLinkIndex(indexStore)
  const ageStore: AgeStore = environment.store('ages', emptyCodec)
  const ages = createAgeList(ageStore)
  const parts = [nodes, components, evidence, sets, index, ages]
  const meta = metas.get('meta') ?? newLinkerMeta(generation)
  return {
    meta,
    node: nodes.get,
    putNode: nodes.set,
    component: components.get,
    putComponent: components.set,
    deleteComponent: components.delete,
    evidence: evidence.get,
    putEvidence: evidence.set,
    deleteEvidence: evidence.delete,
    linkOfSet: (set) => sets.get(set)?.linkId,
    putSet: (set, linkId) => sets.set(set, { linkId }),
    deleteSet: sets.delete,
    linksOf: index.of,
    addLink: index.add,
    removeLink: index.remove,
    addAge: ages.add,
    removeAge: ages.remove,
    agedUntil: ages.until,
    async commit() {
      await environment.commit(() => {
        for (const part of parts) part.write()
        metas.put('meta', meta)
      })
      for (const part of parts) part.committed()
    },
    copyTo: async (target) => environment.copyTo(target),
    close: () => environment.close(),
  }
}

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
