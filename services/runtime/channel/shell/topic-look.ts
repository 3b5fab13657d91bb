import type { Admin, TopicDescription } from '../../kafka/ports.ts'
import type { Logger } from '../../telemetry/index.ts'
import { matchTopics } from './channel-topology.ts'

export interface TopicLookDeps {
  readonly admin: Pick<Admin, 'listTopics' | 'describeTopics'>
  /** What the pipeline file names for the channel now. */
  readonly named: () => readonly (string | RegExp)[]
  /** Topics of the channel itself. */
  readonly own: readonly string[]
  readonly prefix: string
  readonly log: Logger
}

/** Names that a line of the log has room for. */
const namesTold = 20

/** Looks for the topics to read; which ones of the pipeline file are not there is said whenever that changes. */
export function createTopicLook({
  admin,
  named,
  own,
  prefix,
  log,
}: TopicLookDeps): () => Promise<readonly TopicDescription[]> {
  let told = ''
  return async () => {
    const { found, missing } = matchTopics(await admin.listTopics(), named(), prefix)
    const described = await admin.describeTopics([...found, ...own])
    if (missing.join() !== told) {
      told = missing.join()
      log.info(
        { count: missing.length, missing: missing.slice(0, namesTold) },
        missing.length === 0
          ? 'every topic that the pipeline file names is there'
          : 'the pipeline file names topics that are not there: they are read as soon as they are',
      )
    }
    return [...described.values()].toSorted((a, b) => (a.topic < b.topic ? -1 : 1))
  }
}
