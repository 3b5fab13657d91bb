import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What `tributary init` can copy, with what stands in the help. Each is a folder of infra/templates, in the clone as in the image. */
export const templates = {
  retail: 'a shop, online and with tills: baskets, orders, returns',
  saas: 'software by subscription: trials, activation, expansion, churn',
  media: 'a publisher with articles, video and subscriptions',
} as const

export type TemplateName = keyof typeof templates

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of the table above
export const templateNames = Object.keys(templates) as readonly TemplateName[]

/** The files of a template: a pipeline file and its examples. */
export const templateFiles = ['pipeline.yaml', 'pipeline.test.yaml'] as const

export interface TemplateFile {
  readonly name: (typeof templateFiles)[number]
  readonly text: string
}

export const readTemplate = async (
  checkout: string,
  name: TemplateName,
): Promise<readonly TemplateFile[]> =>
  Promise.all(
    templateFiles.map(async (file) => ({
      name: file,
      text: await readFile(join(checkout, 'infra', 'templates', name, file), 'utf8'),
    })),
  )
