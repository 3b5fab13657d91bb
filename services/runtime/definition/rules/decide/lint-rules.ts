import type { Observation } from '../../findings.ts'
import type { PipelineDefinition } from '../../schema.ts'
import { createQuestions, type Questions, type ReadSegment } from './questions.ts'
import type { Answer } from './search.ts'

/** What could not be told of one segment. */
interface Doubt {
  readonly question: string
  readonly answer: Extract<Answer, { kind: 'opaque' | 'too_many' }>
}

/**
 * Rules that can never hold, always hold, contradict one another, say the same as others or are shadowed by them. What is found is so for every
 * profile that there can be; what can't be decided is said to be undecided.
 */
export function lintRules(definition: PipelineDefinition): readonly Observation[] {
  const questions = createQuestions(definition)
  const doubts = new Map<ReadSegment, Doubt[]>()
  const never = (of: ReadSegment, question: string, answer: Answer): boolean => {
    if (answer.kind === 'opaque' || answer.kind === 'too_many') {
      const known = doubts.get(of)
      if (known === undefined) doubts.set(of, [{ question, answer }])
      else known.push({ question, answer })
    }
    return answer.kind === 'never'
  }
  const empty = new Set<ReadSegment>()
  const found = questions.segments.flatMap((of) => {
    const alone = lintAlone(of, questions, never)
    if (alone.some(({ code }) => code === 'rule_unsatisfiable')) empty.add(of)
    return alone
  })
  const alive = questions.segments.filter((of) => !empty.has(of))
  const shadowed = new Map(
    alive.flatMap((of): [ReadSegment, Observation][] => {
      const observation = shadow(of, alive, questions, never)
      return observation === null ? [] : [[of, observation]]
    }),
  )
  const twins = alive.flatMap((of, place) => {
    // Whoever is shadowed by a twin has been told.
    if (shadowed.has(of)) return []
    const twin = alive
      .slice(0, place)
      .find((other) =>
        never(of, `it ever differs from ${other.segment.name}`, questions.canDiffer(of, other)),
      )
    return twin === undefined ? [] : [duplicate(of, twin)]
  })
  return [...found, ...shadowed.values(), ...twins, ...[...doubts].map(undecided)]
}

type Never = (of: ReadSegment, question: string, answer: Answer) => boolean

function lintAlone(of: ReadSegment, questions: Questions, never: Never): readonly Observation[] {
  const { exit, index, segment } = of
  const enterPath = ['segments', index, 'enter']
  const exitPath = ['segments', index, 'exit']
  const { name } = segment
  if (never(of, 'enter can hold', questions.canEnter(of)))
    return [
      {
        severity: 'warning',
        code: 'rule_unsatisfiable',
        message: `nobody can ever enter ${name}: its rule holds for no values at all`,
        hint: 'look for comparisons that exclude each other',
        path: enterPath,
      },
    ]
  const found: Observation[] = []
  if (never(of, 'enter can fail', questions.canFail(of)))
    found.push({
      severity: 'warning',
      code: 'rule_always_true',
      message: `everybody enters ${name} of whom is known what its rule reads`,
      hint: 'a rule that chooses nobody needs no segment',
      path: enterPath,
    })
  if (exit === null) return found
  if (never(of, 'exit can hold', questions.canExit(of)))
    return [
      ...found,
      {
        severity: 'warning',
        code: 'rule_unsatisfiable',
        message: `nobody ever leaves ${name} by its exit: it holds for no values at all`,
        hint: 'without an exit members leave as soon as enter no longer holds',
        path: exitPath,
      },
    ]
  if (never(of, 'somebody can meet enter and not exit', questions.canGetIn(of)))
    return [
      ...found,
      {
        severity: 'warning',
        code: 'rule_unsatisfiable',
        message: `nobody can ever enter ${name}: whoever meets enter meets exit, too`,
        hint: 'exit wins where both hold',
        path: exitPath,
      },
    ]
  const meeting = questions.canMeetBoth(of)
  if (!never(of, 'enter and exit can hold at once', meeting) && meeting.kind === 'possible')
    found.push({
      severity: 'warning',
      code: 'rule_contradiction',
      message: `enter and exit of ${name} can hold at once: then nobody enters, and members leave`,
      hint: `so when ${meeting.world.join(', ')}`,
      path: exitPath,
    })
  return found
}

