import { expect, test } from 'vitest'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { pipelineText } from '#runtime/definition/testing/pipeline-text.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import { fromIso } from '#runtime/time/iso.ts'
import { measureSegments } from './people.ts'

/** Its rule names 2027-03-31. */
const compiled = loadDefinition(pipelineText(), definitionVersion(1))

function overdue(asOf: string): number | undefined {
  const asking = measureSegments(fromIso(asOf), 86_400_000, compiled)
  let step = asking.next()
  while (step.done !== true) step = asking.next([])
  return step.value.find(({ subject }) => subject.name === 'buyers overdue for review')?.counts[0]
}

test('a rule is overdue for review from the end of the day on that it names', () => {
  expect(overdue('2027-03-31T00:00:00.000Z')).toBe(0)
  expect(overdue('2027-03-31T23:59:59.999Z')).toBe(0)
  expect(overdue('2027-04-01T00:00:00.000Z')).toBe(1)
  expect(overdue('2027-11-01T00:00:00.000Z')).toBe(1)
})
