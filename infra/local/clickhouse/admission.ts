/**
 * Lets at most `concurrencyMax` pieces of work run at once; the others wait their turn in order.
 * The engine runs each statement on a thread of Node's pool: more at once would only block it.
 */
export function createAdmission(concurrencyMax: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let running = 0
  return async function admit<T>(work: () => Promise<T>): Promise<T> {
    if (running >= concurrencyMax) {
      // A finishing piece hands its place over, so `running` stays as it is.
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else {
      running += 1
    }
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