const wantsFirst = (a: ReadSegment, b: ReadSegment): boolean =>
  a.segment.priority < b.segment.priority ||
  (a.segment.priority === b.segment.priority && a.segment.name < b.segment.name)

/** Of a group the first by priority wins: a segment whose people all want into earlier ones is never entered. */
function shadow(
  of: ReadSegment,
  all: readonly ReadSegment[],
  questions: Questions,
  never: Never,
): Observation | null {
  const { group, name, purpose } = of.segment
  if (group === undefined) return null
  const before = all.filter(
    (other) => other.segment.group === group && other !== of && wantsFirst(other, of),
  )
  if (before.length === 0) return null
  const ask = (others: readonly ReadSegment[]): boolean =>
    never(of, 'the others of its group leave anybody for it', questions.canBeLeft(of, others))
  if (!ask(before)) return null
  // Only those without whom somebody would be left, the first ones if there is a choice.
  const shades = before.toReversed().reduce((left, each) => {
    const others = left.filter((one) => one !== each)
    return questions.canBeLeft(of, others).kind === 'never' ? others : left
  }, before)
  const names = shades.map(({ segment }) => segment.name).join(', ')
  const foreign = shades.filter(({ segment }) => segment.purpose !== purpose)
  const purposes = [...new Set(foreign.map(({ segment }) => segment.purpose))].join(' or ')
  return {
    severity: foreign.length === 0 ? 'warning' : 'info',
    code: 'rule_shadowed',
    message:
      foreign.length === 0
        ? `nobody ever enters ${name}: whoever could is taken by ${names}, earlier in group ${group}`
        : `only who has not agreed to ${purposes} can enter ${name}: everybody else is taken by ${names}, earlier in group ${group}`,
    hint: 'give it a lower priority number, a narrower rule to the others, or another group',
    path: ['segments', of.index, 'enter'],
  }
}

const duplicate = (of: ReadSegment, twin: ReadSegment): Observation => ({
  severity: 'warning',
  code: 'rule_duplicate',
  message: `${of.segment.name} has the same members as ${twin.segment.name}: their rules always say the same${
    of.segment.purpose === twin.segment.purpose
      ? ''
      : `, for other purposes (${of.segment.purpose}, ${twin.segment.purpose})`
  }${of.segment.min_stay === twin.segment.min_stay ? '' : '; only their minimum stays differ'}${
    of.segment.group === twin.segment.group
      ? ''
      : '; others of a group can still take members from one of them'
  }`,
  hint: 'keep one of them, or say what the other is for in its rule',
  path: ['segments', of.index, 'enter'],
})

function undecided([of, doubts]: readonly [ReadSegment, readonly Doubt[]]): Observation {
  const parts = new Set(
    doubts.flatMap(({ answer }) => (answer.kind === 'opaque' ? answer.parts : [])),
  )
  const questions = [...new Set(doubts.map(({ question }) => question))]
  const more = questions.length > shownMax ? `, and ${questions.length - shownMax} more` : ''
  return {
    severity: 'info',
    code: 'rule_undecided',
    message: `undecided of ${of.segment.name}: whether ${questions.slice(0, shownMax).join('; whether ')}${more}`,
    hint:
      parts.size === 0
        ? 'its rules have too many cases to look at; simpler ones can be decided'
        : `intervals and lists of values can't tell what becomes of ${[...parts].slice(0, shownMax).join(', ')}`,
    path: ['segments', of.index, 'enter'],
  }
}

const shownMax = 3
