import { userInfo } from 'node:os'

/** The account of this process. In a container it may have no name. */
export function ownAccount(): string {
  try {
    return userInfo().username
  } catch {
    return 'unknown'
  }
}
