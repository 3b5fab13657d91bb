const address = /[^\s@<>"]@[^\s@<>"]+\.\p{L}{2}/u
/** With the + of its country code; without it, a number can't be told from an order's. */
const phone = /\+[1-9](?:[ ().\-/]{0,2}\d){7,14}(?!\d)/

/** Whether a text that is no identifier field holds an email address or an international phone number all the same. */
export const namesAPerson = (text: string): boolean =>
  (text.includes('@') && address.test(text)) || (text.includes('+') && phone.test(text))
