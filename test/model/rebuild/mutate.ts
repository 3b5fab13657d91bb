import { epochMs, offset } from '#runtime/event/ids.ts'
import type { Message } from '#runtime/log/messages.ts'
import type { TargetedFrame } from '../../../services/cli/rebuild/generations.ts'
import type { RebuildPorts } from '../../../services/cli/rebuild/ports.ts'
import type { RebuildMutant } from '../mutants.ts'
import type { World } from '../world.ts'

type Change = (ports: RebuildPorts) => RebuildPorts

async function* nothing(): AsyncGenerator<never> {}

const withOld = (ports: RebuildPorts, old: Partial<RebuildPorts['old']>): RebuildPorts => ({
  ...ports,
  old: { ...ports.old, ...old },
})

const withNext = (ports: RebuildPorts, next: Partial<RebuildPorts['next']>): RebuildPorts => ({
  ...ports,
  next: { ...ports.next, ...next },
})

/** Frames with other messages; empty ones are not sent. */
const mapped = (
  ports: RebuildPorts,
  change: (message: Message) => readonly Message[],
): RebuildPorts =>
  withNext(ports, {
    send: async (frames) =>
      ports.next.send(
        frames
          .map(
            ({ partition, frame }): TargetedFrame => ({
              partition,
              frame: { ...frame, messages: frame.messages.flatMap(change) },
            }),
          )
          .filter(({ frame }) => frame.messages.length > 0),
      ),
  })

const emptyLog = async () => Promise.resolve({ low: [], high: [] })

const rawPlace = /^raw\/(.*)\/(\d+)\/(\d+)$/

/** Each event in a frame of its own, as the channel sent it. */
const underRaw = (target: TargetedFrame): readonly TargetedFrame[] =>
  target.frame.messages.map((message): TargetedFrame => {
    const { body } = message
    const place = body.kind === 'event' ? body.place : undefined
    const [, topic = '', incarnation, partition] = rawPlace.exec(place?.origin ?? '') ?? []
    if (body.kind !== 'event' || place === undefined || topic === '')
      return { ...target, frame: { ...target.frame, messages: [message] } }
    return {
      ...target,
      frame: {
        origin: {
          kind: 'raw',
          topic,
          incarnation: Number(incarnation),
          partition: Number(partition),
        },
        logTime: target.frame.logTime,
        messages: [
          { position: [place.offset, place.index, 0], body: { kind: 'event', event: body.event } },
        ],
      },
    }
  })

const liveFrame = (partition: number): TargetedFrame => ({
  partition,
  frame: {
    origin: null,
    logTime: epochMs(0),
    messages: [{ position: [0, 0, 0], body: { kind: 'live' } }],
  },
})

/** One of them is in what homes send (`../mutate.ts`). */
const changes: Readonly<
  Record<
    Exclude<RebuildMutant, 'homes keep to their own time while they are built'>,
    (world: World) => Change
  >
> = {
  'the tail of the old log is skipped': () => (ports) => withOld(ports, { tail: nothing }),
  'the old generation is not waited for': () => (ports) => {
    // What it has not committed counts as applied: neither fed nor in the tail.
    const profiles = async () => {
      const [{ high }, { members }] = [await ports.old.ends(), await ports.old.profiles()]
      return { committed: high, members }
    }
    return withOld(ports, { profiles })
  },
  'a slice is not waited for': () => (ports) => {
    // Nothing is ever waited for: the log seems to end where it begins.
    return withNext(ports, { ends: emptyLog })
  },
  'the new generation says that it serves from the start': (world) => (ports) =>
    withNext(ports, {
      async prepare() {
        await ports.next.prepare()
        const { partitions } = world.broker.topic('profile.log.1') ?? { partitions: [] }
        await ports.next.send(partitions.map((_, partition) => liveFrame(partition)))
      },
    }),
  'the new generation is never told that it serves': () => (ports) =>
    mapped(ports, (message) => (message.body.kind === 'live' ? [] : [message])),
  'links of fed events are said again': () => (ports) =>
    withNext(ports, {
      send: async (frames) =>
        ports.next.send(
          frames.map((target) => {
            const { frame } = target
            const origin = { kind: 'raw', topic: 'fed', incarnation: 0, partition: 0 } as const
            return frame.origin?.kind === 'events' && frame.messages[0]?.body.kind === 'event'
              ? { ...target, frame: { ...frame, origin } }
              : target
          }),
        ),
    }),
  'erasures are not told': () => (ports) => withOld(ports, { suppressions: nothing }),
  'events lose the place that they were read from': () => (ports) =>
    mapped(ports, ({ position, body }) => [
      {
        position,
        body: body.kind === 'event' ? { kind: 'event', event: body.event } : body,
      },
    ]),
  'fed events carry the time of now': () => (ports) =>
    withNext(ports, {
      send: async (frames) =>
        ports.next.send(
          frames.map((target) => ({
            ...target,
            frame: {
              ...target.frame,
              logTime: target.frame.origin?.kind === 'events' ? null : target.frame.logTime,
            },
          })),
        ),
    }),
  'links are fed in another order': () => (ports) =>
    withNext(ports, {
      sendLinks: async (records) => ports.next.sendLinks(records.toReversed()),
    }),
  'the tail goes under its raw origin': () => (ports) => {
    let isLive = false
    return withNext(ports, {
      async send(frames) {
        if (isLive) return ports.next.send(frames.flatMap(underRaw))
        isLive = frames.some(({ frame }) => frame.messages[0]?.body.kind === 'live')
        await ports.next.send(frames)
      },
    })
  },
  'the last links are left out': () => (ports) =>
    withOld(ports, {
      identity: async () => {
        const { committed, members } = await ports.old.identity()
        return { committed: committed.map((at) => offset(Math.max(0, at - 1))), members }
      },
      linksEnd: async () => offset(Math.max(0, (await ports.old.linksEnd()) - 1)),
    }),
}

const isPortsMutant = (name: string): name is keyof typeof changes => Object.hasOwn(changes, name)

/** The ports of a rebuild, broken on purpose. Without a mutant they are what they were. */
export function mutatedPorts(world: World, ports: RebuildPorts): RebuildPorts {
  const { mutant } = world
  return mutant !== null && isPortsMutant(mutant) ? changes[mutant](world)(ports) : ports
}
