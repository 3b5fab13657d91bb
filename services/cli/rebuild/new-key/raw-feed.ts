import type { Carrying } from './carry.ts'
import type { RawTopics } from './ports.ts'

/** What feeds a generation under a new key. */
export interface RawFeed {
  readonly raw: RawTopics
  readonly carrying: Carrying
}
