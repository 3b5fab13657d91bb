import type { Register } from './command.ts'
import { registerMigrate } from './migrate.ts'
import { registerProfileShow } from './profile-show.ts'

/** Every command, in the order of the help. */
export const registrations: readonly Register[] = [registerMigrate, registerProfileShow]
