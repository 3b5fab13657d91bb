import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

it('every script that runs Node prepares the clone first, whatever Node that is', () => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own package.json
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>
  }
  const running = Object.keys(scripts).filter((name) =>
    /^(?:exec )?node (?!infra\/local\/prepare)/.test(scripts[name] ?? ''),
  )
  expect(running).toContain('service')
  const unprepared = running.filter(
    (name) => scripts[`pre${name}`]?.startsWith('node infra/local/prepare.mjs') !== true,
  )
  expect(unprepared).toEqual([])
})

it('pages start services by the script, since the Node of the machine may read no TypeScript', () => {
  const pages = globSync(['*.md', 'docs/**/*.md', 'services/**/*.md', 'infra/**/*.md'], {
    cwd: root,
  })
  expect(pages).toContain('docs/settings.md')
  const bare = pages.flatMap((page) =>
    readFileSync(join(root, page), 'utf8')
      .split('\n')
      .filter((line) => /\bnode services\//.test(line) && !/\bimage\b/.test(line))
      .map((line) => `${page}: ${line}`),
  )
  expect(bare).toEqual([])
})
