/**
 * Without what a terminal would obey or what turns around the text beside it, line breaks and tabs aside: whoever wrote the text is a stranger.
 * Nothing is lost, it is shown as JSON would.
 */
export const tame = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (one) =>
    one === '\n' || one === '\t' ? one : `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
