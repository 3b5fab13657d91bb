export interface RebuildArguments {
  /** null: the pipeline file in force. */
  readonly file: string | null
  readonly partitions: number | null
  readonly sliceMs: number
  readonly sliceEvents: number
  /** Run profiles and identity of the new generation as children of this command. */
  readonly services: boolean
  /** Let the new generation apply what the old one does not. */
  readonly undrained: boolean
  /** Make all pseudonyms anew, with the next installation key, from the raw topics. */
  readonly newKey: boolean
  /** Of a new key: only say what it would be made of. */
  readonly dryRun: boolean
  readonly keepOld: boolean
  /** Consumers of public changes hear who enters and leaves by it. */
  readonly notify: boolean
  readonly by: string | null
  readonly reason: string
  readonly cluster: string | null
  readonly replicated: boolean
  readonly json: boolean
}
