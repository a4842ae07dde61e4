// Looks for a text in bytes, as it is and in the encodings in which it might hide.

/** How often `text` appears in any of `haystacks`: as UTF-8, UTF-16, hexadecimal or base64 at any offset. */
export function appearances(text, haystacks) {
  const needles = encodings(text)
  return haystacks.reduce((sum, bytes) => sum + needles.filter(needle => bytes.includes(needle)).length, 0)
}

function encodings(text) {
  const utf8 = Buffer.from(text)
  const hex = utf8.toString('hex')
  return [
    utf8,
    Buffer.from(text, 'utf16le'),
    Buffer.from(hex),
    Buffer.from(hex.toUpperCase()),
    Buffer.from(encodeURIComponent(text)),
    ...[0, 1, 2].flatMap(offset => base64Inside(utf8, offset)),
  ]
}

/** The characters that base64 gives for `bytes` wherever they start, without those that depend on their neighbours. */
function base64Inside(bytes, offset) {
  const padded = Buffer.concat([Buffer.alloc(offset), bytes])
  const whole = padded.subarray(0, padded.length - (padded.length % 3)).toString('base64')
  const inner = whole.slice(Math.ceil((offset * 8) / 6))
  return inner.length < 6 ? [] : [Buffer.from(inner), Buffer.from(inner.replaceAll('+', '-').replaceAll('/', '_'))]
}
