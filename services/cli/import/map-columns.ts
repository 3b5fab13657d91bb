import { mapPaths } from '#runtime/definition/checks/map-paths.ts'
import type { SourceMap } from '#runtime/definition/map-schema.ts'
import { TributaryError } from '#runtime/errors/index.ts'

/** The columns that a map reads, each once. */
export const columnsOf = (map: SourceMap): readonly string[] => [
  ...new Set(Array.from(mapPaths(map), ([, path]) => path)),
]

/**
 * A map that does not fit a file, before anything of it is sent: rows that were sent keep their event ids, so that what a better map
 * reads of them afterwards would count for nothing. Names of the file are not repeated: its first line may be a person.
 * @throws TributaryError TRB_CONFIG_INVALID
 */
export function checkColumns(map: SourceMap, names: readonly string[]): void {
  const read = columnsOf(map)
  const missing = read.filter((name) => !names.includes(name))
  const twice = read.filter((name) => names.indexOf(name) !== names.lastIndexOf(name))
  if (missing.length > 0)
    throw new TributaryError(
      'TRB_CONFIG_INVALID',
      `the map reads columns that the file does not have: ${missing.join(', ')}; ${inHeader(map, names.length)}`,
      {
        hint: 'Look at the first line of the file, the map’s delimiter, and its columns where no first line names them; leave out of the map what the file does not have. Nothing was sent.',
      },
    )
  if (twice.length > 0)
    throw new TributaryError(
      'TRB_CONFIG_INVALID',
      `the file has more than one column of the name ${twice.join(', ')}`,
      { hint: 'Give each its own name, or name all columns in the map. Nothing was sent.' },
    )
}

const inHeader = ({ columns, delimiter = ',' }: SourceMap, count: number): string => {
  if (columns !== undefined) return 'its own columns do not name them'
  if (count === 0) return 'it is empty'
  const parted = delimiter === 'whitespace' ? 'blanks' : JSON.stringify(delimiter)
  return `its first line, parted by ${parted}, names ${count}`
}
