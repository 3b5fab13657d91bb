/**
 * Which commands `audit_log` has, and when. What changes what is in force, what reads or writes about a person, and what opens something sealed is
 * privileged. A command that is on neither list fails a test (test/architecture/audit.test.ts).
 */
export const auditedCommands: Readonly<Record<string, string>> = {
  'topics apply':
    'Creates topics and changes their retention. Afterwards, if there is a table to write to: it comes before that',
  'sources reset': 'Gives records up that were never read. Not with --dry-run',
  migrate:
    'Changes tables. Afterwards: it makes the table that it is written into. Not with --dry-run',
  deploy: 'Decides what is computed of people. Not with --dry-run',
  import: 'Brings people in',
  'identity explain': 'Shows what is known of who one person is',
  'identity split': 'Changes who is one person. Not with --dry-run',
  'identity unsplit': 'The same',
  'identity merge': 'The same',
  'identity apply': 'The same, of all who are concerned',
  'profile show': 'Shows a person',
  explain: 'Shows what is known of a person, as far as a rule reads it',
  export: 'Takes people out, as they were at times',
  'privacy access': 'Shows everything about a person',
  'privacy erase': 'Ends a person; with --dry-run it shows what there is of one',
  'privacy sweep': 'Deletes for good',
  'privacy prove': 'Looks for a person in every place',
  'keys rotate': 'Opens every data key. Not with --dry-run',
  'deadletter show': 'Opens sealed bytes: with --reveal and --out, and only then',
  'deadletter replay': 'Opens sealed bytes and sends them again. Not with --dry-run',
  'drift baseline create': 'Decides what is compared with, once it is pinned',
  'drift baseline pin': 'Decides what is compared with',
  'drift label add': 'Takes windows out of what is compared with',
  'drift label remove': 'The same, the other way',
  'drift mute': 'Keeps alerts from those who would be told',
  'drift unmute': 'The same, the other way',
  rebuild: 'Replaces everything that is computed',
  'rebuild abort': 'Deletes a generation',
  'rebuild drop': 'Deletes a generation',
}

/** The others, each with the reason why nobody needs to know who gave it. */
export const unauditedCommands: Readonly<Record<string, string>> = {
  init: 'Writes a file of rules beside whoever runs it; nothing is in force by it',
  'profile query': 'Prints the text of a query, and asks nobody',
  lint: 'Reads a file; with --live it counts people in segments, none below privacy.min_group',
  rules: 'Sizes and differences of segments; no group below privacy.min_group',
  review: 'The same over time',
  'topics plan': 'Reads settings of topics',
  normalise: 'Reads what it is given',
  'identity simulate': 'Reads what it is given',
  'features simulate': 'Reads what it is given',
  test: 'Reads what it is given',
  'identity plan': 'Counts and pseudonyms of a policy that is not in force; nobody is asked for',
  doctor: 'Reads settings, versions and lag',
  trace: 'Places of records and rows, pseudonyms, no values; by place and not by person',
  quality: 'Counts records',
  'drift run':
    'Counts people, in groups alone, into tables of its own; with --publish it says of them what the service would',
  'drift compare': 'Reads what it is given',
  'drift report': 'Reads figures of groups',
  'drift alerts': 'The same',
  'drift baseline list': 'Reads spans of time',
  'drift label list': 'Reads spans of time',
  'deadletter list': 'Counts and places; the bytes stay sealed',
  verify: 'Compares stored values with recomputed ones, and shows those that differ without a name',
  'rebuild status': 'Reads how far it is',
}
