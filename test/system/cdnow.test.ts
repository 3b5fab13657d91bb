import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import { topicName } from '#schemas/topics.ts'
import { createInstallation, type Installation } from '../support/pipeline/installation.ts'
import { checkout } from '../world/demo/directory.ts'
import {
  assertAlive,
  type ServiceProcess,
  untilReady,
} from '../support/pipeline/service-process.ts'

// The purchases of 23,570 real customers (see test/fixtures/cdnow.map.yaml). The file is not part of the project: where it is not
// there, these tests are skipped, and services/cli/import/import.test.ts reads a few of its rows.
const file = join(checkout, '../shared/data/cdnow.txt')
const map = join(checkout, 'test/fixtures/cdnow.map.yaml')
const asOf = Date.UTC(1998, 6, 1)
const halfLifeMs = 30 * 86_400_000

interface Customer {
  count: number
  cents: number
  last: number
  decayed: number
}

/** What the file itself says, by hand: no line of the product takes part. */
function customersOf(text: string): ReadonlyMap<string, Customer> {
  const customers = new Map<string, Customer>()
  for (const line of text.split('\n').slice(1)) {
    const [id, date = '', , dollars = ''] = line.trim().split(/\s+/)
    if (id === undefined || id === '') continue
    const at = Date.UTC(
      Number(date.slice(0, 4)),
      Number(date.slice(4, 6)) - 1,
      Number(date.slice(6, 8)),
    )
    const customer = customers.get(id) ?? { count: 0, cents: 0, last: 0, decayed: 0 }
    customer.count += 1
    customer.cents += Math.round(Number(dollars) * 100)
    customer.last = Math.max(customer.last, at)
    customer.decayed += Number(dollars) * 2 ** (-(asOf - at) / halfLifeMs)
    customers.set(id, customer)
  }
  return customers
}

const rowSchema = z.object({
  profile_id: z.string(),
  purchases: z.coerce.number(),
  spent: z.string(),
  spending: z.number(),
  ref: z.coerce.number(),
  last: z.coerce.number(),
})

describe.skipIf(!existsSync(file))(
  'CDNOW (skipped where ../shared/data/cdnow.txt is not there)',
  () => {
    let installation: Installation
    let services: readonly ServiceProcess[] = []
    let customers: ReadonlyMap<string, Customer>

    beforeAll(async () => {
      customers = customersOf(readFileSync(file, 'utf8'))
      installation = await createInstallation({
        pipelineFile: join(checkout, 'test/fixtures/cdnow.pipeline.yaml'),
      })
      services = (['identity', 'profiles', 'crm'] as const).map((name) => installation.start(name))
      await Promise.all(services.map(async (one) => untilReady(one)))
    })
    afterAll(async () => {
      await installation.drop()
    })

    const importArguments = ['import', '--channel', 'crm', '--file', file, '--map', map, '--json']

    const startImport = (): ChildProcess =>
      spawn(process.execPath, [join(checkout, 'services/cli/main.ts'), ...importArguments], {
        env: { ...installation.environment },
        stdio: 'ignore',
      })

    /** Records on the import topic. */
    const imported = async (): Promise<number> => {
      const offsets = await installation.admin.offsets(
        topicName(installation.prefix, 'channel.crm.import'),
      )
      return [...offsets.values()].reduce((sum, { high }) => sum + high, 0)
    }

    /** Waits until the import topic, the links and the log are read to their ends. */
    const settled = async (): Promise<void> => {
      const { admin, prefix } = installation
      const groups = [
        ['crm', topicName(prefix, 'channel.crm.import')],
        ['profiles', topicName(prefix, 'profile.log')],
      ] as const
      for (let quiet = 0; quiet < 3; ) {
        assertAlive(services)
        let behind = 0
        for (const [group, topic] of groups) {
          const committed = await admin.committed(`${prefix}.tributary-${group}`, topic)
          for (const [partition, { low, high }] of await admin.offsets(topic))
            behind += high - (committed.get(partition)?.offset ?? low)
        }
        quiet = behind === 0 ? quiet + 1 : 0
        await pause(200)
      }
    }

    const compare = async (): Promise<readonly string[]> => {
      const rows = rowSchema.array().parse(
        await installation.clickhouse.query(
          `SELECT toString(profile_id) AS profile_id, f_purchases AS purchases, toString(f_spent) AS spent, f_spending_now AS spending,
                toUnixTimestamp64Milli(f_spending_now_ref_time) AS ref, toUnixTimestamp64Milli(f_last_purchase) AS last
           FROM profiles FINAL WHERE NOT deleted`,
          {},
        ),
      )
      const byProfile = new Map(rows.map((row) => [row.profile_id, row]))
      const wrong: string[] =
        rows.length === customers.size
          ? []
          : [`${rows.length} profiles, ${customers.size} customers`]
      for (const [id, customer] of customers) {
        const row = byProfile.get(
          birthProfileId(installation.pseudonymiser.fragmentId('crm_id', id)),
        )
        const decayed = (row?.spending ?? 0) * 2 ** (-(asOf - (row?.ref ?? 0)) / halfLifeMs)
        const right =
          row?.purchases === customer.count &&
          Math.round(Number(row.spent) * 10_000) === customer.cents * 100 &&
          row.last === customer.last &&
          Math.abs(decayed - customer.decayed) <= 1e-9 * customer.decayed
        if (!right) wrong.push(`${id}: ${JSON.stringify({ row: row ?? null, decayed, customer })}`)
      }
      return wrong
    }

    test('count, sum, last purchase and decayed sum of each customer are those of the file, though the import was killed and repeated', async () => {
      for (const _ of [1, 2]) {
        const before = await imported()
        const victim = startImport()
        while ((await imported()) === before && victim.exitCode === null) await pause(5)
        victim.kill('SIGKILL')
        if (victim.exitCode === null && victim.signalCode === null) await once(victim, 'exit')
        expect(victim.signalCode).toBe('SIGKILL')
      }
      const done: unknown = JSON.parse(await installation.tributary(...importArguments))
      expect(done).toMatchObject({ rejected: 0, sent: 69_659 })
      await settled()
      expect((await compare()).slice(0, 3)).toEqual([])

      const again: unknown = JSON.parse(await installation.tributary(...importArguments, '--again'))
      expect(again).toMatchObject({ already: false, sent: 69_659 })
      await settled()
      expect((await compare()).slice(0, 3)).toEqual([])
      expect(JSON.parse(await installation.tributary(...importArguments))).toMatchObject({
        already: true,
      })
    }, 280_000)
  },
)
