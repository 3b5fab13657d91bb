export { seeingAloneVariables, seeingVariables } from './config.ts'
export { openStages, type StagesOptions } from './open-stages.ts'
export type { StageName, StepName } from './stage-book.ts'
export { type HotKind, type Steps, type StageWatch, unwatched } from './watch.ts'
