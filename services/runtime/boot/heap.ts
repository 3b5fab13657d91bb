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

/**
 * Has V8 make all objects young. By itself it makes those old from the start whose like were alive for long when it looked, and seldom
 * looks again: what a service has in work while a backlog waits outlives a young generation and soon dies all the same, and each of it is then
 * left to a collection of the whole heap (docs/adr/0056). To be called once, at the start of a process.
 */
export function allocateYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring')
}
