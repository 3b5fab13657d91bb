/** Milliseconds that this thread computes for work which awaits no timer and nobody else: others may have the cores meanwhile. */
export async function cpuMs(work: () => unknown): Promise<number> {
  const before = process.threadCpuUsage()
  await work()
  const { system, user } = process.threadCpuUsage(before)
  return (system + user) / 1000
}
