import type { MachineRules } from '#runtime/machines/rules.ts'
import { askedPurposes } from './answers.ts'
import { definitionText, testDefinition } from '../support/fold/definition.ts'

const traits = `
traits:
  - { name: city, type: string, purpose: mail, description: City }
`
const segment = (name: string, enter: string, more = '', purpose = 'service') => `
  - name: ${name}
    description: ${name}
    owner: a@b.example
    objective: None
    success_metric: { event: page_viewed, aggregation: count, window: 7d, direction: up }
    review_by: 2030-01-01
    enter: ${enter}
    ${more}
    purpose: ${purpose}
`
const views =
  '  - { name: views, description: V, kind: count, events: [page_viewed], purpose: service }\n'
const heat =
  '  - { name: heat, description: H, kind: decayed_count, events: [page_viewed], half_life: 1h, purpose: service }\n'
const spend =
  '  - { name: spend, description: S, kind: decayed_sum, events: [page_viewed], value: properties.quantity, half_life: 2h, purpose: ads }\n'

const clicks =
  '  - { name: clicks, description: C, kind: count, events: [email_clicked], purpose: service }\n'
/** Bursts are small, so that histories hold many. */
const machines = 'machines: { click_burst: { links: 3 }, click_on_delivery: off, rate: off }\n'

/**
 * What the oracle has to know of a definition: which features count, and the thresholds of the segments that have no memory. `sticky`
 * has an exit, so its truth depends on the path: it is only held against itself.
 */
export interface ModelDefinition {
  readonly features: readonly ('views' | 'heat' | 'spend' | 'clicks')[]
  readonly regular: number | null
  readonly warm: number | null
  readonly spent: number | null
}

export const models: ReadonlyMap<number, ModelDefinition> = new Map([
  [1, { features: ['views', 'heat', 'clicks'], regular: 4, warm: 1.5, spent: null }],
  [2, { features: ['views', 'heat', 'spend', 'clicks'], regular: 2, warm: 0.7, spent: 6 }],
  [3, { features: ['views', 'spend', 'clicks'], regular: 3, warm: null, spent: 9 }],
  [4, { features: ['views', 'heat', 'spend', 'clicks'], regular: 2, warm: 0.7, spent: 6 }],
])

/** Silence after which profiles that nobody is known by end: rare while a history lives, sure at the end of some. */
export const silenceMs = 40 * 3_600_000
const expire = 'expire: { anonymous: 40h }\n'

const sticky = segment('sticky', 'views >= 3', 'exit: views >= 6\n    priority: 3')
const regular = (n: number) => segment('regular', `views >= ${n}`, 'priority: 1')
/** Its purpose is one that people answer: it has members among those who said yes. */
const warm = (n: number) => segment('warm', `heat >= ${n}`, 'priority: 2', 'ads')
/** Its purpose is given, that of what it reads has to be. */
const spent = (n: number) => segment('spent', `spend >= ${n}`, 'priority: 4')

const bodies: readonly string[] = [
  `${machines}${expire}${traits}features:\n${clicks}${views}${heat}segments:${regular(4)}${warm(1.5)}${sticky}`,
  `${machines}${expire}${traits}features:\n${clicks}${views}${heat}${spend}segments:${regular(2)}${warm(0.7)}${sticky}${spent(6)}`,
  `${machines}${expire}${traits}features:\n${clicks}${views}${spend}segments:${regular(3)}${spent(9)}`,
]

const byLogin = ['user_id', 'email', 'anonymous_id']
const byAddress = ['email', 'user_id', 'anonymous_id']

/** People answer for two of them. */
const purposes = ['service', ...askedPurposes]

/** The versions from 1 on. The last one is the second with another order of identifiers: nothing but a rebuild may bring it into force. */
const files = [...bodies, bodies[1] ?? ''].map((body, n) => ({
  body,
  priority: n === bodies.length ? byAddress : byLogin,
}))
/** What deployments may bring into force. */
export const deployedMax = bodies.length
export const priorityOf = (version: number): readonly string[] =>
  files[version - 1]?.priority ?? byLogin
export const definitions = files.map(({ body, priority }, n) =>
  testDefinition(n + 1, body, priority, purposes),
)
export const definitionTexts = files.map(({ body, priority }) =>
  definitionText(body, priority, purposes),
)

/** All definitions have the same. */
export const machineRules: MachineRules = {
  clickBurst: { links: 3, withinMs: 2_000 },
  clickOnDelivery: null,
  rate: null,
}

/** Half-lives by feature, for the oracle. */
export const halfLives = { heat: 3_600_000, spend: 7_200_000 } as const

/** What events of the raw topic carry as their source. */
export const sourceName = 'tributary'
