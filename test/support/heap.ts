import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { z } from 'zod'

setFlagsFromString('--expose-gc')
const collectGarbage = z
  .custom<() => void>((value) => typeof value === 'function')
  .parse(runInNewContext('gc'))

/** Bytes that are still needed. */
export function heapUsed(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}
