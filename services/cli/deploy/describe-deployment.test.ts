import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { planDeployment } from '#runtime/definition/deploy/plan.ts'
import { definitionVersion } from '#runtime/event/ids.ts'
import { printDeployment } from './describe-deployment.ts'

const text = readFileSync(
  fileURLToPath(new URL('../../../infra/pipeline.yaml', import.meta.url)),
  'utf8',
)
const again = { plan: planDeployment(text, text), version: definitionVersion(3) }

it('says that a file which is in force already tells nobody, when somebody is to be told', () => {
  const asked = { file: 'p.yaml', dryRun: false }
  const quiet = printDeployment(again, { ...asked, notify: false })
  expect(quiet).toBe('p.yaml is in force already, as version 3\n')
  expect(printDeployment(again, { ...asked, notify: true })).toContain(
    `${quiet}Nobody is told by --notify: nothing changed.`,
  )
})
