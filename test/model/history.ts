import { definitionVersion, epochMs } from '#runtime/event/ids.ts'
import type { TestEvent } from '../support/fold/events.ts'
import type { World } from './world.ts'

const minute = 60_000

/** What the outside does to a history: events, redeliveries, operators, deployments. */
export interface Outside {
  produce(): void
  command(): void
  deploy(): void
  /** Sends one of the Defines that are still on their way; false: none is. */
  deliverDefine(): boolean
}

export function createOutside(world: World): Outside {
  const { random } = world
  const sent: TestEvent[] = []
  const defines: { readonly partition: number; readonly version: number }[] = []
  let version = 0
  let commands = 0

  const newEvent = (): TestEvent => {
    const wanted = random.chance(0.04) ? 0 : random.chance(0.35) ? 2 : 1
    const first = random.chance(0.4) ? world.identifiers.slice(0, 1) : []
    const identifiers = [...new Set([...first, ...random.shuffled(world.identifiers)])]
    const event = {
      id: `e${sent.length}`,
      identifiers: identifiers.slice(0, wanted).toSorted(byPriority),
      // Late ones, too.
      at: world.now - (random.chance(0.2) ? random.below(300) * minute : 0),
      properties: { amount: 1 + random.below(9) },
      traits: random.chance(0.2) ? { city: random.pick(['Rome', 'Oslo', 'Bonn']) } : {},
    }
    sent.push(event)
    return event
  }

  /** What a scanner makes of one mail: clicks on its links within two seconds, and perhaps one of them again. */
  const newScan = (): readonly TestEvent[] => {
    const of = random.pick(world.identifiers)
    return Array.from({ length: 2 + random.below(5) }, (): TestEvent => {
      const event = {
        id: `e${sent.length}`,
        identifiers: [of],
        at: world.now - 1_000 - random.below(2_000),
        type: 'email_clicked' as const,
        properties: { link_digest: `link-${random.below(6)}..` },
      }
      sent.push(event)
      return event
    })
  }

  const sendDefine = (partition: number, to: number): void => {
    const position = [to, 0, 0] as const
    const body = { kind: 'define', version: definitionVersion(to) } as const
    world.append(partition, {
      origin: { kind: 'definitions' },
      logTime: null,
      messages: [{ position, body }],
    })
  }

  const outside: Outside = {
    produce() {
      if (random.chance(0.15)) {
        // In one batch of the vendor, or click by click.
        const scan = newScan()
        const records = random.chance(0.3) ? [scan] : scan.map((event) => [event])
        for (const events of records) random.pick(world.raw).push({ at: world.now, events })
        return
      }
      const count = random.chance(0.8) ? 1 : 2 + random.below(2)
      const events = Array.from({ length: count }, () =>
        sent.length > 0 && random.chance(0.12) ? random.pick(sent) : newEvent(),
      )
      random.pick(world.raw).push({ at: world.now, events })
    },
    command() {
      const kind = random.next()
      const action =
        kind < 0.4 ? 'merge' : kind < 0.75 ? 'split' : kind < 0.85 ? 'unsplit' : 'erase'
      const two = action === 'merge' || action === 'unsplit'
      const fragments = random.shuffled(world.identifiers).slice(0, two ? 2 : 1)
      const commandId = `c${commands++}`
      const common = {
        kind: 'command',
        commandId,
        at: epochMs(world.now),
        by: 'op',
        reason: '',
      } as const
      world.appendLink({ ...common, action, fragments })
    },
    deploy() {
      if (version >= 3) return
      version++
      world.appendLink({
        kind: 'define',
        version: definitionVersion(version),
        at: epochMs(world.now),
      })
      for (let partition = 0; partition < world.partitions; partition++)
        defines.push({ partition, version })
    },
    deliverDefine() {
      const [next] = defines.splice(random.below(defines.length), 1)
      if (next === undefined) return false
      sendDefine(next.partition, next.version)
      return true
    },
  }
  // The first definition is everywhere before anything else is sent: channels wait for it.
  outside.deploy()
  while (outside.deliverDefine());
  return outside
}

const order = ['user_id', 'email', 'anonymous_id']
const byPriority = (a: string, b: string): number =>
  order.indexOf(a.slice(0, a.indexOf(':'))) - order.indexOf(b.slice(0, b.indexOf(':'))) ||
  (a < b ? -1 : 1)
