import { join } from 'node:path'
import { checkout } from '../../world/demo/directory.ts'

/** What every contestant computes. */
export const racePipeline = join(checkout, 'test/bench/race/pipeline.yaml')
