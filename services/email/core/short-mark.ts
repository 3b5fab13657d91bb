/**
 * Sixteen bits of a text (FNV-1a), to part events that a vendor gives no id and that one message has at one instant. Too few to name an
 * address or to tell a link: event ids are stored in clear.
 */
export function shortMark(text: string): string {
  let hash = 0x81_1c_9d_c5
  for (let i = 0; i < text.length; i++)
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01_00_01_93) >>> 0
  return ((hash >>> 16) ^ (hash & 0xff_ff)).toString(16)
}
