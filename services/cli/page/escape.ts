const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Marks text that is HTML already. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** Control and direction characters go: they could turn around what stands beside them, or tell a terminal what to do. */
export const visible = (text: string): string =>
  text.replaceAll(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (one) =>
    one === '\n' || one === '\t' ? one : '\ufffd',
  )

/** Whatever a stranger wrote, as text. */
export const escape = (text: string): string =>
  visible(text).replaceAll(/[&<>"']/g, (one) => entities[one] ?? '')

type Part = Html | string | number | readonly Html[]

/** A template whose values are escaped, unless they are HTML already. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Html {
  const parts = strings.map((text, place) => {
    const value = values[place]
    return value === undefined ? text : text + textOf(value)
  })
  return new Html(parts.join(''))
}

function textOf(value: Part): string {
  if (value instanceof Html) return value.text
  if (typeof value === 'object') return value.map(({ text }) => text).join('')
  return escape(String(value))
}
