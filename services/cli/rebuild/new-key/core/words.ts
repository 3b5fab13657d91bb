import type { EpochMs, FragmentId } from '#runtime/event/ids.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { CommandRecord, ExpireRecord } from '#runtime/log/links.ts'
import type { FedLink } from '../../generations.ts'

/** What the linker was told beside evidence: by an operator, or by time. */
export type Saying = CommandRecord | ExpireRecord

/** What was said, and when: after everything that was received by then. */
export interface Word {
  /** In the old `identity.links`. */
  readonly offset: number
  readonly key: string
  readonly after: EpochMs
  readonly said: Saying
}

/** New names of old pseudonyms. */
export type Names = ReadonlyMap<FragmentId, FragmentId>

/** Finds such words among the records of the old log, in its order. A command's own clock says nothing of the log. */
export function createWordFinder(): (link: FedLink) => Word | null {
  let newest = epochMs(0)
  return ({ offset, key, record }) => {
    if (record.kind === 'link' && record.receivedAt > newest) newest = record.receivedAt
    return record.kind === 'command' || record.kind === 'expire'
      ? { offset, key, after: newest, said: record }
      : null
  }
}

/** Two are needed to be joined; whoever is alone can be parted, erased or thought about. */
const namesNeeded = (said: Saying): number =>
  said.kind === 'command' && said.action === 'merge' ? 2 : 1

/** It ends a life. Of that nothing is lost: what no raw record names can't come back. */
export const isEnding = (said: Saying): boolean => said.kind === 'expire' || said.action === 'erase'

/** A word under the new names: with those of its identifiers that were met; null: too few were, and nothing is left to say. */
export function translate(said: Saying, names: Names): Saying | null {
  const fragments = metOf(said, names)
  return fragments.length < namesNeeded(said) ? null : { ...said, fragments }
}

const metOf = ({ fragments }: Saying, names: Names): readonly FragmentId[] => [
  ...new Set(
    fragments.flatMap((was) => {
      const is = names.get(was)
      return is === undefined ? [] : [is]
    }),
  ),
]

export interface LostWord {
  readonly command_id: string
  readonly action: CommandRecord['action']
  readonly at: EpochMs
  readonly by: string
  /** Identifiers that it names, and how many of them no raw record names any more. */
  readonly named: number
  readonly unknown: number
  /** What is known of it is carried over. */
  readonly partly: boolean
}

/** What operators said and can't be carried over as it was. */
export const lostWords = (words: readonly Word[], names: Names): readonly LostWord[] =>
  words.flatMap(({ said }) => {
    const named = new Set(said.fragments).size
    const unknown = named - metOf(said, names).length
    if (unknown === 0 || said.kind !== 'command' || isEnding(said)) return []
    const { action, at, by, commandId } = said
    return [
      {
        command_id: commandId,
        action,
        at,
        by,
        named,
        unknown,
        partly: translate(said, names) !== null,
      },
    ]
  })
