import { didYouMean } from '../../spelling/did-you-mean.ts'
import type { FilePath } from '../findings.ts'
import type { PipelineDefinition } from '../schema.ts'
import type { Report } from './report.ts'

/** Every purpose that anything names is declared. */
export function checkPurposes(definition: PipelineDefinition, report: Report): void {
  const declared = Object.keys(definition.purposes)
  const check = (purpose: string, path: FilePath, atKey?: true): void => {
    if (declared.includes(purpose)) return
    report.error('unknown_purpose', path, `purpose ${purpose} is not declared in purposes`, {
      hint: didYouMean(purpose, declared) ?? `declared: ${declared.join(', ')}`,
      ...(atKey && { atKey }),
    })
  }
  for (const kind of ['features', 'segments', 'traits'] as const)
    for (const [index, { purpose }] of definition[kind].entries())
      check(purpose, [kind, index, 'purpose'])
  for (const [index, source] of definition.sources.entries()) {
    const path = ['sources', index]
    for (const purpose of Object.keys(source.basis))
      check(purpose, [...path, 'basis', purpose], true)
    for (const [category, purpose] of Object.entries(source.consent_purposes))
      check(purpose, [...path, 'consent_purposes', category])
    for (const part of ['basis', 'consent'] as const)
      for (const purpose of Object.keys(source.map?.[part] ?? {}))
        check(purpose, [...path, 'map', part, purpose], true)
    checkConsent(source, path, report)
  }
}

/** Vendors carry answers by themselves; records that a map reads have those alone that it names. */
function checkConsent(
  { basis, map, name }: PipelineDefinition['sources'][number],
  path: FilePath,
  report: Report,
): void {
  if (map === undefined) return
  const stated = [basis, map.basis, map.consent].some((part) => Object.keys(part).length > 0)
  if (stated) return
  report.warning(
    'source_without_consent',
    [...path, 'map'],
    `${name ?? map.source ?? 'this source'} states no basis and its map reads no answers: of people who are known by it alone nothing is shown`,
    { hint: 'state a basis for the purposes that have one, or map consent' },
  )
}
