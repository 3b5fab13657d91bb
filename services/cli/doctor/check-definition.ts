import { decodeCommitMetadata } from '#runtime/channel/core/commit-metadata.ts'
import { type Channel, channels } from '#runtime/event/vocabulary.ts'
import { moment } from '../shell/words.ts'
import type { DefinitionFacts, Facts, PipelineFileFact, StageTopic } from './facts.ts'
import { type Fact, type Finding, notLooked, ok, problem } from './finding.ts'

const shownPartitionsMax = 10

export function checkDefinition({
  definition,
  stages,
}: Pick<Facts['kafka'], 'definition' | 'stages'>): readonly Finding[] {
  if (!definition.read) return [notLooked('definition', definition)]
  const { stored, fault, undefinedPartitions } = definition.value
  if (stored === null)
    return [
      problem(
        'definition',
        'no pipeline file was ever deployed: nothing is read',
        'tributary deploy infra/pipeline.yaml',
      ),
    ]
  const { version, deployedAt, deployedBy } = stored
  const findings = [
    ...(fault === null
      ? []
      : [
          problem(
            'definition',
            `this build cannot read version ${version}: ${fault}`,
            'Run the build that deployed it, or deploy a file that tributary lint accepts.',
          ),
        ]),
    ...(undefinedPartitions.length === 0
      ? []
      : [
          problem(
            'definition',
            `no definition has reached partition ${undefinedPartitions.slice(0, shownPartitionsMax).join(', ')} of profile.log: nothing starts`,
            'tributary deploy FILE with the same file: it tells every partition again.',
          ),
        ]),
    ...channels.flatMap((channel) => checkChannel(channel, version, stages)),
  ]
  if (findings.some(({ severity }) => severity !== 'ok')) return findings
  return [
    ok(
      'definition',
      `version ${version}, deployed ${moment(deployedAt)} by ${deployedBy}, has reached every partition of profile.log`,
    ),
    ...findings,
  ]
}

/** A channel says with each commit which version reads on from there; a partition without new records goes on saying the old one. */
function checkChannel(
  channel: Channel,
  newest: number,
  stages: readonly StageTopic[],
): readonly Finding[] {
  const versions = stages
    .filter(({ stage }) => stage === channel)
    .flatMap(({ facts }) => (facts.read ? facts.value.partitions : []))
    .flatMap(({ committed }) => decodeCommitMetadata(committed?.metadata ?? null)?.definition ?? [])
  const highest = Math.max(...versions)
  if (versions.length === 0) return []
  if (highest > newest)
    return [
      problem(
        'definition',
        `${channel} has read records by version ${highest}, but the newest in the log is ${newest}: pipeline.definitions was made anew`,
        'Bring the topic back from its copy: versions are its offsets, and a redelivered record must meet the same one.',
      ),
    ]
  const behind = versions.filter((version) => version < newest).length
  return [
    behind === 0
      ? ok('definition', `${channel} reads by version ${newest}`)
      : ok(
          'definition',
          `${channel} reads by version ${highest}; ${behind} of ${versions.length} partitions have committed nothing since an older one`,
        ),
  ]
}

export function checkPipelineFile(
  file: PipelineFileFact | null,
  definition: Fact<DefinitionFacts>,
): readonly Finding[] {
  if (file === null) return []
  if (file.errors > 0)
    return [
      problem(
        'pipeline_file',
        `${file.file} has ${file.errors} mistake(s)`,
        `tributary lint ${file.file}`,
      ),
    ]
  if (!definition.read) return [notLooked('pipeline_file', definition)]
  const { stored } = definition.value
  if (stored?.hash === file.hash)
    return [ok('pipeline_file', `${file.file} is what is deployed, version ${stored.version}`)]
  return [
    notInForce(
      stored === null
        ? `${file.file} is not deployed`
        : `${file.file} is another file than the deployed version ${stored.version}`,
      `tributary deploy ${file.file} --dry-run says what would change; without --dry-run it is deployed.`,
    ),
  ]
}

/** Whoever names a file asks whether it is the one in force: if not, that is the answer, exit 1. */
const notInForce = (message: string, fix: string): Finding => problem('pipeline_file', message, fix)
