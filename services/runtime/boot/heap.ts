import { setFlagsFromString } from 'node:v8'

/**
 * Lets V8 collect old garbage when the heap and the buffers outside it have grown together as far as the heap alone may. By itself V8 does it
 * whenever buffers have grown by 64 MiB, however small the heap is against its limit: every second or two in a backlog, each time
 * marking all profiles in memory (docs/adr/0046). `--max-old-space-size` and a container's limit bound both. To be called once, at the
 * start of a process.
 */
export function countBuffersAsHeap(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit')
}
