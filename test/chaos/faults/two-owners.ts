import { setTimeout as pause } from 'node:timers/promises'
import { groupName, topicName } from '#schemas/topics.ts'
import type { Fault, Scene } from '../scene.ts'

const standby = 'profiles-b'
const surgeMs = 200
const takeoverMs = 60_000
const lookMs = 200

/**
 * A second process joins; the first is frozen with work in its hands until the second has flushed beyond it in every partition, and then
 * wakes: it finishes its flush of partitions that have another owner by now.
 */
export const twoOwners: Fault = {
  kind: 'two_owners',
  missing: () => null,
  async strike(scene, { holdMs }) {
    const { crew, workload, eventsPerSecond } = scene
    const first = crew.of('profiles')
    try {
      await crew.add('profiles', standby)
      workload.surge(eventsPerSecond)
      await pause(surgeMs)
      first.kill('SIGSTOP')
      const taken = await takenOver(scene)
      first.kill('SIGCONT')
      await pause(holdMs)
      return {
        effect: taken && first.isAlive(),
        note: taken
          ? 'the first woke after the second had gone on in all partitions'
          : 'the second did not get far enough',
      }
    } finally {
      first.kill('SIGCONT')
      await crew.retire(standby)
    }
  },
}

/** Whether the frozen one's partitions have moved on under the other: its own commits can't. */
async function takenOver({ installation: { admin, prefix } }: Scene): Promise<boolean> {
  const group = groupName(prefix, 'profiles')
  const topic = topicName(prefix, 'profile.log')
  /** null: the coordinator was not found just then, a broker's restart ago. */
  const look = async (): Promise<ReadonlyMap<number, number> | null> => {
    try {
      const committed = await admin.committed(group, topic)
      return new Map([...committed].map(([partition, at]) => [partition, at.offset]))
    } catch {
      return null
    }
  }
  const deadline = performance.now() + takeoverMs
  let before = await look()
  while (performance.now() < deadline) {
    await pause(lookMs)
    const now = await look()
    before ??= now
    if (before === null || now === null) continue
    if ([...before].every(([partition, at]) => (now.get(partition) ?? 0) > at)) return true
  }
  return false
}
