/** Where tests may end the process. Production passes none. */
export interface FaultPoints {
  /** Called before each numbered step; 5 is after the last. */
  before(what: 'flush', step: number): Promise<void>
}

export const noFaults: FaultPoints = { before: async () => undefined }

/** `flush:<step>:<nth>`: calls `die` before that step of the nth flush of this process; anything else in the text is an error. */
export function parseFaultPoints(text: string, die: () => void): FaultPoints {
  const match = /^flush:([1-5]):([1-9]\d*)$/.exec(text)
  if (match === null) throw new RangeError(`'${text}' is not flush:<step 1 to 5>:<nth>`)
  const [step, nth] = [Number(match[1]), Number(match[2])]
  let passed = 0
  return {
    async before(_what, at) {
      if (at !== step) return
      passed += 1
      if (passed === nth) die()
    },
  }
}
