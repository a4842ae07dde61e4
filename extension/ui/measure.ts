// How long a text is, as the wallet counts: in bytes of UTF-8, of which a kanji has three.

const utf8 = new TextEncoder()

/** How many characters have to go from the end of a text until it has at most so many bytes; 0 if it fits. */
export function charactersOver(text: string, bytesMax: number): number {
  const characters = [...new Intl.Segmenter().segment(text.trim())].map(({ segment }) => utf8.encode(segment).length)
  let bytes = characters.reduce((sum, one) => sum + one, 0)
  let over = 0
  for (let last = characters.length - 1; bytes > bytesMax; last -= 1) {
    bytes -= characters[last] ?? bytes
    over += 1
  }
  return over
}
