import { SingleBar } from 'cli-progress'
import { isInteractive, type Terminal } from './terminal.ts'

/** A bar on stderr, for whoever watches; it counts and names nothing. */
export interface Progress extends Disposable {
  readonly at: (done: number, of: number) => void
}

export function progressBar({ stderr }: Pick<Terminal, 'stderr'>, what: string): Progress {
  if (!isInteractive(stderr)) return { at: () => undefined, [Symbol.dispose]: () => undefined }
  const bar = new SingleBar({ format: `{bar} {percentage} % · {value} of {total} ${what}` })
  let isStarted = false
  return {
    at(done, of) {
      if (!isStarted) bar.start(of, 0)
      isStarted = true
      bar.setTotal(of)
      bar.update(done)
    },
    [Symbol.dispose]: () => bar.stop(),
  }
}
