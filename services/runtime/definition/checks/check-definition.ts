import type { Observation } from '../findings.ts'
import type { PipelineDefinition } from '../schema.ts'
import { checkExpire } from './check-expire.ts'
import { checkDerived } from './check-derived.ts'
import { checkFeatures } from './check-features.ts'
import { checkIdentity } from './check-identity.ts'
import { checkKeep } from './check-keep.ts'
import { checkMachines } from './check-machines.ts'
import { checkNames } from './check-names.ts'
import { checkPurposes } from './check-purposes.ts'
import { checkRetention } from './check-retention.ts'
import { checkSegments } from './check-segments.ts'
import { checkSensitive } from './check-sensitive.ts'
import { checkSources } from './check-sources.ts'
import { checkStateBound } from './check-state-bound.ts'
import { createReport } from './report.ts'

/** The rules across fields, after the shape is right. Every rule looks at the whole file, so that one run finds all mistakes. */
export function checkDefinition(definition: PipelineDefinition): Observation[] {
  const observations: Observation[] = []
  const report = createReport(observations)
  checkPurposes(definition, report)
  checkSources(definition, report)
  checkIdentity(definition, report)
  checkMachines(definition, report)
  checkNames(definition, report)
  checkFeatures(definition, report)
  checkDerived(definition, report)
  checkSegments(definition, report)
  checkSensitive(definition, report)
  checkKeep(definition, report)
  checkRetention(definition, report)
  checkExpire(definition, report)
  checkStateBound(definition, report)
  return observations
}
