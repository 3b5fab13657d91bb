import { describe } from 'vitest'
import { command, link } from '../testing/log.ts'
import { tell } from '../testing/table.ts'

// Whose id a profile bears, at every decision: the best type, then the first in the log, then the smaller id. The cases are those on which
// union-find under concurrent or late unions is tried: chains, stars, pairs of pairs, late links, cycles, and here also merges that are taken back.

const merge = command('merge', 'u:A u:B')

describe('who survives', () => {
  tell([
    {
      name: 'of equals the first in the log, not the larger profile',
      steps: [
        [link('e:old d:1'), 'merge shared_event', 'e:old+d:1'],
        [link('e:young d:2'), 'merge shared_event', 'e:old+d:1 | e:young+d:2'],
        [link('e:young d:3'), 'merge shared_event', 'e:old+d:1 | e:young+d:2+d:3'],
        [link('e:young d:4'), 'merge shared_event', 'e:old+d:1 | e:young+d:2+d:3+d:4'],
        [link('e:young e:old'), 'merge shared_event', 'e:old+d:1+d:2+d:3+d:4+e:young'],
      ],
    },
    {
      name: 'of equals that one record names first, the smaller id',
      steps: [[link('e:z e:a'), 'merge shared_event', 'e:a+e:z']],
    },
    {
      name: 'the better type, whoever came first; and a better one still, when it comes',
      steps: [
        [link('d:1 d:2'), 'merge shared_event', 'd:1+d:2'],
        [link('d:2 p:1'), 'merge shared_event', 'p:1+d:1+d:2'],
        [link('p:1 e:a'), 'merge shared_event', 'e:a+d:1+d:2+p:1'],
        [link('d:1 u:A'), 'merge shared_event', 'u:A+d:1+d:2+e:a+p:1'],
        [link('e:a c:1'), 'merge shared_event', 'c:1+d:1+d:2+e:a+p:1+u:A'],
      ],
    },
    {
      name: 'an identifier is as old as the first record that names it, also where it was left out',
      policy: { types: { email: { limit: 1, blocked: [] } } },
      steps: [
        [link('u:A e:1'), 'merge shared_event', 'u:A+e:1'],
        [link('u:A e:left'), 'refuse limit:email', 'u:A+e:1'],
        [link('d:1 p:2'), 'merge shared_event', 'p:2+d:1 | u:A+e:1'],
        [link('e:left p:2'), 'merge shared_event', 'e:left+d:1+p:2 | u:A+e:1'],
      ],
    },
  ])
})

describe('late links', () => {
  tell([
    {
      name: 'one joins two old profiles: the older one’s id stays',
      steps: [
        [link('e:b d:2'), 'merge shared_event', 'e:b+d:2'],
        [link('e:a d:1'), 'merge shared_event', 'e:a+d:1 | e:b+d:2'],
        [link('d:1 d:2'), 'merge shared_event', 'e:b+d:1+d:2+e:a'],
      ],
    },
    {
      name: 'one joins three old profiles at once',
      steps: [
        [link('e:a d:1'), 'merge shared_event', 'e:a+d:1'],
        [link('e:b d:2'), 'merge shared_event', 'e:a+d:1 | e:b+d:2'],
        [link('p:1 d:3'), 'merge shared_event', 'e:a+d:1 | e:b+d:2 | p:1+d:3'],
        [link('d:1 d:2 d:3'), 'merge shared_event', 'e:a+d:1+d:2+d:3+e:b+p:1'],
      ],
    },
    {
      name: 'one that comes again, or says part of what is known, changes nothing and is no decision',
      steps: [
        [link('u:A e:a d:1'), 'merge shared_event', 'u:A+d:1+e:a'],
        [link('u:A e:a d:1'), '', 'u:A+d:1+e:a'],
        [link('d:1 e:a'), '', 'u:A+d:1+e:a'],
      ],
    },
  ])
})

