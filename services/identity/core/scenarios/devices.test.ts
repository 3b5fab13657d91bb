import { describe } from 'vitest'
import { link } from '../testing/log.ts'
import { tell } from '../testing/table.ts'

// Devices and logins, as Amplitude ("How Amplitude assigns Amplitude IDs") and Snowplow Identities ("Unique identifiers and merge conflicts",
// "Merges") tell it. Amplitude gives an anonymous event to whoever used the device last; here a device of two people is nobody's.

describe('Amplitude: device ids and user ids', () => {
  tell([
    {
      name: 'no user ids: each device is one visitor',
      steps: [
        [link('d:A'), '', ''],
        [link('d:B'), '', ''],
        [link('d:A'), '', ''],
      ],
    },
    {
      name: 'a user id follows anonymous events: they are hers',
      steps: [
        [link('d:G'), '', ''],
        [link('d:G u:John'), 'merge shared_event', 'u:John+d:G'],
      ],
    },
    {
      name: 'anonymous events follow a user id: still hers',
      steps: [
        [link('d:G u:John'), 'merge shared_event', 'u:John+d:G'],
        [link('d:G'), '', 'u:John+d:G'],
      ],
    },
    {
      name: 'one user id on several devices: one person',
      steps: [
        [link('d:P'), '', ''],
        [link('d:Q'), '', ''],
        [link('d:P u:John'), 'merge shared_event', 'u:John+d:P'],
        [link('d:Q u:John'), 'merge shared_event', 'u:John+d:P+d:Q'],
      ],
    },
    {
      name: 'several user ids on one device: two people, and the device is neither’s',
      steps: [
        [link('d:Q u:John'), 'merge shared_event', 'u:John+d:Q'],
        [link('d:Q u:Jane'), 'ambiguous ambiguous_device', ''],
        [link('d:Q'), '', ''],
        [link('d:R u:Jane'), 'merge shared_event', 'u:Jane+d:R'],
      ],
    },
  ])
})

describe('Snowplow Identities: merges and unique identifiers', () => {
  tell([
    {
      name: 'web and mobile of one login merge; the older login survives, as the better type, not the older id as such',
      steps: [
        [link('d:web u:alice'), 'merge shared_event', 'u:alice+d:web'],
        [link('d:phone'), '', 'u:alice+d:web'],
        [link('d:phone u:alice'), 'merge shared_event', 'u:alice+d:phone+d:web'],
      ],
    },
    {
      name: 'Bob logs in on Alice’s phone: the phone leaves her, her web browser does not',
      steps: [
        [link('d:web u:alice'), 'merge shared_event', 'u:alice+d:web'],
        [link('d:phone u:alice'), 'merge shared_event', 'u:alice+d:phone+d:web'],
        [link('d:phone u:bob'), 'ambiguous ambiguous_device', 'u:alice+d:web'],
        [link('d:bobs u:bob'), 'merge shared_event', 'u:alice+d:web | u:bob+d:bobs'],
        [link('d:phone u:alice'), 'ambiguous ambiguous_device', 'u:alice+d:web | u:bob+d:bobs'],
      ],
    },
    {
      name: 'two browsers of different logins in one event: they merge nobody, and one of them is given up',
      steps: [
        [link('u:alice e:alice d:1'), 'merge shared_event', 'u:alice+d:1+e:alice'],
        [link('u:bob e:bob d:2'), 'merge shared_event', 'u:alice+d:1+e:alice | u:bob+d:2+e:bob'],
        [link('d:1 d:2'), 'ambiguous ambiguous_device', 'u:alice+d:1+e:alice | u:bob+e:bob'],
      ],
    },
  ])
})

describe('RudderStack: the graph of ids is closed, whatever the order of its edges', () => {
  const chain = ['d:1 e:a', 'e:a u:A', 'u:A p:1', 'p:1 d:2']
  const whole = 'u:A+d:1+d:2+e:a+p:1'
  tell([
    {
      name: 'from one end to the other',
      steps: [
        [link('d:1 e:a'), 'merge shared_event', 'e:a+d:1'],
        [link('e:a u:A'), 'merge shared_event', 'u:A+d:1+e:a'],
        [link('u:A p:1'), 'merge shared_event', 'u:A+d:1+e:a+p:1'],
        [link('p:1 d:2'), 'merge shared_event', whole],
        ...chain.map((set) => [link(set), '', whole] as const),
      ],
    },
    {
      name: 'the middle last',
      steps: [
        [link('d:1 e:a'), 'merge shared_event', 'e:a+d:1'],
        [link('p:1 d:2'), 'merge shared_event', 'e:a+d:1 | p:1+d:2'],
        [link('u:A p:1'), 'merge shared_event', 'e:a+d:1 | u:A+d:2+p:1'],
        [link('e:a u:A'), 'merge shared_event', whole],
      ],
    },
  ])
})
