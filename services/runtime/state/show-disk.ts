import { statfsSync } from 'node:fs'
import type { MetricsRegistry } from '../telemetry/index.ts'

/** Shows how much room there is where states live, before there is none. */
export function showStateDisk(metrics: MetricsRegistry, directory: string): void {
  const free = metrics.gauge({
    name: 'state_disk_free_bytes',
    help: 'Free bytes of the disk of TRIBUTARY_STATE_DIR',
    labels: [],
  })
  const size = metrics.gauge({
    name: 'state_disk_size_bytes',
    help: 'Size of the disk of TRIBUTARY_STATE_DIR',
    labels: [],
  })
  metrics.onRead('state disk', () => {
    const disk = diskOf(directory)
    free.set({}, disk.free)
    size.set({}, disk.size)
  })
}

/** No number where the directory is not there yet: 0 would say that the disk is full. */
function diskOf(directory: string): { readonly free: number; readonly size: number } {
  try {
    const { bavail, blocks, bsize } = statfsSync(directory)
    return { free: bavail * bsize, size: blocks * bsize }
  } catch {
    return { free: Number.NaN, size: Number.NaN }
  }
}
