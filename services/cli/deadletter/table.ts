/** 2026-03-01 12:00:05 */
export const minute = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 19)}`

/** Columns as wide as their widest cell; the first `numbers` of them are flush right. */
export function table(rows: readonly (readonly string[])[], numbers: number): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0
          return column < numbers ? cell.padStart(width) : cell.padEnd(width)
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
    .concat('\n')
}