describe('interleaved and repeated merges', () => {
  tell([
    {
      name: 'pairs, then pairs of pairs',
      steps: [
        [link('e:1 d:1'), 'merge shared_event', 'e:1+d:1'],
        [link('e:2 d:2'), 'merge shared_event', 'e:1+d:1 | e:2+d:2'],
        [link('e:3 d:3'), 'merge shared_event', 'e:1+d:1 | e:2+d:2 | e:3+d:3'],
        [link('e:4 d:4'), 'merge shared_event', 'e:1+d:1 | e:2+d:2 | e:3+d:3 | e:4+d:4'],
        [link('d:3 d:4'), 'merge shared_event', 'e:1+d:1 | e:2+d:2 | e:3+d:3+d:4+e:4'],
        [link('d:1 d:2'), 'merge shared_event', 'e:1+d:1+d:2+e:2 | e:3+d:3+d:4+e:4'],
        [link('e:4 e:2'), 'merge shared_event', 'e:1+d:1+d:2+d:3+d:4+e:2+e:3+e:4'],
      ],
    },
    {
      name: 'two people grow in turns and stay two',
      steps: [
        [link('u:A e:a'), 'merge shared_event', 'u:A+e:a'],
        [link('u:B e:b'), 'merge shared_event', 'u:A+e:a | u:B+e:b'],
        [link('e:a d:1'), 'merge shared_event', 'u:A+d:1+e:a | u:B+e:b'],
        [link('e:b d:2'), 'merge shared_event', 'u:A+d:1+e:a | u:B+d:2+e:b'],
        [link('e:a e:b'), 'refuse unique:user_id', 'u:A+d:1+e:a | u:B+d:2+e:b'],
      ],
    },
    {
      name: 'merged, split, merged again: the same ids each time',
      steps: [
        [link('u:A e:a'), 'merge shared_event', 'u:A+e:a'],
        [link('u:B e:b'), 'merge shared_event', 'u:A+e:a | u:B+e:b'],
        [command('merge', 'e:a e:b'), 'merge command', 'u:A+e:a+e:b+u:B'],
        [command('split', 'u:B e:b'), 'split command', 'u:A+e:a | u:B+e:b'],
        [command('merge', 'u:B u:A'), 'merge command', 'u:A+e:a+e:b+u:B'],
        [command('split', 'u:A e:a'), 'split command', 'u:A+e:a | u:B+e:b'],
      ],
    },
    {
      name: 'an operator’s merge that is said twice',
      steps: [
        [command('merge', 'u:A u:B'), 'merge command', 'u:A+u:B'],
        [command('merge', 'u:B u:A'), 'merge command', 'u:A+u:B'],
      ],
    },
  ])
})

