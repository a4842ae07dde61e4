// Text as it is searched: wide and narrow forms, capital and small letters are one (UAX #15, NFKC).

export const folded = (text: string): string => text.normalize('NFKC').toLocaleLowerCase()

/** Whether every word that was typed is somewhere in the text. */
export function hasWords(text: string, typed: string): boolean {
  const place = folded(text)
  return folded(typed)
    .split(/\s+/)
    .every(word => place.includes(word))
}
