/** What a line of kafkajs says. */
export interface KafkajsLine {
  readonly message: string
  readonly error: unknown
  readonly groupId: unknown
}

/**
 * Lines about what is bound to happen, which nobody need read: our producer is dead after its last try, which is what kafkajs' warning of
 * retries asks for; each partition's work hears of a rebalance once; whoever stops closes the connection of his own last fetch.
 */
export function isExpected(
  { message, error, groupId }: KafkajsLine,
  ending: ReadonlySet<unknown>,
): boolean {
  if (message.startsWith('Limiting retries for the idempotent producer')) return true
  if (message.startsWith('Response Heartbeat(')) return String(error).includes('is rebalancing')
  return message.startsWith('Crash: KafkaJSConnectionClosedError') && ending.has(groupId)
}
