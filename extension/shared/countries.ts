// Countries and territories by their codes (ISO 3166-1 alpha-2), with the reader's own words for them in the reader's own order.

import { locale } from '../i18n'

/** Those that ISO 3166-1 lists; BV and HM, where nobody lives, are left out. */
const CODES =
  'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ CA CC CD CF CG CH ' +
  'CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM ' +
  'GN GP GQ GR GS GT GU GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC ' +
  'LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU ' +
  'NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY ' +
  'SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW'

const names = new Intl.DisplayNames(locale, { type: 'region' })

/** What the reader calls a country; its code, if it is none. */
export function countryName(code: string): string {
  try {
    return names.of(code) ?? code
  } catch {
    return code
  }
}

/** All countries by name, with the reader's own first. */
export function countries(): { code: string; name: string }[] {
  const own = ownCountry()
  const order = new Intl.Collator(locale)
  return CODES.split(' ')
    .map(code => ({ code, name: countryName(code) }))
    .sort((one, other) => Number(other.code === own) - Number(one.code === own) || order.compare(one.name, other.name))
}

/** Where the reader is likely to be, by the region of the language; Japan, where the demonstration's shops are, if it has none. */
export const ownCountry = (): string => new Intl.Locale(locale).region ?? 'JP'

/** An address whose last line is a code, as the wallet has it, with that country's name. */
export function withCountry(address: string): string {
  const lines = address.split('\n')
  const last = lines.at(-1) ?? ''
  return /^[A-Z]{2}$/.test(last) ? [...lines.slice(0, -1), countryName(last)].join('\n') : address
}
