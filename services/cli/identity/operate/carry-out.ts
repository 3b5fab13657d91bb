import type { FragmentId } from '#runtime/event/ids.ts'
import type { CommandRecord } from '#runtime/log/links.ts'
import type { Refolded } from '../refold/refold.ts'
import { stragglers } from './sides.ts'
import type { OperatorsWord, Trial } from './trial.ts'

export interface CarryOutPorts {
  readonly send: (commands: readonly CommandRecord[]) => Promise<void>
  /** Until the tables show what the commands made of these; what is known then. null: nobody waits. */
  readonly wait:
    | ((commands: readonly CommandRecord[], concerned: readonly FragmentId[]) => Promise<Refolded>)
    | null
}

export interface CarriedOut {
  /** All that were sent, in the order of the log. */
  readonly commands: readonly CommandRecord[]
  /** null: nobody waited. */
  readonly after: Refolded | null
  readonly concerned: readonly FragmentId[]
}

/** Rounds at most: each closes a window of a second, and people do not come that fast. */
const roundsMax = 3

/**
 * Sends commands. Whoever waits for the end of an undone merge takes care of late comers, too: who joined a leaving side while its split was
 * on its way stayed behind, and goes after it.
 */
export async function carryOut(
  word: OperatorsWord,
  trial: Trial,
  fetchesLateComers: boolean,
  { send, wait }: CarryOutPorts,
): Promise<CarriedOut> {
  const sent = [...trial.commands]
  const concerned = new Set(trial.concerned)
  await send(sent)
  if (wait === null) return { commands: sent, after: null, concerned: [...concerned] }
  const leaving = new Set(sent.flatMap(({ fragments }) => fragments))
  const kept = trial.concerned.filter((id) => !leaving.has(id))
  let sides = sent.map(({ fragments }) => fragments)
  let after = await wait(sent, [...concerned])
  const rounds = fetchesLateComers ? roundsMax : 1
  for (let round = 1; round < rounds; round += 1) {
    const late = lateComers(after, kept, sides)
    if (late.every((ids) => ids.length === 0)) break
    const former = sides.flat()
    sides = sides.map((side, place) => [...side, ...(late[place] ?? [])])
    // The late comers hold the rest's side of the split: it is lifted and given again, next to each other in the log.
    const again = numbered(word, sent.length, [
      { action: 'unsplit', fragments: former },
      ...sides.map((fragments) => ({ action: 'split' as const, fragments })),
    ])
    await send(again)
    sent.push(...again)
    for (const id of late.flat()) concerned.add(id)
    after = await wait(again, [...concerned])
  }
  return { commands: sent, after, concerned: [...concerned] }
}

const lateComers = (
  now: Refolded,
  kept: readonly FragmentId[],
  sides: readonly (readonly FragmentId[])[],
): readonly (readonly FragmentId[])[] => sides.map((side) => stragglers(now, kept, side))

const numbered = (
  { commandId, at, by, reason }: OperatorsWord,
  from: number,
  parts: readonly Pick<CommandRecord, 'action' | 'fragments'>[],
): readonly CommandRecord[] =>
  parts.map((part, place) => ({
    kind: 'command',
    commandId: `${commandId}.${from + place + 1}`,
    at,
    by,
    reason,
    ...part,
  }))
