const plain = /^[A-Za-z_][A-Za-z0-9_]*$/
const mark = 'tributary_hex_'

/**
 * A name as avsc takes it, without namespaces. Java's Avro, and so most producers, takes letters of any alphabet, and whatever stands in a namespace:
 * Debezium makes one of the name of a server, `my-shop.inventory.orders`.
 */
export const avscName = (name: string): string =>
  plain.test(name) && !name.startsWith(mark) ? name : mark + Buffer.from(name).toString('hex')

/** The name that `avscName` was given. */
export const nameInSchema = (name: string): string =>
  name.startsWith(mark) ? Buffer.from(name.slice(mark.length), 'hex').toString() : name

const spelt = new RegExp(`${mark}[0-9a-f]*`, 'g')

/** What avsc says of a schema, in the schema's own names. */
export const namesInText = (text: string): string =>
  text.replaceAll(spelt, (name) => nameInSchema(name))
