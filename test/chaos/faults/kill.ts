import type { Fault } from '../scene.ts'

/** SIGKILL: no flush, no farewell to the group, no closed files. */
export const kill: Fault = {
  kind: 'kill',
  missing: () => null,
  async strike({ crew }, { target }) {
    const instance = target ?? 'profiles'
    const { pid } = crew.of(instance)
    await crew.kill(instance)
    return { effect: true, note: `${instance} (pid ${pid ?? '?'})` }
  },
}
