import type { Channel } from '#runtime/event/vocabulary.ts'
import type { Random } from '../../../world/random.ts'

/** One in so many has several identifiers, unless a suite says otherwise: 20 %. */
export const severalEveryDefault = 5

export interface Appearance {
  readonly channel: Channel
  readonly identifiers: readonly (readonly [type: string, value: string])[]
}

/** Who there is, by number, and by what each is known where. */
export interface People {
  readonly count: number
  /** The event that ties identifiers of a person together, when the person's n-th (from 0) is one. */
  linking(
    person: number,
    nth: number,
  ): (Appearance & { readonly source: string; readonly type: string }) | null
  /** Where a person does something next, and by which one identifier. */
  appears(person: number, random: Random): Appearance
}

/** Of those with one identifier: anonymous visitors, readers of the newsletter, and customers with a login, by their number. */
const oneOf = ['anonymous_id', 'anonymous_id', 'email', 'user_id'] as const

const only = (person: number): (typeof oneOf)[number] =>
  oneOf[Math.floor(person / severalEveryDefault) % oneOf.length] ?? 'anonymous_id'

export function createPeople({
  people: count,
  name,
  severalEvery,
}: {
  readonly people: number
  readonly name: string
  readonly severalEvery: number
}): People {
  const hasSeveral = (person: number): boolean => person % severalEvery === 0
  const id = {
    crm_id: (person: number) => ['crm_id', `crm-${name}-${person}`] as const,
    user_id: (person: number) => ['user_id', `user-${name}-${person}`] as const,
    email: (person: number) => ['email', `${name}.person.${person}@mail.example`] as const,
    anonymous_id: (person: number) => ['anonymous_id', `browser-${name}-${person}`] as const,
  }
  const second = (person: number) => ['anonymous_id', `phone-${name}-${person}`] as const
  return {
    count,
    linking(person, nth) {
      if (!hasSeveral(person)) return null
      switch (nth) {
        case 0:
          return {
            channel: 'web',
            source: 'shop',
            type: 'identified',
            identifiers: [id.user_id(person), id.email(person), id.anonymous_id(person)],
          }
        case 1:
          return {
            channel: 'crm',
            source: 'desk',
            type: 'contact_created',
            identifiers: [id.crm_id(person), id.email(person)],
          }
        case 2:
          return {
            channel: 'web',
            source: 'shop',
            type: 'page_viewed',
            identifiers: [id.user_id(person), second(person)],
          }
        default:
          return null
      }
    },
    appears(person, random) {
      const where = random.next()
      if (!hasSeveral(person)) {
        const type = only(person)
        const identifiers = [id[type](person)]
        if (type === 'anonymous_id') return { channel: 'web', identifiers }
        if (type === 'email') return { channel: where < 0.8 ? 'email' : 'crm', identifiers }
        return { channel: where < 0.8 ? 'web' : 'crm', identifiers }
      }
      if (where < 0.3) return { channel: 'email', identifiers: [id.email(person)] }
      if (where < 0.5) return { channel: 'crm', identifiers: [id.crm_id(person)] }
      if (where < 0.7) return { channel: 'web', identifiers: [id.user_id(person)] }
      if (where < 0.9) return { channel: 'web', identifiers: [id.anonymous_id(person)] }
      return { channel: 'web', identifiers: [second(person)] }
    },
  }
}
