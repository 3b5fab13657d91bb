import type { RunningStack } from '../../infra/local/stack/local-stack.ts'
import type { Installation } from '../support/pipeline/install.ts'
import type { TcpProxy } from '../support/pipeline/tcp-proxy.ts'
import type { Crew } from './crew.ts'
import type { FaultKind } from './kinds.ts'
import type { PlannedFault } from './schedule.ts'
import type { StateRoom } from '../support/state/state-room.ts'
import type { Workload } from './workload.ts'

/** All that faults may lay hands on. */
export interface Scene {
  readonly stack: RunningStack
  readonly installation: Installation
  readonly crew: Crew
  readonly workload: Workload
  readonly eventsPerSecond: number
  /** A string says why there is none. */
  readonly kafkaWay: TcpProxy | string
  readonly clickhouseWay: TcpProxy
  readonly stateRoom: StateRoom | string
  /** Aborted when the run is over: nothing may be started any more. */
  readonly over: AbortSignal
  readonly say: (text: string) => void
}

/** What a fault came to. Without effect it does not count, and is tried again at the end. */
export interface Struck {
  readonly effect: boolean
  readonly note: string
}

export interface Fault {
  readonly kind: FaultKind
  /** Why this machine does not permit it; null: it does. */
  missing(scene: Scene): string | null
  /** Resolves when the cause is over and everything that it had ended runs again (it need not have caught up). */
  strike(scene: Scene, planned: PlannedFault): Promise<Struck>
}
