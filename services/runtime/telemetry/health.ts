export interface CheckResult {
  readonly ok: boolean
  /** What is wrong, or null. No personal data. */
  readonly why: string | null
}

export interface HealthReport {
  readonly status: 'ok' | 'degraded' | 'starting' | 'stopping'
  readonly checks: readonly ({ readonly name: string } & CheckResult)[]
}

/** What a process knows about itself. Parts report when something changes; nothing is polled. */
export interface Health {
  /** Says how a part is; `why` null: fine. */
  report(name: string, why: string | null): void
  /** A part that is asked each time somebody looks. */
  register(name: string, look: () => CheckResult): void
  forget(name: string): void
  /** Forgets all parts: they start anew. */
  clear(): void
  setPhase(phase: 'starting' | 'running' | 'stopping'): void
  read(): HealthReport
}

export function createHealth(): Health {
  const reported = new Map<string, string | null>()
  const registered = new Map<string, () => CheckResult>()
  let phase: 'starting' | 'running' | 'stopping' = 'starting'
  return {
    report: (name, why) => void reported.set(name, why),
    register: (name, look) => void registered.set(name, look),
    forget(name) {
      reported.delete(name)
      registered.delete(name)
    },
    clear() {
      reported.clear()
      registered.clear()
    },
    setPhase(next) {
      phase = next
    },
    read() {
      const checks = [
        ...[...reported].map(([name, why]) => ({ name, ok: why === null, why })),
        ...[...registered].map(([name, look]) => ({ name, ...look() })),
      ].toSorted((a, b) => a.name.localeCompare(b.name))
      if (phase !== 'running') return { status: phase, checks }
      return { status: checks.every(({ ok }) => ok) ? 'ok' : 'degraded', checks }
    },
  }
}
