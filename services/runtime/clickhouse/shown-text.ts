/** The server goes on with the statement from here; what is wrong stands before it. */
const statementBegins =
  /[\s:.,(]*\b(?:in scope|in query|query:|while (?:executing|processing|converting|reading))(?=\s).*$/is
/** So it does after the position of a syntax error, which says enough to whoever has the statement. */
const syntaxError = /^.*?Syntax error: failed at position \d+/s
/** Errors about a value quote it, with or without quotation marks. */
const quotesValue =
  /^(?:CANNOT_PARSE_|TYPE_MISMATCH$|BAD_QUERY_PARAMETER$|UNKNOWN_ELEMENT_OF_ENUM$|FUNCTION_THROW_IF)/

/**
 * What may be shown and logged of the server's text: one line without the statement and without values, which may be people's, and which
 * fill a screen. Of an error about a value only the query parameter is named.
 * @param type As the server names it; undefined: it is not known.
 */
export function shownText(text: string, type: string | undefined): string {
  if (type !== undefined && quotesValue.test(type)) {
    const parameter = /for query parameter '(\w+)'/.exec(text)?.[1]
    return parameter === undefined ? 'about a value' : `about the query parameter '${parameter}'`
  }
  const [before = ''] = (syntaxError.exec(text)?.[0] ?? text)
    .replace(statementBegins, '')
    .split('\n', 1)
  return before.replace(/[\s:.,(]+$/, '')
}
