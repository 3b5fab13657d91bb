import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parsePipeline } from '#runtime/definition/parse-pipeline.ts'
import {
  type TemplateName,
  templateFiles,
  templateNames,
} from '../../services/cli/init/templates.ts'
import { templateSection } from './templates-page.ts'

// Renewed with `npx vitest run --project unit test/architecture -u`.

it.each(templateFiles)('the retail template is the shipped %s, byte for byte', async (file) => {
  // The file that runs is edited, and the template follows it.
  await expect(readFileSync(`infra/${file}`, 'utf8')).toMatchFileSnapshot(
    `../../infra/templates/retail/${file}`,
  )
})

it('the page of templates has their features and segments', async () => {
  const page = `# Templates

A pipeline file to begin with, for three trades, each with its examples (\`pipeline.test.yaml\`, [testing-rules.md](testing-rules.md)):

    npm run -s tributary -- init --template saas --dir my    # my/pipeline.yaml and my/pipeline.test.yaml; never overwrites without --force
    npm run -s tributary -- lint my/pipeline.yaml
    npm run -s tributary -- test my/pipeline.test.yaml

They stand in \`infra/templates\`, in a clone as in the image (\`docker compose run --rm --no-deps -v "$PWD:/out" deploy node services/cli/main.ts init --dir /out\`, into a folder that its user may write to);
\`infra/pipeline.yaml\`, which the demo and a first start take, is the one for retail.
Each has a lifecycle from awareness to loyalty, with the lapsed by reason (price, bad experience, unsubscribed, silence), segments of intent, and one that
suppresses advertisement after a conversion. A test holds them to it: \`lint\` finds no mistake, the examples pass and enter every segment, and every slip in a
rule (an operator turned round, a number a quarter off, a group or a place in it lost) fails an example, but for slips that change nothing
for anybody (\`test/model/templates\`). The tables below are generated from the files.

## Make it yours

1. **Sources**: keep the vendors that you have ([sources.md](sources.md)), add yours, state your own \`basis\` per purpose. What follows reads event types, not vendors. The topics are yours to create, but for those that \`topics plan\` names.
2. **Owners and review dates**: \`owner\` and \`review_by\` are placeholders. Lint complains 183 days after a date has passed.
3. **Thresholds**: take them from your own people (\`features simulate\`, then \`rules\` and \`review\` on what runs), and change the examples with them.
4. **Names**: an event that no vendor has a word for is \`custom:<name>\`, with the name exactly as it is sent. Where yours is called otherwise, change it in \`events\` or in the map.

| Event | Template | Comes from | Properties that are read |
|---|---|---|---|
| \`custom:Trial Started\`, \`custom:Account Created\`, \`custom:Invite Sent\` | saas | Segment's B2B SaaS spec | |
| \`custom:Feature Used\` | saas | your product | \`feature\` |
| \`custom:Limit Reached\` | saas | your product | |
| \`custom:Feedback Submitted\` | saas | your product, or a survey | \`rating\`, 0 to 10 |
| \`custom:Subscription Started\`, \`custom:Subscription Cancelled\` | saas, media | the billing system, by a map | \`reason\` of a cancellation: \`price\`; media also \`content\`, \`technical\` |
| \`custom:Payment Failed\` | saas | the billing system, by a map | |
| \`custom:Video Content Started\`, \`custom:Video Content Completed\` | media | Segment's video spec | \`category\`: the section |
| \`custom:Paywall Shown\`, \`custom:Offer Viewed\` | media | your site | |

**A trap**: of what was never seen an age is unknown, and *unknown* neither enters nor leaves. Without an \`exit\`, \`age(last_paid_at) <= days(3)\` beside an \`||\`
would keep those who never paid for ever: write \`has(last_paid_at) && …\`, as the templates do. An example of the exit shows it.

**What they can't tell**: the reason of a lapse is what was seen, not what somebody thinks. In retail *price* means that half of the orders had a discount, in the others that it was named when
cancelling. Only *bad experience* of saas and media remembers its reason; after a merge or split it is decided anew, from what is known then.

${templateNames.map((name) => templateSection(name, definitionOf(name))).join('\n\n')}
`
  await expect(page).toMatchFileSnapshot('../../docs/templates.md')
})

function definitionOf(name: TemplateName) {
  const { definition } = parsePipeline(
    readFileSync(`infra/templates/${name}/pipeline.yaml`, 'utf8'),
  )
  if (definition === null) throw new Error(`${name} has mistakes`)
  return definition
}
