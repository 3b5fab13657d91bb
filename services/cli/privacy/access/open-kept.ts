import type { FragmentId } from '#runtime/event/ids.ts'
import { isTributaryError } from '#runtime/errors/index.ts'
import type { PartitionReader } from '#runtime/kafka/ports.ts'
import {
  aboutKey,
  createDataKey,
  type DataKey,
  type DataKeyId,
  type MasterKeys,
  propertyPlace,
  sealedMark,
  sealedParts,
  traitPlace,
} from '#runtime/keys/data-keys/index.ts'
import { readDataKeys } from '../../keys/read-data-keys.ts'
import type { HeldEvent, HeldTrait } from './access-view.ts'

/** Opens what is kept of one person. What does not open (its key was destroyed) stays `(sealed)`. */
export interface KeptValues {
  readonly trait: (trait: HeldTrait) => HeldTrait
  readonly event: (event: HeldEvent) => HeldEvent
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads the data keys of a person's fragments, and no others. */
export async function openKeptValues(
  reader: PartitionReader,
  topic: string,
  masters: MasterKeys,
  fragments: readonly FragmentId[],
): Promise<KeptValues> {
  const { keys } = await readDataKeys(reader, topic, new Set(fragments))
  const opened = new Map<DataKeyId, DataKey | null>()

  const keyOf = (id: DataKeyId): DataKey | null => {
    const known = opened.get(id)
    if (known !== undefined) return known
    const found = keys.get(id)
    const secret =
      found === undefined
        ? null
        : masters.unwrap(found.wrapped, aboutKey(found.fragment, id), found.master)
    const key =
      found === undefined || secret === null ? null : createDataKey(id, found.fragment, secret)
    opened.set(id, key)
    return key
  }

  const open = (value: unknown, place: string): unknown => {
    const parts = sealedParts(value)
    if (parts === null) return value
    try {
      return keyOf(parts.keyId)?.open(String(value), place) ?? sealedMark
    } catch (error) {
      if (isTributaryError(error, 'TRB_SEAL_BROKEN')) return sealedMark
      throw error
    }
  }

  const openBelow = (value: unknown, path: readonly string[]): unknown => {
    if (Array.isArray(value)) return value.map((entry: unknown) => openBelow(entry, path))
    if (!isObject(value)) return open(value, propertyPlace(path.join('.')))
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [name, openBelow(part, [...path, name])]),
    )
  }

  const openTraits = (traits: unknown): unknown =>
    isObject(traits)
      ? Object.fromEntries(
          Object.entries(traits).map(([name, value]) => [name, open(value, traitPlace(name))]),
        )
      : traits

  return {
    trait: (trait) => ({ ...trait, value: open(trait.value, traitPlace(trait.name)) }),
    event: (event) => ({
      ...event,
      traits: openTraits(event.traits),
      properties: openBelow(event.properties, []),
    }),
  }
}
