import { own, ownText } from '#runtime/channel/core/fields.ts'
import type { BotCheck } from '#runtime/channel/core/machine.ts'
import { type Enriched, entityOf } from './enriched.ts'

/** Entity and field by which an enrichment, or the tracker, flags a machine → why. */
const flags = [
  ['com_iab_snowplow_spiders_and_robots', 'spiderOrRobot', 'spider_or_robot'],
  ['com_snowplowanalytics_snowplow_bot_detection', 'bot', 'bot_detection'],
  ['com_snowplowanalytics_snowplow_client_side_bot_detection', 'bot', 'automated_browser'],
  ['com_snowplowanalytics_snowplow_asn', 'likelyBot', 'bot_network'],
] as const

const robotClasses: ReadonlySet<string> = new Set(['Robot', 'Robot Mobile', 'Robot Imitator'])

/** Kinds of browser that are none, by the older enrichment. */
const robotBrowsers: ReadonlySet<string> = new Set(['Robot', 'Downloading tool'])

/**
 * Any enrichment that flags a robot is believed, as Snowplow itself does: none of them can say that something is no robot.
 * https://docs.snowplow.io/docs/pipeline/enrichments/available-enrichments/bot-detection-enrichment/
 */
export function readMachine(enriched: Enriched, botCheck: BotCheck): string | null {
  for (const [column, field, why] of flags) {
    const entity = entityOf(enriched, column)
    if (entity && own(entity, field) === true) return why
  }
  const yauaa = entityOf(enriched, 'nl_basjes_yauaa_context')
  if (yauaa)
    for (const field of ['deviceClass', 'agentClass'])
      if (robotClasses.has(ownText(yauaa, field) ?? '')) return 'bot_user_agent'
  const { columns } = enriched
  if (robotBrowsers.has(ownText(columns, 'br_type') ?? '')) return 'bot_user_agent'
  return botCheck(ownText(columns, 'useragent'))
}
