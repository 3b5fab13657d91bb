/** A small valid pipeline file for tests, with parts put in at the end of their lists. */
export function pipelineText(
  parts: {
    features?: string
    segments?: string
    traits?: string
    sources?: string
    rest?: string
  } = {},
): string {
  return `purposes:
  service: Running the shop
sources:
  - channel: web
    topics: [channel.web]
    format: json
    source: segment
    basis: {service: Contract}
${parts.sources ?? ''}traits:
  - {name: country, type: string, purpose: service, description: Where somebody lives}
${parts.traits ?? ''}features:
  - name: orders
    kind: count
    events: [order_completed]
    purpose: service
    description: Orders ever
  - name: activity
    kind: decayed_count
    events: [page_viewed]
    half_life: 7d
    purpose: service
    description: Visits that fade
${parts.features ?? ''}segments:
  - name: buyers
    description: Bought something
    owner: shop@shop.example
    objective: Know the buyers
    success_metric: {event: order_completed, aggregation: count, window: 30d, direction: up}
    review_by: 2027-03-31
    enter: orders > 0
    purpose: service
${parts.segments ?? ''}${parts.rest ?? ''}`
}

/** One more feature, indented as a list item. */
export const featureText = (lines: string): string =>
  `  - name: extra
    purpose: service
    description: One more
${lines
  .trim()
  .split('\n')
  .map((line) => `    ${line}\n`)
  .join('')}`

/** A source of JSON that is read by a map. `lines`: more of the map, indented by six. */
export const mappedSourceText = (lines: string): string => `  - channel: crm
    topics: [till]
    format: json
    source: mapped
    map:
      source: till
      identifiers: [{ type: email, path: mail }]
${lines}
`

/** One more segment. */
export const segmentText = (lines: string): string =>
  `  - name: extra
    description: One more
    owner: shop@shop.example
    objective: Something
    success_metric: {event: order_completed, aggregation: count, window: 30d, direction: up}
    review_by: 2027-03-31
    purpose: service
${lines
  .trim()
  .split('\n')
  .map((line) => `    ${line}\n`)
  .join('')}`
