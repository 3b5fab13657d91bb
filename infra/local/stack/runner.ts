import type { Component } from './paths.ts'
import type { StackProgress } from './progress.ts'

/** Runs the three components of one stack directory, as processes of this machine or in Docker. */
export interface Runner {
  /** Starts what does not run; returns when everything serves. */
  up(progress: StackProgress): Promise<void>
  /** Stops everything; says what was running. */
  down(): Promise<Component[]>
  /** Forgets all data; only after `down`. */
  drop(): Promise<void>
  pids(): Readonly<Record<Component, number | null>>
  /** Sends the signal and returns when the component is gone. */
  kill(component: Component, name: NodeJS.Signals): Promise<void>
  pause(component: Component): void
  resume(component: Component): void
  /** Stops the component if it runs, and returns when it serves again. */
  restart(component: Component): Promise<void>
}
