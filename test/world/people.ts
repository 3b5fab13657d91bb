import { createRandom, type Random } from './random.ts'

/** A browser or app installation; its cookie is renewed now and then. */
export interface Device {
  /** Unique over the world. */
  readonly serial: number
  readonly userAgent: string
  /** More than one person uses it. */
  readonly shared: boolean
}

/** A true person: everything that identifies her anywhere, and how she behaves. Derived from (seed, index) alone. */
export interface Person {
  readonly index: number
  readonly firstName: string
  readonly lastName: string
  readonly emails: readonly [string, ...string[]]
  /** National notation, as people type it. */
  readonly phone: string | null
  readonly userId: string | null
  /** Two when the CRM has her twice. */
  readonly crmIds: readonly string[]
  readonly loyaltyCard: string | null
  readonly devices: readonly [Device, ...Device[]]
  readonly favourite: Category
  readonly spender: number
  readonly tier: 'basic' | 'silver' | 'gold'
}

export const categories = [
  'books',
  'garden',
  'kitchen',
  'music',
  'outdoor',
  'shoes',
  'toys',
  'wine',
] as const
export type Category = (typeof categories)[number]

const firstNames = [
  'Ada',
  'Björn',
  'Chloé',
  'Dmitri',
  'Ełżbieta',
  'Fatima',
  'Grace',
  'Hiro',
  'İpek',
  'José',
  'Kofi',
  'Lena',
  'Mei',
  'Nour',
  'Olu',
  'Priya',
] as const
const lastNames = [
  'Adeyemi',
  'Brandt',
  "D'Angelo",
  'Çelik',
  'Fernández',
  'Gruber',
  'Haddad',
  'Ito',
  'Jensen',
  'Kowalski',
  'Løvgren',
  'Müller',
  'Nguyễn',
  'Okafor',
  'Petrov',
  'Rossi',
] as const
const mailHosts = [
  'mail.example.net',
  'post.example.org',
  'bücher.example',
  'inbox.example.net',
] as const
const browsers = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
] as const

const ascii = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z]/g, '')
    .toLowerCase()

/** Households of two share one device: the pairs (2k, 2k+1) for which the seed says so. */
export function sharesDevice(seed: number, index: number): boolean {
  return createRandom(seed, Math.floor(index / 2), 0x5a).chance(0.04)
}

export function createPerson(seed: number, index: number): Person {
  const random = createRandom(seed, index, 0x9e37)
  const firstName = random.pick(firstNames)
  const lastName = random.pick(lastNames)
  const emails = Array.from({ length: random.chance(0.2) ? 2 : 1 }, (_, n) =>
    address(random, firstName, lastName, index, n),
  )
  const household = sharesDevice(seed, index)
  return {
    index,
    firstName,
    lastName,
    emails: [emails[0] ?? address(random, firstName, lastName, index, 0), ...emails.slice(1)],
    phone: random.chance(0.5) ? `0151 ${String(10_000_000 + index).slice(-8)}` : null,
    userId: household || random.chance(0.65) ? `u-${index.toString(36)}-${random.hex(4)}` : null,
    crmIds: crmIds(index, random.chance(0.4) ? (random.chance(0.03) ? 2 : 1) : 0),
    loyaltyCard: random.chance(0.3) ? `LC${String(7_000_000 + index)}` : null,
    devices: devices(index, random, household),
    favourite: random.pick(categories),
    spender: 0.3 + random.next() * 2,
    tier: random.chance(0.1) ? 'gold' : random.chance(0.3) ? 'silver' : 'basic',
  }
}

/** Every sixth person is in the CRM of a brand that the shop has bought: Salesforce, whose record ids have 18 characters. */
function crmIds(index: number, records: number): readonly string[] {
  if (isOfSalesforce(index))
    return records === 0 ? [] : [`0035f00000${String(index).padStart(5, '0')}AAA`]
  return Array.from({ length: records }, (_, n) => String(500_000 + index * 3 + n))
}

export const isOfSalesforce = (index: number): boolean => index % 6 === 5 && index < 100_000

function address(random: Random, first: string, last: string, index: number, n: number): string {
  return `${ascii(first) || 'a'}.${ascii(last)}${index}${n === 0 ? '' : `.${n}`}@${random.pick(mailHosts)}`
}

function devices(
  index: number,
  random: Random,
  household: boolean,
): readonly [Device, ...Device[]] {
  const own = (n: number): Device => ({
    serial: index * 4 + n,
    userAgent: random.pick(browsers),
    shared: false,
  })
  const first = own(0)
  const rest = random.chance(0.35) ? [own(1)] : []
  const tablet = household
    ? [{ serial: Math.floor(index / 2) * 8 + 3, userAgent: browsers[1], shared: true }]
    : []
  return [first, ...rest, ...tablet]
}

const cookieDays = 60

/** The cookie of a device on a day: a private device gets a new one every 60 days. */
export function cookieOf(seed: number, device: Device, day: number): string {
  return createRandom(
    seed,
    device.serial,
    device.shared ? 0 : Math.floor(day / cookieDays),
    0xc0,
  ).uuid()
}
