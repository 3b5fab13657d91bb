import type { IdentityDefinition } from './schema.ts'

/** Which spellings of an address are one mailbox. */
export interface EmailSpelling {
  readonly plus: 'keep' | 'strip'
  readonly dots: 'keep' | 'strip'
}

/** What the pipeline file says of e-mail addresses. It decides fragments, so that it is fixed for a generation. */
export interface EmailPolicy extends EmailSpelling {
  /** Addresses of a function (info@, sales@), behind which several people sit. */
  readonly role: 'keep' | 'block'
  /** Addresses of services that give them out for minutes. */
  readonly disposable: 'keep' | 'block'
}

/** An address as it is written, whoever sits behind it. */
export const plainEmail: EmailPolicy = {
  plus: 'keep',
  dots: 'keep',
  role: 'keep',
  disposable: 'keep',
}

export function emailPolicy({ types }: Pick<IdentityDefinition, 'types'>): EmailPolicy {
  const own = types['email']
  return {
    plus: own?.normalise?.plus ?? plainEmail.plus,
    dots: own?.normalise?.dots ?? plainEmail.dots,
    role: own?.role ?? plainEmail.role,
    disposable: own?.disposable ?? plainEmail.disposable,
  }
}
