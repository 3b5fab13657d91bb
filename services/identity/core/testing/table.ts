import { expect, it } from 'vitest'
import type { IdentityDefinition } from '#runtime/definition/schema.ts'
import type { LinksRecord } from '#runtime/log/links.ts'
import type { LinkerEffect } from '../effects.ts'
import { decisionsIn, namedIn, shortOf, testLinker, type TestLinker, testPolicy } from './log.ts'

/**
 * One record of the log, what becomes of it (`outcome rule`, several with commas, '' for no decision at all), and the profiles afterwards:
 * each as its survivor, whose birth id it bears, and the others in order (`u:A+d:1+e:1`), with bars between them. Identifiers that are
 * alone are not shown.
 */
export type Step = readonly [record: LinksRecord, decisions: string, profiles: string]

/** A story that another system tells of its own rules, or that anybody would. */
export interface Story {
  readonly name: string
  readonly policy?: Partial<IdentityDefinition>
  readonly steps: readonly Step[]
}

/** As `outcome rule`. */
export const decisionsOf = (effects: readonly LinkerEffect[]): readonly string[] =>
  decisionsIn(effects).map(({ outcome, rule }) => `${outcome} ${rule}`)

/** Profiles of several identifiers, in order, each with its survivor in front. */
export function survivorsOf({ state }: TestLinker, log: readonly LinksRecord[]): readonly string[] {
  const groups = Map.groupBy(namedIn(log), (id) => state.node(id)?.component ?? id)
  return [...groups]
    .filter(([, members]) => members.length > 1)
    .map(([survivor, members]) => {
      const others = members.filter((id) => id !== survivor).map(shortOf)
      return [shortOf(survivor), ...others.toSorted()].join('+')
    })
    .toSorted()
}

/** Each story as a test; a step that goes another way is shown with those before it. */
export function tell(stories: readonly Story[]): void {
  it.each(stories)('$name', ({ policy, steps }) => {
    const linker = testLinker(testPolicy(policy))
    const told: string[] = []
    const expected: string[] = []
    for (const [number, [record, decisions, profiles]] of steps.entries()) {
      const made = decisionsOf(linker.say(record))
      const log = steps.slice(0, number + 1).map(([said]) => said)
      told.push(`${number + 1}: ${made.join(', ')} → ${survivorsOf(linker, log).join(' | ')}`)
      expected.push(`${number + 1}: ${decisions} → ${profiles}`)
    }
    expect(told).toEqual(expected)
  })
}
