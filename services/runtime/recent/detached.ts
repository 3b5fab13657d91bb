/**
 * The same text, to be kept: of a piece that was cut out of a longer text the engine keeps all of that text, for as long as the piece lives.
 * Putting a sign in front makes a text of its own, of which all but the sign is cut out.
 */
export const detached = (text: string): string => ` ${text}`.slice(1)
