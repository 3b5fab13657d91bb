import { channel, type Committed, type Process } from './channel-process.ts'
import { createOutside, type Outside } from './history.ts'
import { linker, type LinkerCheckpoints } from './linker-process.ts'
import { type Checkpoints, newCheckpoints, owner } from './owner-process.ts'
import { createRandom } from './random.ts'
import { createWorld, type Mutant, type World } from './world.ts'

const stepMs = 7 * 60_000

/** A place where a process runs. `start` begins it anew from what is durable; the old body may live on as a zombie. */
interface Seat {
  body: Process
  start(checkpoint: 'newest' | 'any'): Process
}

export interface Finished {
  readonly world: World
  readonly owners: readonly Checkpoints[]
}

/** Runs one random history to its end: everything sent, every fault over, every process idle. */
export function runHistory(seed: number, mutant: Mutant | null = null): Finished {
  const random = createRandom(seed)
  const world = createWorld(random, mutant)
  const outside = createOutside(world)
  const owners = Array.from({ length: world.partitions }, newCheckpoints)
  const seats = createSeats(world, owners)
  const zombies: Process[] = []
  live(world, outside, seats, zombies)
  while (outside.deliverDefine());
  for (const zombie of zombies)
    if (random.chance(0.5)) for (let n = random.below(30); n > 0; n--) zombie.next()
  settle(world, seats)
  return { world, owners }
}

interface Seats {
  readonly channels: readonly Seat[]
  readonly owners: readonly Seat[]
  readonly linker: Seat
}

const newSeat = (start: Seat['start']): Seat => ({ body: start('newest'), start })

function createSeats(world: World, checkpoints: readonly Checkpoints[]): Seats {
  const { random } = world
  const channels = world.raw.map((_, partition) => {
    const committed: Committed = { offset: 0, owner: Symbol('none') }
    return newSeat(() => {
      // A new assignment: the old body's commits are fenced from now on.
      committed.owner = Symbol('owner')
      return channel(world, partition, committed, committed.owner)
    })
  })
  const owners = checkpoints.map((kept, partition) =>
    newSeat((which) => {
      const newest = kept.states.at(-1)
      const from = which === 'any' ? random.pick(kept.states) : newest
      if (from === undefined) throw new Error('no checkpoint')
      return owner(world, partition, from, kept)
    }),
  )
  const linked: LinkerCheckpoints = { offsets: [0] }
  const links = newSeat((which) =>
    linker(
      world,
      which === 'any' ? random.pick(linked.offsets) : (linked.offsets.at(-1) ?? 0),
      linked,
    ),
  )
  return { channels, owners, linker: links }
}

/** The history proper: the outside acts, processes take steps in any order, and faults strike. */
function live(world: World, outside: Outside, seats: Seats, zombies: Process[]): void {
  const { random } = world
  const steps = 60 + random.below(200)
  const faults = random.pick([0, 0.01, 0.05, 0.2])
  const raws = random.pick([0.15, 0.3])
  const commands = random.pick([0.02, 0.06])
  // One part is often much slower than the rest.
  const slow = random.pick(['none', 'none', 'channels', 'one owner', 'linker'] as const)
  for (let n = 0; n < steps; n++) {
    world.now += stepMs
    const choice = random.next()
    if (random.chance(0.15)) outside.deliverDefine()
    if (choice < raws) outside.produce()
    else if (choice < raws + commands) outside.command()
    else if (choice < raws + commands + 0.015) outside.deploy()
    else stepSomeone(world, seats, zombies, slow)
    if (random.chance(faults)) strike(world, seats, zombies)
  }
}

function stepSomeone(
  { random }: World,
  { channels, owners, linker: links }: Seats,
  zombies: Process[],
  slow: string,
): void {
  const who = zombies.length > 0 && random.chance(0.2) ? 1 : random.next()
  if (who < 0.35) {
    if (slow !== 'channels' || random.chance(0.2)) random.pick(channels).body.next()
  } else if (who < 0.8) {
    const seat = random.pick(owners)
    if (slow !== 'one owner' || seat !== owners[0] || random.chance(0.15)) seat.body.next()
  } else if (who < 0.92) {
    if (slow !== 'linker' || random.chance(0.3)) links.body.next()
  } else if (zombies.length > 0) {
    const index = random.below(zombies.length)
    zombies[index]?.next()
    if (random.chance(0.1)) zombies.splice(index, 1)
  }
}

/** A crash, or a fail-over: to another host, perhaps from an older checkpoint, while the frozen one may come back. */
function strike({ random }: World, seats: Seats, zombies: Process[]): void {
  const seat = random.pick([
    random.pick(seats.channels),
    random.pick(seats.owners),
    random.pick(seats.owners),
    seats.linker,
  ])
  if (random.chance(0.5)) {
    seat.body = seat.start('newest')
    return
  }
  if (random.chance(0.7)) zombies.push(seat.body)
  seat.body = seat.start('any')
}

function settle(world: World, seats: Seats): void {
  const all = [...seats.channels, ...seats.owners, seats.linker]
  let quiet = 0
  for (let round = 0; ; round++) {
    world.now += stepMs
    let busy = false
    for (const seat of world.random.shuffled(all))
      if (seat.body.next().value === 'busy') busy = true
    // Idle owners may still want a Tick, by chance: several quiet rounds, then it is over.
    quiet = busy ? 0 : quiet + 1
    if (quiet > 8) return
    if (round > 4000) {
      world.failures.push('does not come to rest')
      return
    }
  }
}
