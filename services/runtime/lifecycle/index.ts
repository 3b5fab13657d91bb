export { type Clock, type ManualClock, manualClock, systemClock } from './clock.ts'
export { createLifecycle, type Lifecycle } from './lifecycle.ts'
export { waitFor } from './wait-for.ts'
