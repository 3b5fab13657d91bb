/** What an expression reads: metrics with the labels that it matches, and the labels that it groups or joins by. */
export interface Read {
  readonly metrics: readonly { readonly name: string; readonly labels: readonly string[] }[]
  readonly grouped: readonly string[]
}

const keywords: ReadonlySet<string> = new Set([
  'and',
  'or',
  'unless',
  'bool',
  'offset',
  'by',
  'without',
  'on',
  'ignoring',
  'group_left',
  'group_right',
])

const listed = (text: string): readonly string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')

/** No parser: whether it is PromQL at all, promtool says. */
export function readsOf(expression: string): Read {
  const metrics: { name: string; labels: readonly string[] }[] = []
  const grouped: string[] = []
  const rest = expression
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
    .replaceAll(
      /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g,
      (_, labels: string) => {
        grouped.push(...listed(labels))
        return ' '
      },
    )
    .replaceAll(/([a-zA-Z_:][\w:]*)\{([^}]*)\}/g, (_, name: string, matchers: string) => {
      metrics.push({ name, labels: listed(matchers).map((one) => one.replace(/\W.*$/, '')) })
      return ' '
    })
  for (const [, name = '', call = ''] of rest.matchAll(/(?<![\w.])([a-zA-Z_:][\w:]*)\s*(\(?)/g))
    if (call === '' && !keywords.has(name)) metrics.push({ name, labels: [] })
  return { metrics, grouped }
}
