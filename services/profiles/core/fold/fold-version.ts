/**
 * Version of the fold's code: raise it whenever the same log could give another state, effect or row than before. Owners of different
 * versions never run together, and a state of another version is refused.
 */
export const foldVersion = 5
