import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { templateFiles, templateNames } from '../../services/cli/init/templates.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
  ([, sources = '']) => sources.split(' '),
)

it('everything that the image copies is let through by .dockerignore', () => {
  const allowed = read('../../.dockerignore').split('\n')
  expect(copied.length).toBeGreaterThan(5)
  expect(copied.filter((path) => !allowed.includes(`!${path.replace(/^\.\//, '')}`))).toEqual([])
})

it('health and metrics are served where probes and Prometheus come from: loopback of a container is its own', () => {
  const dockerfile = read('Dockerfile')
  expect(dockerfile).toContain('TRIBUTARY_HTTP_HOST=0.0.0.0')
  const [, port] = /TRIBUTARY_HTTP_PORT=(\d+)/.exec(dockerfile) ?? []
  expect(dockerfile).toContain(`EXPOSE ${port}\n`)
})

it('the templates of `tributary init` are in the image', () => {
  expect(copied).toContain('infra/templates')
  for (const name of templateNames)
    for (const file of templateFiles)
      expect(read(`../templates/${name}/${file}`).length).toBeGreaterThan(1000)
})
