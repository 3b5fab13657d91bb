import {
  type TopicName,
  type TopicRole,
  topicName,
  topicSettings,
  topicSpec,
} from '#schemas/topics.ts'
import { isTributaryError, TributaryError } from '../errors/index.ts'
import type { Admin } from '../kafka/ports.ts'
import type { Logger } from '../telemetry/index.ts'

export interface TopicDifference {
  readonly topic: string
  /** `partitions`, or a setting of Kafka. */
  readonly setting: string
  readonly want: string
  /** Empty: the brokers do not tell. */
  readonly have: string
}

interface Installation {
  readonly prefix: string
  readonly generation: number
}

/** Settings of topics that are there which are not as declared; one request for all. */
export async function differingSettings(
  admin: Pick<Admin, 'topicConfigs'>,
  names: readonly TopicName[],
  { prefix, generation }: Installation,
): Promise<readonly TopicDifference[]> {
  const wanted = names.map((name) => ({
    topic: topicName(prefix, name, generation),
    settings: Object.entries(topicSettings(topicSpec(name))),
  }))
  const asked = new Set(wanted.flatMap(({ settings }) => settings.map(([setting]) => setting)))
  const found = await admin.topicConfigs(
    wanted.map(({ topic }) => topic),
    [...asked],
  )
  return wanted.flatMap(({ topic, settings }) =>
    settings.flatMap(([setting, want]) => {
      const have = found.get(topic)?.get(setting) ?? ''
      return have === want ? [] : [{ topic, setting, want, have }]
    }),
  )
}

/** Records that are kept too long are only a cost. */
export const isKeptLonger = ({ setting, want, have }: TopicDifference): boolean =>
  setting === 'retention.ms' && want !== '-1' && (have === '-1' || Number(have) > Number(want))

export const sayDifference = ({ topic, setting, want, have }: TopicDifference): string =>
  `${topic}: ${setting} is ${have === '' ? 'not set' : have}, declared is ${want}`

/**
 * What a difference would lose or falsify for good; null: nothing that is read here again. What is published is the company's to keep as it
 * likes.
 * @param policy The cleanup.policy that the topic has.
 */
function harmOf(one: TopicDifference, role: TopicRole, policy: string): string | null {
  const { setting, want, have } = one
  if (have === '' || role === 'public' || isKeptLonger(one)) return null
  switch (setting) {
    case 'cleanup.policy':
      if (want === 'delete') return 'a record would go with the next one of its key'
      return have.includes('compact') ? null : 'what is removed would stay'
    case 'retention.ms':
      return policy.includes('delete') ? 'records would go before their time' : null
    case 'message.timestamp.type':
      return 'times would be those of whoever writes'
    default:
      return null
  }
}

/**
 * Looks at the settings that correctness rests on before anything is written; what differs without harm is only said.
 * @throws TributaryError TRB_TOPIC_MISMATCH.
 */
export async function checkTopicSettings(
  admin: Pick<Admin, 'topicConfigs'>,
  used: readonly TopicName[],
  installation: Installation,
  log: Logger,
): Promise<void> {
  const differences = await readDifferences(admin, used, installation, log)
  if (differences.length === 0) return
  const { prefix, generation } = installation
  const harms = used.flatMap((name) => {
    const { cleanup, role } = topicSpec(name)
    const own = differences.filter(({ topic }) => topic === topicName(prefix, name, generation))
    const policy = own.find(({ setting }) => setting === 'cleanup.policy')?.have ?? cleanup
    return own.flatMap((one) => {
      const harm = harmOf(one, role, policy)
      return harm === null ? [] : [`${sayDifference(one)} (${harm})`]
    })
  })
  if (harms.length > 0) {
    throw new TributaryError('TRB_TOPIC_MISMATCH', harms.join('; '), {
      hint: 'Put it right, then start again: tributary topics apply (topics plan shows first what it would change).',
    })
  }
  const said = differences.map(sayDifference).join('; ')
  log.warn({}, `topics are not as declared: ${said}. Put it right with: tributary topics apply`)
}

/** Whoever may read and write topics may not always see their settings: none then. */
async function readDifferences(
  admin: Pick<Admin, 'topicConfigs'>,
  used: readonly TopicName[],
  installation: Installation,
  log: Logger,
): Promise<readonly TopicDifference[]> {
  try {
    return await differingSettings(admin, used, installation)
  } catch (error) {
    if (!isTributaryError(error, 'TRB_KAFKA_REFUSED')) throw error
    log.warn(
      {},
      `settings of topics are not checked: ${error.message}. Allow this user DescribeConfigs on them, or look as another one: tributary topics plan`,
    )
    return []
  }
}
