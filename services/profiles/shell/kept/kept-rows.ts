import { LRUCache } from 'lru-cache'
import type { ProfileRow } from '#schemas/clickhouse/rows.ts'
import { traitColumn } from '#schemas/clickhouse/columns.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { definitionVersion, type DefinitionVersion } from '#runtime/event/ids.ts'
import { isTributaryError, TributaryError } from '#runtime/errors/index.ts'
import {
  aboutKey,
  createDataKey,
  type DataKey,
  type DataKeyId,
  type MasterKeys,
  sealedParts,
  traitPlace,
} from '#runtime/keys/data-keys/index.ts'
import type { KeyStore, StoredKey } from './key-store.ts'

/** The rows of profiles as each of their two tables takes them. */
export interface ProfileRows {
  readonly profiles: readonly ProfileRow[]
  readonly history: readonly ProfileRow[]
}

/** Opens what the pipeline file keeps `clear`, for the table `profiles` and for nothing else. */
export interface KeptRows {
  open(rows: readonly ProfileRow[]): Promise<ProfileRows>
}

/** Why a kept value is not shown. */
export type ValueLost = 'destroyed' | 'broken'

export interface KeptRowsDeps {
  readonly store: Pick<KeyStore, 'find'>
  readonly masters: MasterKeys
  readonly definition: (version: DefinitionVersion) => CompiledDefinition
  /** Told of each value that can't be shown. */
  readonly lost?: (why: ValueLost) => void
}

/** Unwrapped keys at hand: some 300 bytes each. */
export const openKeysMax = 20_000

interface Column {
  readonly name: string
  readonly place: string
  readonly keep: 'clear' | 'sealed' | null
}

/** A value of a row that is to be opened. */
interface Sealed {
  readonly row: ProfileRow
  readonly column: Column
  readonly text: string
  readonly keyId: DataKeyId
}

interface OpenKey {
  readonly key: DataKey
  readonly fragment: string
}

/**
 * The fold never opens anything: a sealed value is a text to it. `profiles` gets the value of a `clear` trait, the history what the fold made.
 * A kept trait whose value is not sealed (from before it was kept) is not in the history, and not in `profiles` either unless it is `clear`;
 * a sealed value of a trait that is not kept any more is nowhere. An empty value says that its key was destroyed.
 */
export function createKeptRows({ store, masters, definition, lost }: KeptRowsDeps): KeptRows {
  const layouts = new WeakMap<CompiledDefinition, readonly Column[]>()
  const opened = new LRUCache<DataKeyId, OpenKey>({ max: openKeysMax })

  const columnsOf = (row: ProfileRow): readonly Column[] => {
    const compiled = definition(definitionVersion(row.definition))
    let columns = layouts.get(compiled)
    if (columns === undefined) {
      columns = compiled.traits
        .filter(({ type }) => type === 'string')
        .map(({ keep, name }) => ({ name: traitColumn(name), place: traitPlace(name), keep }))
      layouts.set(compiled, columns)
    }
    return columns
  }

  const unwrap = ({ fragment, id, master, wrapped }: StoredKey): OpenKey => {
    const secret = masters.unwrap(wrapped, aboutKey(fragment, id), master)
    if (secret === null) throw unknownMaster(master)
    const open = { key: createDataKey(id, fragment, secret), fragment }
    opened.set(id, open)
    return open
  }

  const keysFor = async (ids: ReadonlySet<DataKeyId>): Promise<ReadonlyMap<DataKeyId, OpenKey>> => {
    const keys = new Map<DataKeyId, OpenKey>()
    const wanted: DataKeyId[] = []
    for (const id of ids) {
      const known = opened.get(id)
      if (known === undefined) wanted.push(id)
      else keys.set(id, known)
    }
    if (wanted.length > 0)
      for (const [id, stored] of await store.find(wanted)) keys.set(id, unwrap(stored))
    return keys
  }

  const valueOf = ({ column, row, text }: Sealed, open: OpenKey | undefined): unknown => {
    if (open === undefined) {
      lost?.('destroyed')
      return null
    }
    try {
      // A value shows in the profile of its own person alone.
      if (row.members.includes(open.fragment)) return open.key.open(text, column.place)
    } catch (error) {
      if (!isTributaryError(error, 'TRB_SEAL_BROKEN')) throw error
    }
    lost?.('broken')
    return null
  }

  return {
    async open(rows) {
      const sealed: Sealed[] = []
      let history: ProfileRow[] | null = null
      let profiles: ProfileRow[] | null = null
      for (const [index, row] of rows.entries()) {
        if (row.deleted === 1) continue
        let shown: ProfileRow | null = null
        let kept: ProfileRow | null = null
        for (const column of columnsOf(row)) {
          const text = row[column.name]
          if (typeof text !== 'string') continue
          const parts = sealedParts(text)
          if (parts === null && column.keep === null) continue
          // What is sealed and kept sealed stands as it is.
          if (parts !== null && column.keep === 'sealed') continue
          shown ??= { ...row }
          if (parts !== null && column.keep === 'clear') {
            sealed.push({ row: shown, column, text, keyId: parts.keyId })
            continue
          }
          if (column.keep !== 'clear') shown[column.name] = null
          kept ??= { ...row }
          kept[column.name] = null
        }
        if (shown !== null) {
          profiles ??= [...rows]
          profiles[index] = shown
        }
        if (kept !== null) {
          history ??= [...rows]
          history[index] = kept
        }
      }
      if (sealed.length > 0) {
        const keys = await keysFor(new Set(sealed.map(({ keyId }) => keyId)))
        for (const one of sealed) one.row[one.column.name] = valueOf(one, keys.get(one.keyId))
      }
      return { profiles: profiles ?? rows, history: history ?? rows }
    },
  }
}

const unknownMaster = (master: string): TributaryError =>
  new TributaryError(
    'TRB_KEY_INVALID',
    `a data key is wrapped by the master key ${master}, which is not among those given here`,
    {
      hint: 'Give it again (TRIBUTARY_MASTER_KEYS…, behind the first), and run tributary keys rotate before it is taken away (docs/kept-values.md).',
    },
  )
