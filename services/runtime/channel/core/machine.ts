import { isbot } from 'isbot'
import { LRUCache } from 'lru-cache'

/** Says why a user agent is a machine's, or null. */
export type BotCheck = (userAgent: string | undefined) => string | null

/** The library's list of crawlers and scripts, remembered per user agent: its pattern is large and user agents are few. */
export function createBotCheck(entriesMax = 10_000): BotCheck {
  const known = new LRUCache<string, boolean>({ max: entriesMax })
  return (userAgent) => {
    if (userAgent === undefined || userAgent === '') return null
    const agent = userAgent.slice(0, 1024)
    let bot = known.get(agent)
    if (bot === undefined) {
      bot = isbot(agent)
      known.set(agent, bot)
    }
    return bot ? 'bot_user_agent' : null
  }
}
