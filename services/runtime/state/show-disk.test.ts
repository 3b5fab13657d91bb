import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createMetrics } from '../telemetry/index.ts'
import { showStateDisk } from './show-disk.ts'

test('the room of the disk is shown once its directory is there, and no number before', async () => {
  const root = mkdtempSync(join(tmpdir(), 'tributary-disk-'))
  const directory = join(root, 'state')
  const metrics = createMetrics('profiles')
  showStateDisk(metrics, directory)
  const value = async (name: string): Promise<number> => {
    const line = (await metrics.text()).split('\n').find((one) => one.startsWith(`${name}{`))
    return Number(line?.split(' ').at(-1))
  }
  expect(await value('tributary_state_disk_free_bytes')).toBeNaN()
  mkdirSync(directory)
  const free = await value('tributary_state_disk_free_bytes')
  expect(free).toBeGreaterThan(0)
  expect(await value('tributary_state_disk_size_bytes')).toBeGreaterThan(free)
  rmSync(root, { recursive: true })
})
