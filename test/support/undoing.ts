/** Undoes what was done so far, last first; one failure does not keep the rest from being undone. */
export interface Undoing {
  push(undo: () => Promise<void> | void): void
  /** Aborted when undoing begins: nothing may be started any more. */
  readonly begun: AbortSignal
  all(): Promise<readonly unknown[]>
}

export function createUndoing(): Undoing {
  const undos: (() => Promise<void> | void)[] = []
  const begun = new AbortController()
  return {
    begun: begun.signal,
    push: (undo) => {
      undos.push(undo)
    },
    async all() {
      begun.abort()
      const failures: unknown[] = []
      for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) {
        try {
          await undo()
        } catch (error) {
          failures.push(error)
        }
      }
      return failures
    },
  }
}
