import { isKeptLonger, sayDifference, type TopicDifference } from '#runtime/boot/topic-settings.ts'
import type { SourceTopicsFact, TopicFacts } from './facts.ts'
import { type Fact, type Finding, notLooked, ok, problem, warning } from './finding.ts'

const apply = 'tributary topics apply (topics plan shows first what it would change)'

export function checkTopics(fact: Fact<TopicFacts>): readonly Finding[] {
  if (!fact.read) return [notLooked('topics', fact)]
  const { plan, cutBySize } = fact.value
  const findings = [
    ...(plan.create.length === 0
      ? []
      : [
          problem(
            'topics',
            `missing: ${plan.create.map(({ topic }) => topic).join(', ')}`,
            'tributary topics apply',
          ),
        ]),
    ...plan.conflicts.map((one) =>
      problem(
        'topics',
        `${one.topic}: ${one.setting} is ${one.have}, configured is ${one.want}`,
        `That cannot be changed in place: set TRIBUTARY_PARTITIONS=${one.have}, as this topic has been since it was made.`,
      ),
    ),
    ...plan.change.map(checkSetting),
    ...cutBySize.map((topic) =>
      warning(
        'topics',
        `${topic} is cut by size too (retention.bytes): unread records may go long before their time`,
        `kafka-configs.sh --alter --topic ${topic} --add-config retention.bytes=-1`,
      ),
    ),
  ]
  return findings.length === 0 ? [ok('topics', 'all topics are as declared')] : findings
}

/** Every difference but a longer retention loses something or falsifies times. */
const checkSetting = (difference: TopicDifference): Finding =>
  (isKeptLonger(difference) ? warning : problem)('topics', sayDifference(difference), apply)

export function checkSourceTopics(fact: Fact<readonly SourceTopicsFact[]>): readonly Finding[] {
  if (!fact.read) return [notLooked('source_topics', fact)]
  const findings = fact.value.flatMap(({ channel, found, missing }) => [
    ...(missing.length === 0
      ? []
      : [
          warning(
            'source_topics',
            `${channel}: the pipeline file names ${missing.join(', ')}, and there is no such topic`,
            'Correct the name in the pipeline file, or have the topic created; it is read once it is there.',
          ),
        ]),
    ...found
      .filter(({ timestamps }) => timestamps !== null && timestamps !== 'LogAppendTime')
      .map(({ topic, timestamps }) =>
        warning(
          'source_topics',
          `${topic}: message.timestamp.type is ${timestamps}, so received_at is the clock of whoever sent the record`,
          `kafka-configs.sh --alter --topic ${topic} --add-config message.timestamp.type=LogAppendTime`,
        ),
      ),
  ])
  if (findings.length > 0) return findings
  const count = fact.value.reduce((sum, { found }) => sum + found.length, 0)
  return [ok('source_topics', `all ${count} source topics are there, with the broker’s time`)]
}
