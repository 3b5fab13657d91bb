/** Addresses of the stack under test: plain data, so that it can be handed to test workers. */
export interface ProvidedStack {
  readonly implementation: 'local' | 'docker' | 'running'
  readonly kafkaBrokers: string[]
  /** Base of the Confluent-compatible API. */
  readonly registryUrl: string
  readonly clickhouseUrl: string
}

// A test reads it by `inject('stack')`.
declare module 'vitest' {
  export interface ProvidedContext {
    stack: ProvidedStack
  }
}
