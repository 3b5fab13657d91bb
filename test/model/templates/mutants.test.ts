import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { templateNames } from '../../../services/cli/init/templates.ts'
import { checkout } from '../../world/demo/directory.ts'
import { findSurvivors } from './find-survivors.ts'

/** Slips that change nothing for anybody, so that no example can notice. */
const harmless: Readonly<Record<string, readonly string[]>> = {
  retail: [
    // An order makes a new customer, who comes first of the group anyway.
    'considering: exit: orders >= [1 → 2]',
    // Nobody whom these hold for can be in another segment of the group, or only in such as lie on the same side.
    'considering: first of its group',
    'new_customer: enter: orders == 1 [&& → ||]',
    'new_customer: no group',
    'new_customer: first of its group',
    'new_customer: last of its group',
    'repeat_customer: last of its group',
    'lapsed_unsubscribed: first of its group',
    'lapsed_silent: last of its group',
    // After ninety days one of the lapsed comes first.
    'new_customer: enter: (last_order_at) <= days([90 → 113]',
    'repeat_customer: enter: (last_order_at) <= days([90 → 113]',
    // `exit` says the same, and wins.
    'browsing: enter: >= 2 && cart_interest < [0.5 → 0.625]',
    'high_intent: enter: e(last_order_at) > days([1 → 0]',
  ],
  saas: [
    // Before thirty days the trial comes first.
    'trial_ended: enter: (last_signup_at) > days([30 → 22]',
    'trial_ended: first of its group',
    'activated: first of its group',
    'lapsed_unsubscribed: first of its group',
    // `exit` says the same, and wins.
    'high_intent: enter: || (has(last_cancel_at) [&& → ||]',
  ],
  media: ['registered: first of its group', 'lapsed_unsubscribed: first of its group'],
}

it.each(templateNames)(
  'every slip in a rule of the template %s fails one of its examples',
  (name) => {
    const read = (file: string): string =>
      readFileSync(`${checkout}/infra/templates/${name}/${file}`, 'utf8')
    const { mutants, survivors } = findSurvivors(read('pipeline.yaml'), read('pipeline.test.yaml'))
    expect(mutants).toBeGreaterThan(150)
    expect(survivors.toSorted()).toEqual(harmless[name]?.toSorted())
  },
)
