import { isbot } from 'isbot'
import { createKnown } from '../../recent/known.ts'

/** Says why a user agent is a machine's, or null. */
export type BotCheck = (userAgent: string | undefined) => string | null

/**
 * The library's list of crawlers and scripts, remembered per user agent: its pattern is large and user agents are few. Forgotten all at
 * once when they are many: a list by last use costs each look-up more than that ever does.
 */
export const userAgentsMax = 10_000

export function createBotCheck(entriesMax = userAgentsMax): BotCheck {
  const known = createKnown<boolean>(entriesMax)
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
