/** How a message failed for good or for now, in words that all e-mail vendors share. */
export type BounceClass = 'hard' | 'soft' | 'block'

/** Why a message was not taken, in words that all e-mail vendors share. */
export type RejectReason =
  | 'invalid'
  | 'bounced'
  | 'timed_out'
  | 'blocked'
  | 'spam'
  | 'unsubscribed'
  | 'other'

export interface Refusal {
  readonly bounceClass: BounceClass
  readonly rejectReason: RejectReason
}

const enhanced = /(?:^|[^\d.])([245])\.(\d{1,3})\.\d{1,3}(?![\d.])/
const basic = /^\s*([245])\d\d(?!\d)/

/**
 * A bounce by its SMTP status, for vendors that classify none: an enhanced code (RFC 3463) or a reply code (RFC 5321) anywhere in front
 * of the text. 4xx is soft; x.7.y, security or policy, is a block; other 5xx are hard. undefined: the text has no code.
 */
export function refusalOfStatus(text: string | undefined): Refusal | undefined {
  if (text === undefined) return undefined
  const code = enhanced.exec(text.slice(0, 500))
  if (code) {
    if (code[2] === '7') return { bounceClass: 'block', rejectReason: 'blocked' }
    return { bounceClass: code[1] === '5' ? 'hard' : 'soft', rejectReason: 'bounced' }
  }
  const reply = basic.exec(text)
  return reply
    ? { bounceClass: reply[1] === '5' ? 'hard' : 'soft', rejectReason: 'bounced' }
    : undefined
}
