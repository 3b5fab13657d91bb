export { type Clock, type ManualClock, manualClock, systemClock } from './clock.ts'
export { faultPointsOf, type FaultPoints, isFaultPoint, noFaults } from './fault-points.ts'
export { createLifecycle, type Lifecycle } from './lifecycle.ts'
export { waitFor } from './wait-for.ts'
