import { crashTests } from '../support/pipeline/crash-story.ts'

// A process alone must go on from exactly where it died.
crashTests('one process of each service', ['a'], 1)
