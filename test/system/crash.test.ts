import { crashTests } from '../support/pipeline/crash-story.ts'

// A process alone must go on from exactly where it died.
crashTests(
  'one process of each service, killed between each two steps and in mid-stream, changes nothing of what comes out',
  ['a'],
  1,
)
