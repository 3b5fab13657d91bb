import type { Deployment } from '#runtime/definition/deploy/deploy.ts'
import type { Changes, ForbiddenChange } from '#runtime/definition/deploy/plan.ts'

interface Asked {
  readonly file: string
  readonly dryRun: boolean
}

export function deploymentJson({ plan, version }: Deployment, { dryRun, file }: Asked): object {
  return {
    file,
    dry_run: dryRun,
    version,
    unchanged: plan.unchanged,
    hash: plan.hash,
    findings: plan.findings,
    forbidden: plan.forbidden,
    features: plan.features,
    traits: plan.traits,
    segments: plan.segments,
    columns: plan.columns.map(({ name, type }) => ({ name, type })),
  }
}

/** A file that is in force already changes nothing that consumers could be told of. */
const untold =
  'Nobody is told by --notify: nothing changed. Consumers that missed who left and entered by its deployment load segment_memberships.'

export function printDeployment(
  { plan, version }: Deployment,
  { dryRun, file, notify }: Asked & { readonly notify: boolean },
): string {
  const lines = [
    ...changesOf('features', plan.features),
    ...changesOf('traits', plan.traits),
    ...changesOf('segments', plan.segments),
    ...plan.columns.map(({ name, type }) => `+ column    ${name} ${type}`),
    ...forbiddenLines(plan.forbidden),
  ]
  const last = plan.unchanged && notify ? [untold] : []
  return `${[...lines, verdict(plan.unchanged, version, file, dryRun), ...last].join('\n')}\n`
}

export const forbiddenLines = (forbidden: readonly ForbiddenChange[]): readonly string[] =>
  forbidden.map(({ what, why }) => `! ${what}\n  ${why}`)

function changesOf(kind: string, { added, changed, removed }: Changes): readonly string[] {
  const line = (sign: string) => (name: string) => `${sign} ${kind.slice(0, -1).padEnd(9)} ${name}`
  return [...added.map(line('+')), ...changed.map(line('~')), ...removed.map(line('-'))]
}

export function verdict(
  unchanged: boolean,
  version: number | null,
  file: string,
  dryRun: boolean,
): string {
  if (unchanged) return `${file} is in force already, as version ${version}`
  if (!dryRun) return `${file} is in force as version ${version}`
  return version === null
    ? `${file} would be the first definition; nothing was changed`
    : `${file} would follow version ${version}; nothing was changed`
}
