import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))

export const checkoutRoot = resolve(here, '..', '..', '..')
export const pomFile = join(here, '..', 'pom.xml')
export const clickhouseServerFile = join(here, '..', 'clickhouse-server.ts')

/** Everything this checkout makes for itself; in .gitignore. */
export const cacheRoot = join(checkoutRoot, '.tributary')
export const defaultStackDirectory = join(cacheRoot, 'stack')

export type Component = 'kafka' | 'registry' | 'clickhouse'
export const components = ['kafka', 'registry', 'clickhouse'] as const satisfies Component[]

export interface ComponentPaths {
  readonly data: string
  readonly logFile: string
  readonly pidFile: string
}

export function componentPaths(directory: string, component: Component): ComponentPaths {
  return {
    data: join(directory, 'data', component),
    logFile: join(directory, 'log', `${component}.log`),
    pidFile: join(directory, 'run', `${component}.json`),
  }
}
