import type { FilePath } from '../findings.ts'
import type { SourceMap } from '../map-schema.ts'
import { checkEventType } from './check-events.ts'
import type { Report } from './report.ts'

/** The event types that a map writes itself; those that it takes from the record show with it. */
export function checkMapTypes({ type }: SourceMap, path: FilePath, report: Report): void {
  if (typeof type === 'string') return
  if ('const' in type) checkEventType(type.const, [...path, 'type', 'const'], report)
  else
    for (const [value, written] of Object.entries(type.table))
      checkEventType(written, [...path, 'type', 'table', value], report)
}
