import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { sensitiveTable } from '#runtime/channel/core/sensitive.ts'
import { tidiedTraitsTable } from '#runtime/channel/core/traits/tidy.ts'
import { dropTable, reasonTable } from '#runtime/channel/core/reason-meanings.ts'
import { errorTable } from '#runtime/errors/index.ts'
import { type Channel, channels } from '#runtime/event/vocabulary.ts'
import { channelVendors } from '../../services/cli/normalise/channel-vendors.ts'
import { config as crmConfig } from '../../services/crm/config.ts'
import { config as emailConfig } from '../../services/email/config.ts'
import { driftConfig } from '../../services/drift/config.ts'
import { identityConfig } from '../../services/identity/config.ts'
import { config as profilesConfig } from '../../services/profiles/config.ts'
import { config as webConfig } from '../../services/web/config.ts'

// Generated pages: renew them with `npx vitest run --project unit test/architecture -u`.

it('the page of errors says what the registry of errors says', async () => {
  const page = `# Errors

Every error has a code, on stderr and in logs; with \`--json\` as \`{"error":{"code","hint","message"}}\`. Generated from
\`services/runtime/errors/codes.ts\`.

${errorTable()}
`
  await expect(page).toMatchFileSnapshot('../../docs/errors.md')
})

it('the page of dead letters says why a record is one', async () => {
  const page = `# Why a record is a dead letter

Every record or event that a channel can't use is a dead letter with one of these reasons; \`detail\` beside it names the field or the
limit, never a value. Generated from \`services/runtime/channel/core/reason-meanings.ts\`.

${reasonTable()}

## What is left out on purpose

These are counted (\`channel_dropped_total\`, by source and reason), and kept nowhere.

${dropTable()}
`
  await expect(page).toMatchFileSnapshot('../../docs/dead-letter-reasons.md')
})

it('the page of sensitive fields says what channels drop', async () => {
  const page = `# Sensitive fields

A channel drops a trait or a property of such a name before anything else looks at it, at any depth, and counts it by name
(\`channel_sensitive_fields_total\`). Letter case, separators, accents and camelCase do not matter, nor whose it is said to be: \`user_ssn\`,
\`patientDiagnosis\`, \`new password\`. Any part of a dotted name counts. \`sensitive\` in the pipeline file adds names and /patterns/; a file that
asks for a dropped name is refused. A field that is on the list and means something else needs another name (a map gives it one). Generated
from \`services/runtime/channel/core/sensitive/categories.ts\`.

${sensitiveTable()}`
  await expect(page).toMatchFileSnapshot('../../docs/sensitive-fields.md')
})

it('the page of tidied traits says which they are', async () => {
  const page = `# Traits that are tidied

A trait that the pipeline file reads is given one spelling when its name, at the source or in the file, is one of these: in any case and with any
separators, with a number behind it, and with what it is of before it or on the way to it (\`billing_city\`, \`address.country\`, \`addressLine2\`).
Nothing is lost: what is not understood stays as it came, and rules compare with what a profile holds (\`traits.country == 'DE'\`). Any other
trait goes on untouched. Generated from \`services/runtime/channel/core/traits/tidy.ts\`.

${tidiedTraitsTable()}
`
  await expect(page).toMatchFileSnapshot('../../docs/tidied-traits.md')
})

it('the page of settings says what the services read', async () => {
  const services = {
    email: emailConfig,
    web: webConfig,
    crm: crmConfig,
    identity: identityConfig,
    profiles: profilesConfig,
    drift: driftConfig,
  }
  const page = `# Settings

Environment variables by service; \`npm run -s service -- services/<name>/main.ts --help\` prints them too, and \`--check-config\` says what
is wrong with those that are set, and with the keys that they name. Generated from each service's \`config.ts\`.

${Object.entries(services)
  .map(([name, config]) => `## ${name}\n\n${config.table()}\n`)
  .join('\n')}`
  await expect(page).toMatchFileSnapshot('../../docs/settings.md')
})

it('the page of sources says what each normaliser makes of each type that its vendor documents', async () => {
  const page = `# Sources

What may stand as \`source\` in the pipeline file, and every event type that the vendor's documentation names with what it becomes here. A type that
is in no table is kept as \`custom:<name>\` and counted (\`tributary quality\`). Beside these: \`tributary\`, our own envelope
(schemas/avro/channels); \`mapped\`, any record of yours by a map; \`detect\`, each record by its own shape or its header \`tributary-source\`.
*dropped*: the vendor's word to the receiver itself, which speaks of nobody; counted. Where a type says different things by its fields, its usual
meaning stands here. Generated from each vendor's \`catalogue\` in \`services/<channel>/core\`.

${channels.map(sourcesOf).join('\n')}`
  await expect(page).toMatchFileSnapshot('../../docs/sources.md')
})

function sourcesOf(channel: Channel): string {
  const vendors = channelVendors[channel].flatMap(({ name, catalogue }) =>
    catalogue === undefined ? [] : [{ name, catalogue }],
  )
  const sections = vendors.map(({ name, catalogue: { documentation, types } }) => {
    const rows = Object.entries(types).map(
      ([theirs, ours]) => `| ${cell(theirs)} | ${ours === 'dropped' ? '*dropped*' : cell(ours)} |`,
    )
    return `### ${name}\n\n${documentation}\n\n| Its type | Ours |\n|---|---|\n${rows.join('\n')}\n`
  })
  return `## ${channel}\n\n${sections.join('\n')}`
}

const cell = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``

it('every decision is in the list of decisions, once', () => {
  const directory = join(import.meta.dirname, '../../docs/adr')
  const list = readFileSync(join(directory, 'README.md'), 'utf8')
  const listed = [...list.matchAll(/^\| \[\d{4}\]\((.+?\.md)\)/gm)].map(([, file]) => file)
  const files = readdirSync(directory).filter((file) => file !== 'README.md')
  expect(listed).toEqual(files.toSorted())
})
