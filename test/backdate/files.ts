import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { shippedPipeline } from '../support/pipeline/install.ts'

/** Of the shipped file with references in it, and of the same after three changes. */
export interface PipelineFiles {
  readonly before: string
  readonly after: string
}

/** A feature that came, or came to be what it is, late, and one that was just that from the first event on. */
export const pairs = [
  { late: 'visits_back_dated', always: 'web_activity', what: 'added' },
  { late: 'product_interest', always: 'product_interest_reference', what: 'half-life 3d → 6d' },
] as const

/** The rule that becomes tighter. */
export const tightened = 'bought'

const reference = `features:
  - name: product_interest_reference
    description: What product_interest will be, from the start
    kind: decayed_count
    events: [product_viewed]
    half_life: 6d
    purpose: personalisation
`
const added = `features:
  - name: visits_back_dated
    description: What web_activity is, added later
    kind: decayed_count
    events: [page_viewed, product_viewed, searched, cart_viewed]
    half_life: 7d
    purpose: analytics
`
const interest = `    events: [product_viewed]
    half_life: 3d
`
const rule = 'enter: orders >= 1 # bought'
const tighter = 'enter: orders >= 2 # bought'
/** A rule that time does not move: it has members wherever the world is. */
const bought = `segments:
  - name: bought
    description: Bought something, ever
    owner: crm@shop.example
    objective: Know the buyers
    success_metric: { event: order_completed, aggregation: rate, window: 30d, direction: up }
    review_by: 2027-03-31
    ${rule}
    purpose: service
`

export function writeFiles(directory: string): PipelineFiles {
  const shipped = replaced(readFileSync(shippedPipeline, 'utf8'), 'features:\n', reference)
  const before = replaced(shipped, '\nsegments:\n', `\n${bought}`)
  const longer = replaced(before, interest, interest.replace('3d', '6d'))
  const after = replaced(replaced(longer, 'features:\n', added), rule, tighter)
  const files = { before: join(directory, 'before.yaml'), after: join(directory, 'after.yaml') }
  writeFileSync(files.before, before)
  writeFileSync(files.after, after)
  return files
}

function replaced(text: string, part: string, by: string): string {
  if (!text.includes(part))
    throw new Error(`the shipped pipeline file has no "${part.trim()}" any more`)
  return text.replace(part, by)
}
