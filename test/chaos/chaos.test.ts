import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { checkout } from '../world/demo/directory.ts'
import { faultKinds } from './kinds.ts'

// The command as a person runs it, on a stack of its own: its faults would break other tests' stack.

/** As planned; takeovers and starts make a minute and a half of it. */
const seconds = 40
/** The command's own bound, and some air. */
const timeoutMs = (seconds + 180) * 1000

const resultSchema = z.object({
  faults: z.record(z.string(), z.object({ count: z.number() })),
  skipped: z.record(z.string(), z.string()),
  produced: z.number(),
  missing: z.number(),
  double: z.number(),
  mismatches: z.number(),
  converged_seconds: z.number().nullable(),
  lag_at_end: z.number(),
  rss_growth_mb: z.record(z.string(), z.number()),
  errors: z.array(z.string()),
})

test(
  'for a minute everything breaks, and nothing is lost, doubled or different',
  async () => {
    const child = spawn(
      process.execPath,
      [
        '--disable-warning=TimeoutNegativeWarning',
        join(checkout, 'test/chaos/main.ts'),
        `--seconds=${seconds}`,
        '--seed=1',
        // Two cores also run the stack, the services and the oracle.
        '--events-per-second=100',
        '--json',
      ],
      { cwd: checkout, stdio: ['ignore', 'pipe', 'pipe'] },
    )
    const ended = new Promise<number | null>((resolve) => {
      child.once('exit', resolve)
    })
    const [code, stdout, stderr] = await Promise.all([
      ended,
      text(child.stdout),
      text(child.stderr),
    ])
    // What happened when: the only trace of a failed run.
    if (code !== 0) process.stderr.write(stderr)
    expect(stdout).not.toBe('')
    const result = resultSchema.parse(JSON.parse(stdout))
    expect(result).toMatchObject({
      missing: 0,
      double: 0,
      mismatches: 0,
      lag_at_end: 0,
      errors: [],
    })
    expect(result.converged_seconds).toBeLessThan(60)
    expect(result.produced).toBeGreaterThan(0)
    // What this machine does not permit is said, not left out.
    expect(new Set([...Object.keys(result.faults), ...Object.keys(result.skipped)])).toEqual(
      new Set(faultKinds),
    )
    expect(Object.values(result.faults).every(({ count }) => count > 0)).toBe(true)
    expect(code).toBe(0)
  },
  timeoutMs,
)
