// Structured fields (RFC 9651) as far as signatures and digests of messages use them: a dictionary whose members are
// byte sequences or inner lists of strings, with parameters.

const KEY = /[a-z*][a-z0-9_.*-]*/y
const STRING = /"((?:[ !#-[\]-~]|\\["\\])*)"/y
const INTEGER = /-?\d{1,15}(?![\d.])/y
const BYTES = /:([A-Za-z0-9+/]*={0,2}):/y
const TOKEN = /[A-Za-z*][!#$%&'*+.^_`|~A-Za-z0-9:/-]*/y
const SPACE = /[ \t]*/y
/** As long as a header of this kind may be. */
const CHARACTERS_MAX = 8_192

/**
 * The members of a dictionary, by name: each { value, raw, parameters }. `raw` is the member's text from the value to the end of its
 * parameters. Throws a SyntaxError.
 */
export function dictionaryOf(text) {
  if (text.length > CHARACTERS_MAX) throw new SyntaxError('The field is too long.')
  const reader = new Reader(text)
  const members = new Map()
  while (!reader.ended) {
    const name = reader.must(KEY)[0]
    if (members.has(name)) throw new SyntaxError(`${name} stands twice.`)
    reader.expect('=')
    const from = reader.at
    const value = reader.peek('(') ? innerList(reader) : bare(reader)
    const parameters = parametersOf(reader)
    members.set(name, { value, parameters, raw: text.slice(from, reader.at) })
    reader.must(SPACE)
    if (reader.ended) break
    reader.expect(',')
    reader.must(SPACE)
    if (reader.ended) throw new SyntaxError('Nothing follows a comma.')
  }
  return members
}

class Reader {
  at = 0

  constructor(text) {
    this.text = text
  }

  get ended() {
    return this.at === this.text.length
  }

  peek(character) {
    return this.text[this.at] === character
  }

  /** Takes what matches here, or nothing. */
  take(pattern) {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)
    if (found) this.at = pattern.lastIndex
    return found
  }

  must(pattern) {
    const found = this.take(pattern)
    if (!found) throw new SyntaxError(`Not a structured field, from character ${this.at}.`)
    return found
  }

  expect(character) {
    if (!this.peek(character)) throw new SyntaxError(`Expected ${character} at character ${this.at}.`)
    this.at += 1
  }
}

function innerList(reader) {
  const items = []
  reader.expect('(')
  reader.must(SPACE)
  while (!reader.peek(')')) {
    const value = stringOf(reader.must(STRING))
    items.push({ value, parameters: parametersOf(reader) })
    if (!reader.peek(')') && reader.must(SPACE)[0] === '') throw new SyntaxError('Items of a list stand apart.')
  }
  reader.expect(')')
  return items
}

function parametersOf(reader) {
  const parameters = new Map()
  while (reader.peek(';')) {
    reader.expect(';')
    reader.must(SPACE)
    const name = reader.must(KEY)[0]
    if (parameters.has(name)) throw new SyntaxError(`${name} stands twice.`)
    if (!reader.peek('=')) {
      parameters.set(name, true)
      continue
    }
    reader.expect('=')
    parameters.set(name, bare(reader))
  }
  return parameters
}

/** One value: a string, an integer, bytes or a token. */
function bare(reader) {
  const string = reader.take(STRING)
  if (string) return stringOf(string)
  const bytes = reader.take(BYTES)
  if (bytes) return Uint8Array.from(atob(bytes[1]), character => character.charCodeAt(0))
  const integer = reader.take(INTEGER)
  if (integer) return Number(integer[0])
  return reader.must(TOKEN)[0]
}

const stringOf = ([, inside]) => inside.replaceAll(/\\(["\\])/g, '$1')
