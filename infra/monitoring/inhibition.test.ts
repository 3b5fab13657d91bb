import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { monitoring } from '../../test/support/monitoring/rule-files.ts'
import { type Running, startServer } from '../../test/support/monitoring/running.ts'
import { missingTools } from '../../test/support/monitoring/tools.ts'

/** What a real Alertmanager makes silent, by the file that is here. Nothing is sent: its receivers are not there. */
const missing = missingTools('alertmanager')
const directory = mkdtempSync(join(tmpdir(), 'tributary-alertmanager-'))
let alertmanager: Running | null = null
beforeAll(async () => {
  if (missing !== null) return
  alertmanager = await startServer('alertmanager', [
    `--config.file=${join(monitoring, 'alertmanager.yml')}`,
    `--storage.path=${directory}`,
    '--cluster.listen-address=',
  ])
})
afterAll(async () => {
  await alertmanager?.stop()
  rmSync(directory, { recursive: true })
})

beforeEach(({ skip }) => {
  if (missing !== null) skip(missing)
})

type Labels = Readonly<Record<string, string>>
const alertsSchema = z.array(
  z.object({
    labels: z.record(z.string(), z.string()),
    status: z.object({ inhibitedBy: z.array(z.string()) }),
  }),
)
type Alerts = z.infer<typeof alertsSchema>
/** How many alerts make one silent; undefined: it is not there. */
const silencersOf = (alerts: Alerts, target: Labels): number | undefined =>
  alerts.find(({ labels }) =>
    Object.entries(target).every(([name, value]) => labels[name] === value),
  )?.status.inhibitedBy.length

let installations = 0

/** Whether `target` is silent while `source` fires, in an installation of their own or in two. */
async function isSilent(source: Labels, target: Labels, elsewhere = false): Promise<boolean> {
  installations += 1
  const installation = `shop-${installations}`
  const asked = { installation: elsewhere ? `${installation}-b` : installation, ...target }
  // Alerts are taken in their order, a moment after they are accepted: when the last of these is silent, so is what should be before it.
  const last = { installation: `${installation}-last`, severity: 'warn', owner: 'on-call' }
  const lastTarget = { ...last, alertname: 'StageBehind' }
  const alerts: readonly Labels[] = [
    { installation, ...source },
    asked,
    { ...last, alertname: 'StageStuck' },
    lastTarget,
  ]
  const url = `${alertmanager?.url}/api/v2/alerts`
  const posted = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(alerts.map((labels) => ({ labels }))),
  })
  expect(posted.status).toBe(200)
  let found: Alerts = []
  await expect
    .poll(async () => {
      found = alertsSchema.parse(await (await fetch(url)).json())
      return silencersOf(found, lastTarget)
    })
    .toBe(1)
  const silencers = silencersOf(found, asked)
  expect(silencers).toBeDefined()
  return silencers !== 0
}

const critical = { severity: 'critical', owner: 'on-call' }
const warn = { severity: 'warn', owner: 'on-call' }
const drifted = (kind: string, severity = 'critical'): Labels => ({
  alertname: 'DataDrifted',
  kind,
  subject: 'crm/till',
  severity,
  owner: 'on-call',
})
const place = { stage: 'profiles', topic: 'profile.log', partition: '3' }

it.each<readonly [string, Labels, Labels]>([
  [
    'the lighter of two of the same',
    { alertname: 'StageBehind', ...critical, ...place },
    { alertname: 'StageBehind', ...warn, ...place },
  ],
  ['drift that has got worse', drifted('volume'), drifted('volume', 'warn')],
  [
    'one process of a service that is down',
    { alertname: 'ServiceDown', service: 'web', ...critical },
    { alertname: 'ServiceDown', service: 'web', instance: 'a', ...warn },
  ],
  [
    'what waits for Kafka',
    { alertname: 'KafkaAway', ...critical },
    { alertname: 'StageStuck', ...critical, ...place },
  ],
  [
    'who waits for ClickHouse',
    { alertname: 'ClickHouseAway', ...critical },
    { alertname: 'ServiceNotReady', service: 'profiles', instance: 'a', ...warn },
  ],
  [
    'the lag of a partition that stands still',
    {
      alertname: 'PartitionStopped',
      service: 'profiles',
      ...critical,
      topic: place.topic,
      partition: '3',
    },
    { alertname: 'StageStuck', ...critical, ...place },
  ],
  [
    'the lag of one whose disk is full',
    { alertname: 'StateDiskFull', service: 'profiles', instance: 'a', ...critical },
    { alertname: 'StageStuck', ...critical, ...place },
  ],
  [
    'a source that nobody reads',
    { alertname: 'ServiceDown', service: 'crm', ...critical },
    { alertname: 'SourceSilent', source: 'till', ...critical },
  ],
  [
    'drift while things stand still',
    { alertname: 'StageStuck', ...critical, ...place },
    drifted('feature'),
  ],
  [
    'that it waited, while it waits',
    { alertname: 'StageBehind', ...warn, ...place },
    drifted('lag'),
  ],
  [
    'the volume of a source that is refused',
    { alertname: 'DeadLetters', source: 'till', reason: 'unreadable', ...critical },
    drifted('volume'),
  ],
])('silent is %s', async (_, source, target) => {
  expect(await isSilent(source, target)).toBe(true)
  // What happens elsewhere explains nothing here.
  expect(await isSilent(source, target, true)).toBe(false)
})

it.each<readonly [string, Labels, Labels]>([
  [
    'another partition',
    {
      alertname: 'PartitionStopped',
      service: 'profiles',
      ...critical,
      topic: place.topic,
      partition: '2',
    },
    { alertname: 'StageStuck', ...critical, ...place },
  ],
  [
    'another service',
    { alertname: 'ServiceDown', service: 'web', ...critical },
    { alertname: 'ServiceDown', service: 'crm', instance: 'b', ...warn },
  ],
  [
    'drift of another subject',
    drifted('volume'),
    { ...drifted('volume', 'warn'), subject: 'web/segment' },
  ],
  [
    'a source, while profiles do not run',
    { alertname: 'ServiceDown', service: 'profiles', ...critical },
    { alertname: 'SourceSilent', source: 'till', ...critical },
  ],
  [
    'features, while a source is refused',
    { alertname: 'DeadLetters', source: 'till', reason: 'unreadable', ...critical },
    drifted('feature'),
  ],
  [
    'drift, while something can wait',
    { alertname: 'StageBehind', ...warn, ...place },
    drifted('feature'),
  ],
  [
    'the cause',
    { alertname: 'StageStuck', ...critical, ...place },
    { alertname: 'KafkaAway', ...critical },
  ],
])('not silent is %s', async (_, source, target) => {
  expect(await isSilent(source, target)).toBe(false)
})
