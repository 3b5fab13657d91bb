import { crashTests } from '../support/pipeline/crash-story.ts'

// Of two processes, the other one takes over, and tells again from its own older state whatever the first had not yet told. Each death is a wait for
// the group: a few points are enough to show it.
crashTests('one of two processes of each service', ['a', 'b'], 4)
