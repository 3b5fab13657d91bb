/** Where tests may end the process. Production passes none. */
export interface FaultPoints {
  /** Called before each numbered step; 5 is after the last. */
  readonly before: (what: 'flush', step: number) => Promise<void>
}

export const noFaults: FaultPoints = { before: async () => undefined }

const pattern = /^flush:([1-5]):([1-9]\d*)$/

export const isFaultPoint = (text: string): boolean => pattern.test(text)

/**
 * `flush:<step>:<nth>`: calls `die` before that step of the nth flush of this process, counted over its partitions. Faults of other
 * services are none of ours.
 */
export function faultPointsOf(text: string | null, die: () => void): FaultPoints {
  const match = pattern.exec(text ?? '')
  if (match === null) return noFaults
  const [step, nth] = [Number(match[1]), Number(match[2])]
  let passed = 0
  return {
    async before(_what, at) {
      if (at !== step) return
      passed++
      if (passed === nth) die()
    },
  }
}
