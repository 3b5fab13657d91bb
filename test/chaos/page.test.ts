import { expect, it } from 'vitest'
import { chaosPage } from './page.ts'

const at = (seconds: number, rss: number, pid: number) => ({
  seconds,
  by: { web: { rss, anonymous: rss / 2 } },
  pids: { web: pid },
})

it('shows memory over time, and which figures are of another process', () => {
  const page = chaosPage({
    result: {
      seed: 7,
      seconds: 60,
      faults: { kill: { count: 2 } },
      skipped: { disk_full: 'no tmpfs' },
      produced: 1000,
      missing: 0,
      double: 0,
      mismatches: 0,
      converged_seconds: 1.5,
      lag_at_end: 0,
      rss_growth_mb: { web: 3 },
      anonymous_growth_mb: { web: 2 },
      unexpected_ends: {},
      profiles: 10,
      seconds_total: 90,
      errors: [],
    },
    events: [
      { kind: 'kill', fromSeconds: 3, toSeconds: 4, effect: true, note: 'web (pid 1)' },
      { kind: 'kill', fromSeconds: 1, toSeconds: 2, effect: false, note: 'a | b' },
    ],
    options: { seconds: 60, seed: 7, eventsPerSecond: 100 },
    memory: [at(0, 100, 1), at(30, 90, 2), at(60, 110, 2)],
    circumstances: { machine: 'two cores', versions: { Node: '24', Kafka: '4.1' } },
    on: new Date(0),
  })
  expect(page).toContain('on 1970-01-01\n(Node 24, Kafka 4.1; two cores)')
  expect(page).toContain(
    '| s | web |\n|--:|--:|\n| 0 | 100 (50) |\n| 30 | 90 (45) ● |\n| 60 | 110 (55) |',
  )
  expect(page).toContain(
    '| 1.0 | 2.0 | `kill` | **without effect:** a \\| b |\n| 3.0 | 4.0 | `kill` | web (pid 1) |',
  )
  expect(page).toContain('skipped: no tmpfs')
})
