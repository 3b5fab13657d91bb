import type { CompiledRule, CompiledSegment } from './compiled.ts'
import { shortHash } from './features.ts'
import { compileRule } from './rules/compile-rule.ts'
import type { RuleNames } from './rules/names.ts'
import type { SegmentDefinition } from './schema.ts'
import { durationMs } from './schema-parts.ts'

/** Blanks outside of texts mean nothing in CEL, so they don't make another rule. */
const canonicalRule = (source: string): string =>
  source.replaceAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\s+/g, (part) =>
    part.trim() === '' ? ' ' : part,
  )

/** @throws RangeError when a rule is invalid, which `parsePipeline` has ruled out. */
export function compileSegment(segment: SegmentDefinition, names: RuleNames): CompiledSegment {
  const enter = rule(segment, segment.enter, names)
  const exit = segment.exit === undefined ? null : rule(segment, segment.exit, names)
  const minStayMs = segment.min_stay === undefined ? null : durationMs(segment.min_stay)
  const group = segment.group ?? null
  const both = exit === null ? [enter] : [enter, exit]
  return {
    name: segment.name,
    priority: segment.priority,
    group,
    minStayMs,
    purpose: segment.purpose,
    ruleHash: shortHash([
      canonicalRule(segment.enter).trim(),
      segment.exit === undefined ? null : canonicalRule(segment.exit).trim(),
      minStayMs,
      segment.priority,
      group,
      segment.purpose,
    ]),
    enter,
    exit,
    readsFeatures: [...new Set(both.flatMap((each) => each.readsFeatures))].toSorted(),
    readsTraits: [...new Set(both.flatMap((each) => each.readsTraits))].toSorted(),
  }
}

function rule(segment: SegmentDefinition, source: string, names: RuleNames): CompiledRule {
  const outcome = compileRule(names, source)
  if (!outcome.ok) throw new RangeError(`segment ${segment.name}: ${outcome.problem.message}`)
  return outcome.value
}
