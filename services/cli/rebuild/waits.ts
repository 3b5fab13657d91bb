import { type Offset, offset } from '#runtime/event/ids.ts'
import type { GroupPlace, LogEnds } from './generations.ts'
import type { Run } from './run.ts'

/** Looks again and again, with a pause in between, until `look` says so. */
export async function until(
  { ports }: Run,
  waitsFor: string,
  look: () => Promise<boolean>,
): Promise<void> {
  while (!(await look())) await ports.pause(waitsFor)
}

/** Until nobody is in any of the groups of `who`, at several looks: a process that restarts is away for a moment, too. */
export async function untilGone(
  run: Run,
  who: string,
  places: readonly (() => Promise<GroupPlace>)[],
): Promise<void> {
  let looks = 0
  await until(run, `${who} to leave their groups`, async () => {
    let members = 0
    for (const place of places) members += (await place()).members
    looks = members === 0 ? looks + 1 : 0
    return looks >= run.options.goneLooks
  })
}

/** Partitions whose group has not committed all. */
const behind = ({ high }: LogEnds, { committed }: GroupPlace): number[] =>
  high.flatMap((end, partition) => ((committed[partition] ?? 0) < end ? [partition] : []))

/** A log of a generation and the group that reads it, as looks at both find them. */
interface Watched {
  readonly ends: () => Promise<LogEnds>
  readonly place: () => Promise<GroupPlace>
  /** Called for partitions whose position stood still. */
  readonly nudge: (partitions: readonly number[]) => Promise<void>
}

/** Looks whether a group has committed all; now and then nudges what does not move. */
function createLook({ options }: Run, { ends, place, nudge }: Watched) {
  let still = 0
  // Doubled each time: a slow owner must not get Ticks faster than it reads them.
  let patience = options.nudgeAfter
  let last = ''
  let away = 0
  return async (): Promise<{
    readonly ends: LogEnds
    readonly place: GroupPlace
    readonly all: boolean
    /** Nobody is in the group, and has not been for a while. */
    readonly absent: boolean
  }> => {
    const now = await ends()
    const group = await place()
    away = group.members === 0 ? away + 1 : 0
    const late = behind(now, group)
    const seen = JSON.stringify([now.high, group.committed])
    still = seen === last && late.length > 0 ? still + 1 : 0
    last = seen
    if (still >= patience) {
      still = 0
      patience *= 2
      await nudge(late)
    }
    const absent = away > options.nudgeAfter
    return { ends: now, place: group, all: late.length === 0, absent }
  }
}

/** A log of one partition. */
const asLog = (end: Offset): LogEnds => ({ low: [offset(0)], high: [end] })

/** The two logs of a generation and their groups. */
export interface TwoLogs {
  ends(): Promise<LogEnds>
  linksEnd(): Promise<Offset>
  profiles(): Promise<GroupPlace>
  identity(): Promise<GroupPlace>
  nudge(partitions: readonly number[]): Promise<void>
  nudgeLinks(): Promise<void>
}

export interface Looks {
  readonly profiles: ReturnType<typeof createLook>
  readonly identity: ReturnType<typeof createLook>
}

export const createLooks = (run: Run, logs: TwoLogs): Looks => ({
  profiles: createLook(run, {
    ends: async () => logs.ends(),
    place: async () => logs.profiles(),
    nudge: async (partitions) => logs.nudge(partitions),
  }),
  identity: createLook(run, {
    ends: async () => asLog(await logs.linksEnd()),
    place: async () => logs.identity(),
    nudge: async () => logs.nudgeLinks(),
  }),
})

/**
 * Whether everything that was sent is applied, and nobody sends: whoever reads commits after its effects are in the logs, so when all is
 * committed and the ends are those from before, nothing is left. An absent group is not waited for when `absentToo`.
 */
export async function isQuiet({ profiles, identity }: Looks, absentToo: boolean): Promise<boolean> {
  const [one, links] = [await profiles(), await identity()]
  const isDone = (seen: typeof one): boolean => seen.all || (absentToo && seen.absent)
  if (!isDone(one) || !isDone(links)) return false
  const [again, linksAgain] = [await profiles(), await identity()]
  return (
    isDone(again) &&
    isDone(linksAgain) &&
    isSame(one.ends, again.ends) &&
    isSame(links.ends, linksAgain.ends)
  )
}

const isSame = (a: LogEnds, b: LogEnds): boolean => a.high.join() === b.high.join()
