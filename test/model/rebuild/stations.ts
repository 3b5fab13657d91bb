import { type OwnGeneration, placeOf } from '#runtime/generation/place.ts'
import type { GenerationsRecord } from '#runtime/generation/record.ts'
import type { Host, Service } from '../host.ts'
import { newDisk, start } from '../step.ts'
import { type Disk, drain, killHost, type World } from '../world.ts'

export type Served = Exclude<Service, 'rebuild'>

/** Where a process of a service runs: its supervisor starts it again, for whatever generation it has a place in. */
export interface Station {
  readonly service: Served
  /** The generation that it is for; null: whichever serves. */
  readonly pinned: number | null
  host: Host | null
  running: OwnGeneration | null
  /** By generation. */
  readonly disks: Map<number, Disk>
  /** Never comes up for this generation again: its machine is lost. */
  lostFor: number | null
}

export const newStation = (service: Served, pinned: number | null): Station => ({
  service,
  pinned,
  host: null,
  running: null,
  disks: new Map(),
  lostFor: null,
})

export interface Site {
  readonly world: World
  /** The newest record of `pipeline.generations`. */
  record(): GenerationsRecord
  view(generation: number): World
  readonly stations: Station[]
}

/** Starts the process of a station if it has a place now. */
export async function startStation(site: Site, station: Station, disk?: Disk): Promise<void> {
  const place = placeFor(site, station)
  station.host = null
  station.running = null
  if (place === null) return
  const { number } = place
  const own = disk ?? station.disks.get(number) ?? newDisk()
  station.disks.set(number, own)
  const { hosts } = site.world
  const before = new Set(hosts)
  await start(site.view(number), station.service, own)
  station.host = hosts.find((host) => !before.has(host)) ?? null
  station.running = place
}

function placeFor(site: Site, { service, pinned, lostFor }: Station): OwnGeneration | null {
  const role = service === 'channel' ? 'channel' : 'owner'
  const place = placeOf(site.record(), role, pinned)
  if (place.kind !== 'run' || place.generation.number === lostFor) return null
  return place.generation
}

/**
 * A process hears of the newest record: it leaves when it has another place now, in order or at once. One that died starts again.
 */
export async function hear(site: Site, station: Station): Promise<void> {
  const { world } = site
  if (station.host?.alive === false) return startStation(site, station)
  const place = placeFor(site, station)
  const { running, host } = station
  if (place?.number === running?.number && place?.building === running?.building) return
  if (host !== null) {
    station.host = null
    station.running = null
    if (world.random.chance(0.5)) killHost(world, host)
    else host.stop()
    await drain(world)
  }
  await startStation(site, station)
}

export const stationOf = ({ stations }: Site, host: Host): Station | undefined =>
  stations.find((station) => station.host === host)
