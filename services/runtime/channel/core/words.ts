/** Longer names are cut: their events are refused for it, and a name in words fits. */
const lengthMax = 512

/** A field's name in words: `userSSN2` → user, ssn, 2. Accents do not matter: people leave them out. */
export const wordsOf = (name: string): readonly string[] =>
  name
    .slice(0, lengthMax)
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .replaceAll(/(\p{L})(\p{N})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
