import { didYouMean } from '../../spelling/did-you-mean.ts'
import { eventTypes, isEventType } from '../../event/vocabulary.ts'
import type { FilePath } from '../findings.ts'
import type { Report } from './report.ts'

const vocabulary: ReadonlySet<string> = new Set(Object.values(eventTypes).flat())

export function checkEventType(type: string, path: FilePath, report: Report): void {
  if (isEventType(type)) return
  report.error('unknown_event_type', path, `no source sends events of type ${type}`, {
    hint: didYouMean(type, vocabulary) ?? `a type of your own is written custom:${type}`,
  })
}
