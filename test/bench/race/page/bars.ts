/** One bar, in parts that stand one after the other. */
export interface Bar {
  readonly label: string
  readonly parts: readonly { readonly name: string; readonly value: number }[]
  /** Smallest and largest of what the bar is the median of; left out: there is one value. */
  readonly range?: readonly [min: number, max: number]
}

export interface BarPlot {
  readonly title: string
  readonly unit: string
  readonly bars: readonly Bar[]
}

const width = 760
const labelWidth = 170
const valueWidth = 110
const barHeight = 26
const gap = 14
const top = 44
/** Told apart by people who see few colours too (Okabe and Ito, then Tol); more parts than these would share some. */
const colours = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#d55e00',
  '#999999',
  '#332288',
  '#117733',
  '#882255',
] as const

const number = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 })
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
const at = (value: number): string => value.toFixed(1)

/** Horizontal bars as an SVG document that stands on any background. @throws RangeError for no bar, or a value that is none. */
export function barPlot({ bars, title, unit }: BarPlot): string {
  const totals = bars.map(totalOf)
  const largest = Math.max(...totals, ...bars.map(({ range }) => range?.[1] ?? 0))
  if (!Number.isFinite(largest) || largest <= 0) throw new RangeError(`nothing to draw in ${title}`)
  const names = [...new Set(bars.flatMap(({ parts }) => parts.map(({ name }) => name)))]
  const scale = (width - labelWidth - valueWidth) / largest
  const legend = names.length > 1 ? legendOf(names) : { marks: '', height: 0 }
  const height = top + legend.height + bars.length * (barHeight + gap)
  const drawn = bars.map((bar, n) =>
    drawBar(bar, { y: top + legend.height + n * (barHeight + gap), scale, names }),
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif" font-size="13">
<rect width="${width}" height="${height}" fill="#ffffff"/>
<text x="8" y="24" font-size="16" font-weight="600" fill="#222222">${escaped(title)} <tspan font-weight="400" fill="#555555">(${escaped(unit)})</tspan></text>
${legend.marks}${drawn.join('')}</svg>
`
}

const totalOf = ({ parts }: Bar): number => parts.reduce((sum, { value }) => sum + value, 0)

const colourOf = (names: readonly string[], name: string): string =>
  colours[names.indexOf(name) % colours.length] ?? colours[0]

interface Place {
  readonly y: number
  readonly scale: number
  readonly names: readonly string[]
}

function drawBar(bar: Bar, { names, scale, y }: Place): string {
  let x = labelWidth
  let marks = `<text x="${labelWidth - 8}" y="${y + 18}" text-anchor="end" fill="#222222">${escaped(bar.label)}</text>\n`
  for (const { name, value } of bar.parts) {
    marks += `<rect x="${at(x)}" y="${y}" width="${at(value * scale)}" height="${barHeight}" fill="${colourOf(names, name)}"><title>${escaped(name)}: ${number.format(value)}</title></rect>\n`
    x += value * scale
  }
  const end = Math.max(x, labelWidth + (bar.range?.[1] ?? 0) * scale)
  if (bar.range !== undefined) {
    const [from, to] = bar.range.map((value) => at(labelWidth + value * scale))
    const middle = y + barHeight / 2
    marks += `<path d="M${from} ${middle - 6}V${middle + 6}M${from} ${middle}H${to}M${to} ${middle - 6}V${middle + 6}" stroke="#222222" fill="none"/>\n`
  }
  return `${marks}<text x="${at(end + 8)}" y="${y + 18}" fill="#222222">${number.format(totalOf(bar))}</text>\n`
}

const legendStep = 118

function legendOf(names: readonly string[]): { readonly marks: string; readonly height: number } {
  const perRow = Math.floor((width - 16) / legendStep)
  const marks = names.map((name, n) => {
    const x = 8 + (n % perRow) * legendStep
    const y = top + Math.floor(n / perRow) * 22
    return `<rect x="${x}" y="${y}" width="12" height="12" fill="${colourOf(names, name)}"/><text x="${x + 18}" y="${y + 11}" fill="#222222">${escaped(name)}</text>\n`
  })
  return { marks: marks.join(''), height: Math.ceil(names.length / perRow) * 22 + 8 }
}
