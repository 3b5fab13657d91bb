export interface Address {
  /** Without the account that may have stood in it. */
  readonly url: string
  readonly username?: string | undefined
  readonly password?: string | undefined
}

/** An account that stands in the URL counts before the one beside it; apart, since the client warns on the terminal where it is told both. */
export function addressOf({ password, url, username }: Address): Address {
  if (!URL.canParse(url)) return { url, username, password }
  const bare = new URL(url)
  const given = { username: decoded(bare.username), password: decoded(bare.password) }
  if (given.username === '' && given.password === '') return { url, username, password }
  bare.username = ''
  bare.password = ''
  return {
    url: bare.href.replace(/\/$/, ''),
    username: given.username || username,
    password: given.password || password,
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A percent sign that means itself.
    return text
  }
}
