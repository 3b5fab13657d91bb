const address = /[^\s@<>"]@[^\s@<>"]+\.\p{L}{2}/u
/** With the + of its country code; without it, a number can't be told from an order's. */
const phone = /\+[1-9](?:[ ().\-/]{0,2}\d){7,14}(?!\d)/

const isPlain = (text: string): boolean =>
  (text.includes('@') && address.test(text)) || (text.includes('+') && phone.test(text))

/** As a query of an address of the web has them, which one that leads on to another has twice. */
const encoded = /%(?:25)*(40|2b|20)/gi
const disguised = /%(?:25)*(?:40|2b)/i
const letters: Readonly<Record<string, string>> = { '40': '@', '2b': '+', '20': ' ' }
/** Of the width of Chinese and Japanese letters, or small. */
const wide = /[＠﹫＋﹢]/

/** Whether a text that is no identifier field holds an email address or an international phone number all the same. */
export const namesAPerson = (text: string): boolean =>
  isPlain(text) ||
  (text.includes('%') &&
    disguised.test(text) &&
    isPlain(text.replace(encoded, (_, code: string) => letters[code.toLowerCase()] ?? ''))) ||
  (wide.test(text) && isPlain(text.normalize('NFKC')))
