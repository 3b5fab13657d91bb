import type { KafkaFacts } from './facts.ts'
import { type Finding, ok, problem, warning } from './finding.ts'

/** First level of `metadata.version` of each release (KIP-584), newest first. Source: MetadataVersion of Kafka 4.1. */
const releases: readonly (readonly [number, string])[] = [
  [28, '4.2 or later'],
  [26, '4.1'],
  [22, '4.0'],
  [21, '3.9'],
  [20, '3.8'],
  [15, '3.7'],
  [12, '3.6'],
  [9, '3.5'],
  [8, '3.4'],
  [1, '3.3 or earlier'],
]
/** What the tests run against is 4.1; 3.x speaks the same requests, but nobody tries it. */
const testedLevel = 22

export function checkKafka({ cluster }: Pick<KafkaFacts, 'cluster'>): Finding {
  if (!cluster.read) return problem('kafka', cluster.why, cluster.fix)
  const { clusterId, metadataVersion } = cluster.value
  const where = `cluster ${clusterId ?? 'without an id'}`
  const release = releases.find(([level]) => (metadataVersion ?? 0) >= level)?.[1]
  if (metadataVersion === null || release === undefined)
    return ok('kafka', `reachable, ${where}; its brokers do not tell their version`)
  return metadataVersion >= testedLevel
    ? ok('kafka', `reachable, ${where}, Kafka ${release}`)
    : warning(
        'kafka',
        `reachable, ${where}, but it keeps to the features of Kafka ${release}: nothing before 4.0 is tested`,
        'Upgrade the brokers, then: kafka-features.sh upgrade --release-version 4.1.',
      )
}