describe('what is taken back', () => {
  tell([
    {
      name: 'the identifier that the profile was born from is split off: the next best gives its id, and the old id goes with the old one',
      steps: [
        [link('e:a d:1'), 'merge shared_event', 'e:a+d:1'],
        [link('u:A d:1'), 'merge shared_event', 'u:A+d:1+e:a'],
        [command('split', 'u:A'), 'split command', 'e:a+d:1'],
        [command('unsplit', 'u:A'), 'unsplit command', 'u:A+d:1+e:a'],
      ],
    },
    {
      name: 'a chain of merges: a middle one is taken back, later ones stay',
      steps: [
        [link('e:1 d:1'), 'merge shared_event', 'e:1+d:1'],
        [link('e:2 d:2'), 'merge shared_event', 'e:1+d:1 | e:2+d:2'],
        [link('e:3 d:3'), 'merge shared_event', 'e:1+d:1 | e:2+d:2 | e:3+d:3'],
        [command('merge', 'e:1 e:2'), 'merge command', 'e:1+d:1+d:2+e:2 | e:3+d:3'],
        [command('merge', 'e:1 e:3'), 'merge command', 'e:1+d:1+d:2+d:3+e:2+e:3'],
        [command('split', 'e:2 d:2'), 'split command', 'e:1+d:1+d:3+e:3 | e:2+d:2'],
      ],
    },
    {
      name: 'a split stands against the same evidence and against new, until it is lifted',
      steps: [
        [link('u:A e:a'), 'merge shared_event', 'u:A+e:a'],
        [command('split', 'e:a'), 'split command', ''],
        [link('u:A e:a'), 'refuse split', ''],
        [link('u:A e:a d:1'), 'demote split, merge shared_event', 'u:A+d:1'],
        [link('e:a d:1'), 'refuse split', 'u:A+d:1'],
        [command('unsplit', 'e:a'), 'unsplit command', 'u:A+d:1+e:a'],
      ],
    },
    {
      name: 'a split of one that nothing holds is a decision and changes nothing',
      steps: [
        [command('split', 'e:a'), 'split command', ''],
        [link('u:A e:a'), 'merge shared_event', 'u:A+e:a'],
      ],
    },
    {
      name: 'a lifted split gives back what an alias had joined over two logins',
      steps: [
        [link('u:A e:a'), 'merge shared_event', 'u:A+e:a'],
        [link('u:A u:B', { eventType: 'aliased' }), 'merge authoritative', 'u:A+e:a+u:B'],
        [command('split', 'e:a'), 'split command', 'u:A+u:B'],
        [command('unsplit', 'e:a'), 'unsplit command', 'u:A+e:a+u:B'],
        [command('split', 'u:A'), 'split command', 'u:B+e:a'],
        [command('unsplit', 'u:A'), 'unsplit command', 'u:A+e:a+u:B'],
      ],
    },
    {
      name: 'but not over a login that came to either side meanwhile',
      steps: [
        [link('u:A e:a'), 'merge shared_event', 'u:A+e:a'],
        [command('split', 'u:A'), 'split command', ''],
        [link('u:B e:a'), 'merge shared_event', 'u:B+e:a'],
        [command('unsplit', 'u:A'), 'unsplit command', 'u:B+e:a'],
      ],
    },
    {
      name: 'a shared browser that an operator gave to somebody is theirs, also after a split, and when it is decided anew',
      steps: [
        [link('u:A d:1'), 'merge shared_event', 'u:A+d:1'],
        [link('u:B d:1'), 'ambiguous ambiguous_device', ''],
        [command('merge', 'u:B d:1'), 'merge command', 'u:B+d:1'],
        [command('split', 'd:1'), 'split command', ''],
        [command('unsplit', 'd:1'), 'unsplit command', 'u:B+d:1'],
        [command('reconsider', 'u:B'), 'refuse command', 'u:B+d:1'],
      ],
    },
    {
      name: 'a merge that comes again after one of its people was erased brings nobody back',
      steps: [
        [merge, 'merge command', 'u:A+u:B'],
        [command('erase', 'u:B'), 'erase command', ''],
        [merge, '', ''],
      ],
    },
    {
      name: 'a merge that was refused does not come about by deciding anew',
      policy: { authoritative: ['aliased'] },
      steps: [
        [link('u:A e:a'), 'merge shared_event', 'u:A+e:a'],
        [command('merge', 'u:A u:B'), 'refuse unique:user_id', 'u:A+e:a'],
        [command('reconsider', 'u:A'), 'refuse command', 'u:A+e:a'],
      ],
    },
    {
      name: 'a merge over a split lifts it for good',
      steps: [
        [link('u:A e:a'), 'merge shared_event', 'u:A+e:a'],
        [command('split', 'e:a'), 'split command', ''],
        [command('merge', 'u:A e:a'), 'merge command', 'u:A+e:a'],
        [command('split', 'u:A'), 'split command', ''],
        [command('unsplit', 'u:A'), 'unsplit command', 'u:A+e:a'],
      ],
    },
  ])
})
