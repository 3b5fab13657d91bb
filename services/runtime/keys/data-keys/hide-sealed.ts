import { sealedMark } from './sealed-text.ts'

const anywhere = /sealed:1:[A-Za-z0-9_-]{22}:[A-Za-z0-9_-]+/g

/** A text with a mark in place of each sealed value: its bytes are no value, and say nothing to anybody. */
export const hideSealed = (text: string): string => text.replaceAll(anywhere, sealedMark)
