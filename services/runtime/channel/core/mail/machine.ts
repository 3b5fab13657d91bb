import type { BotCheck } from '../machine.ts'

/** These fetch an image when a person looks at the message: no robots here, though the list of robots has them. */
const imageProxy = /GoogleImageProxy|YahooMailProxy/

/** What Apple's Mail Privacy Protection sends, and nobody else: it fetches every image, looked at or not. */
const privacyProxyAgent = 'Mozilla/5.0'

/**
 * Why an open or a click is a machine's, by the user agent that fetched: Apple's privacy proxy, or a robot of the library's list.
 * A vendor's own word (`sg_machine_open`, `is_prefetched`) comes before it.
 */
export function mailMachine(userAgent: string | undefined, botCheck: BotCheck): string | null {
  if (userAgent === undefined) return null
  if (userAgent.trim() === privacyProxyAgent) return 'privacy_proxy'
  return imageProxy.test(userAgent) ? null : botCheck(userAgent)
}
