/**
 * Kafka's session timeout of every contestant, milliseconds. Each stands still while its topics are filled, which is longer than what
 * Tributary's services have by themselves: it is not to be taken for dead. How fast a killed process is replaced is no part of what is measured.
 */
export const sessionTimeoutMs = 600_000
