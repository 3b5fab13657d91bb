import { definitionVersion, epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { encodeFrame } from '#runtime/log/frame.ts'
import { encodeLinksRecord } from '#runtime/log/links-record.ts'
import type { LinksRecord } from '#runtime/log/links.ts'
import { deployedMax } from './definitions.ts'
import { finalIdentity } from './final-identity.ts'
import { createProducer } from './producer.ts'
import { brokerNow, type World } from './world.ts'

/** What the outside does to a history: events, redeliveries, records that nobody can read, operators, deployments. */
export interface Outside {
  produce(): void
  command(): void
  /** An operator's word. */
  say(action: 'merge' | 'split' | 'unsplit', fragments: readonly FragmentId[]): void
  /** Erases whoever an identifier belongs to, as the log has it then; gives all that go. */
  erase(fragment: FragmentId): readonly FragmentId[]
  /** Splits every identifier from all others: afterwards everything must be as if nothing had ever been merged. */
  splitAll(): void
  deploy(): void
  /** Sends one of the Defines that are still on their way; false: none is. */
  deliverDefine(): boolean
}

/** @param at The generation that serves, which may change. */
export function createOutside(world: World, at: () => World = () => world): Outside {
  const { random, broker } = world
  const producer = createProducer(world, at)
  const defines: { readonly partition: number; readonly version: number }[] = []
  let commands = 0

  const appendLink = (record: LinksRecord): void =>
    broker.append(at().identity.reads.links, {
      key: Buffer.from(`outside/${commands++}`),
      value: encodeLinksRecord(record),
      partition: 0,
    })

  const operator = () =>
    ({
      kind: 'command',
      commandId: `c${commands}`,
      at: epochMs(brokerNow(world)),
      by: 'op',
      reason: '',
    }) as const

  const sendDefine = (partition: number, to: number): void =>
    broker.append(world.profiles.writes.profileLog, {
      key: null,
      value: encodeFrame({
        origin: { kind: 'definitions' },
        logTime: null,
        messages: [
          { position: [to, 0, 0], body: { kind: 'define', version: definitionVersion(to) } },
        ],
      }),
      partition,
    })

  const outside: Outside = {
    produce: () => producer.produce(),
    command() {
      const kind = random.next()
      const action =
        kind < 0.4
          ? 'merge'
          : kind < 0.7
            ? 'split'
            : kind < 0.8
              ? 'unsplit'
              : kind < 0.87
                ? 'reconsider'
                : 'erase'
      const two = action === 'merge' || action === 'unsplit'
      const fragments = random.shuffled(world.identifiers).slice(0, two ? 2 : 1)
      appendLink({ ...operator(), action, fragments })
    },
    say: (action, fragments) => appendLink({ ...operator(), action, fragments }),
    erase(fragment) {
      const identity = finalIdentity(at())
      appendLink({ ...operator(), action: 'erase', fragments: [fragment] })
      return world.identifiers.filter((id) => identity.of(id) === identity.of(fragment))
    },
    splitAll() {
      for (const fragment of world.identifiers)
        appendLink({ ...operator(), action: 'split', fragments: [fragment] })
    },
    deploy() {
      if (world.deployed >= deployedMax) return
      const version = ++world.deployed
      appendLink({
        kind: 'define',
        version: definitionVersion(version),
        at: epochMs(brokerNow(world)),
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
