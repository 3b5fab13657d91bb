import { didYouMean } from '../../spelling/did-you-mean.ts'
import type { FilePath } from '../findings.ts'
import type { PipelineDefinition } from '../schema.ts'
import { patternOf } from '../identity-policy.ts'
import type { Report } from './report.ts'

/** What only addresses have: tags, dots, functions and throwaway domains. */
const emailSettings = ['normalise', 'role', 'disposable'] as const

export function checkIdentity({ identity }: PipelineDefinition, report: Report): void {
  for (const [index, type] of identity.priority.entries())
    if (identity.priority.indexOf(type) < index)
      report.error('duplicate_name', ['identity', 'priority', index], `${type} stands here twice`)
  for (const [type, policy] of Object.entries(identity.types)) {
    const { blocked } = policy
    const path = ['identity', 'types', type]
    if (!identity.priority.includes(type))
      report.error('unknown_identifier_type', path, `${type} has no place in the priority list`, {
        hint: didYouMean(type, identity.priority) ?? 'add it to identity.priority',
        atKey: true,
      })
    for (const [index, value] of blocked.entries())
      checkPattern(value, [...path, 'blocked', index], report)
    for (const setting of emailSettings)
      if (type !== 'email' && policy[setting] !== undefined)
        report.error('identifier_shape', [...path, setting], `${setting} is for email only`, {
          hint: `it says nothing of ${type}: remove it`,
          atKey: true,
        })
  }
}

/** Whether a value is a plain one, or a pattern that can be. */
export function checkPattern(value: string, path: FilePath, report: Report): boolean {
  try {
    patternOf(value)
    return true
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    report.error('invalid_pattern', path, error.message)
    return false
  }
}
