import { TributaryError } from '#runtime/errors/index.ts'
import type { Run } from '../run.ts'
import { createLooks, until } from '../waits.ts'

/**
 * Until the generation that serves has applied all that it has been sent by now, and what its linker makes of that. Who was erased by then
 * is suppressed by then, and whoever is erased later is erased later than all of it: so an erasure that is told to the new generation never
 * finds something younger there. Returns where the old links ended.
 */
export async function untilApplied(run: Run): Promise<number> {
  const { old } = run.ports
  const links = await old.linksEnd()
  await untilCommitted(run, (await old.ends()).high, links)
  await untilCommitted(run, (await old.ends()).high, links)
  return links
}

async function untilCommitted(run: Run, high: readonly number[], linksEnd: number): Promise<void> {
  const { ports, options } = run
  const { profiles, identity } = createLooks(run, ports.old)
  let since = ports.now()
  let last = ''
  await until(run, 'the live profiles and identity to apply their logs', async () => {
    const { place } = await profiles()
    const { place: linker } = await identity()
    const seen = JSON.stringify([place.committed, linker.committed])
    if (seen !== last) since = ports.now()
    last = seen
    const isThere =
      high.every((end, partition) => (place.committed[partition] ?? 0) >= end) &&
      (linker.committed[0] ?? 0) >= linksEnd
    if (isThere || ports.now() - since <= options.drainMs) return isThere
    throw new TributaryError(
      'TRB_DEPENDENCY_UNAVAILABLE',
      `the live generation has stood still for ${options.drainMs} ms, and what it has not applied is not known to be erased or not`,
      {
        hint: 'Look at /health of profiles and identity, then start the command again: it goes on.',
      },
    )
  })
}
