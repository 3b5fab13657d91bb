import { expect, test } from 'vitest'
import { epochMs } from '#runtime/event/ids.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { Course } from '../watch/episode.ts'
import type { WindowResult } from '../watch/window.ts'
import type { StoredAlert } from './stored-alert.ts'
import { withdrawnRows } from './withdrawn.ts'

const day = 86_400_000
const stored = (name: string, openedAt: number): StoredAlert => ({
  kind: 'volume',
  name,
  opened_at: toIso(openedAt),
  version: String(openedAt),
  since: toIso(openedAt),
  closed_at: null,
  severity: 'warn',
  inhibited: 0,
  muted: '',
  reference: 'none',
  before: 100,
  after: 40,
  unit: 'count',
  p: null,
  words: 'fewer',
  contributions: [{ bin: 'a', before: 1, after: 2, psi: 3 }],
  causes: [{ kind: 'label', words: 'a sale' }],
  segments: [],
  owner: 'on-call',
  runbook: '',
})
const course = (openedAt: number): Course => ({
  recent: ['warn'],
  open: {
    since: epochMs(openedAt),
    openedAt: epochMs(openedAt),
    severity: 'warn',
    calm: 0,
    inhibited: false,
  },
})
const result = (courses: ReadonlyMap<string, Course>): WindowResult => ({
  assessments: [],
  notices: [],
  courses,
})

test('an alert that no course of windows leads to any more ends', () => {
  const open = [stored('kept', day), stored('judged anew', day), stored('opened later', day)]
  const courses = new Map([
    ['volume:kept', course(day)],
    ['volume:judged anew', { recent: [], open: null }],
    ['volume:opened later', course(2 * day)],
  ])
  const rows = withdrawnRows(open, result(courses), 2 * day)
  expect(rows.map(({ name }) => name)).toEqual(['judged anew', 'opened later'])
  expect(rows[0]).toMatchObject({
    opened_at: toIso(day),
    closed_at: toIso(2 * day),
    version: String(2 * day),
    words: 'fewer; withdrawn: its window was judged anew',
    contributions: [['a', 1, 2, 3]],
    causes: [['label', 'a sale']],
  })
})

test('one that this window closes is not closed twice', () => {
  const { open: episode } = course(day)
  if (episode === null) throw new Error('no episode')
  const assessment = {
    subject: { kind: 'volume', name: 'closed' },
    severity: null,
    known: true,
    faint: false,
    strength: 0,
    p: null,
    reference: null,
    before: 1,
    after: 1,
    unit: 'count',
  } as const
  const notices = [{ turn: 'closed', episode, assessment, causes: [], inhibited: false }] as const
  expect(withdrawnRows([stored('closed', day)], { ...result(new Map()), notices }, day)).toEqual([])
})
