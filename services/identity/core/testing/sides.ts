import type { FragmentId } from '#runtime/event/ids.ts'
import type { CommandRecord, LinksRecord } from '#runtime/log/links.ts'
import { command, fragment, namedIn, shortOf, type TestLinker } from './log.ts'

/** Everybody in the profile of an identifier. */
export function sideOf({ state }: TestLinker, short: string): readonly FragmentId[] {
  const id = fragment(short)
  const component = state.node(id)?.component ?? id
  return [...(state.component(component)?.members ?? [id])]
}

/** Splits off all of these from whoever else is there. */
export const splitOff = (side: readonly FragmentId[]): CommandRecord =>
  command('split', side.map(shortOf).join(' '))

/** The survivor of each identifier that a history names: who is together, and under which id. */
export function partitionOf(
  { state }: TestLinker,
  history: readonly LinksRecord[],
): Readonly<Record<string, string>> {
  const names = [...namedIn(history)].toSorted()
  return Object.fromEntries(
    names.map((id) => [shortOf(id), shortOf(state.node(id)?.component ?? id)]),
  )
}

/** Who is together, whoever survives. */
export const groupsOf = (linker: TestLinker, history: readonly LinksRecord[]): readonly string[] =>
  [...Map.groupBy(namedIn(history), (id) => linker.state.node(id)?.component ?? id).values()]
    .map((members) => members.map(shortOf).toSorted().join(' '))
    .toSorted()
