import { latestDefinition } from '#runtime/definition/deploy/definition-log.ts'
import { deploy, type DeployPorts } from '#runtime/definition/deploy/deploy.ts'
import { readFirstFile } from '#runtime/definition/deploy/first-file.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import type { DefinitionVersion, EpochMs } from '#runtime/event/ids.ts'

export interface FirstDeployOptions {
  readonly file: string
  readonly at: EpochMs
  readonly nonce: string
}

/**
 * Deploys the shipped pipeline file where nothing was deployed yet, so that a first start needs no command. null: there was something.
 * @throws TributaryError `TRB_CONFIG_INVALID` when the file can't be read, `TRB_DEFINITION_INVALID` when it has errors.
 */
export async function deployOnFirstStart(
  ports: DeployPorts,
  { file, at, nonce }: FirstDeployOptions,
): Promise<DefinitionVersion | null> {
  const { reader, topics, generation } = ports
  if ((await latestDefinition(reader, topics.definitions, generation)) !== null) return null
  const { version, plan } = await deploy(ports, await readFirstFile(file), {
    dryRun: false,
    at,
    by: 'first start',
    nonce,
  })
  if (version !== null) return version
  const [finding] = plan.findings
  throw new TributaryError(
    'TRB_DEFINITION_INVALID',
    `${file}:${finding?.line ?? 0}: ${finding?.message ?? 'invalid'}`,
    { hint: `See: tributary lint ${file}` },
  )
}
