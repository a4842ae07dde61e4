// A campaign's link: which coupon, and the secret key by which the first wallet that has it gets that coupon. Both stand behind
// the number sign, which no browser sends. The wallet reads it in crates/wallet/src/coupon/text.rs; the one place of this page
// where one is written and read.

export interface Link {
  /** The coupon's number, 16 bytes in hexadecimal. */
  coupon: string
  /** SHA-256 of the public key, in hexadecimal: all that the office has. */
  claim: string
  /** The secret key of P-256, 32 bytes in base64url. */
  secret: string
  /** The line of the file that it was read from. */
  line?: number
}

const PATH = '/claim'
const FORM = /^(https?:\/\/[a-z0-9.:-]+)\/claim#([0-9a-f]{32})\.([A-Za-z0-9_-]{43})$/

export const addressOf = ({ coupon, secret }: Pick<Link, 'coupon' | 'secret'>, office = location.origin): string =>
  `${office}${PATH}#${coupon}.${secret}`

/** Where whoever asks gets a coupon of the campaign, while there are any. */
export const campaignAddressOf = (id: string, { minor, currency }: { minor: number; currency: string }, office = location.origin): string =>
  `${office}/campaign#${id}.${minor}.${currency}`

/** What an address of a link of this office names; nothing if it is none. */
export function linkAt(address: string, office = location.origin): Pick<Link, 'coupon' | 'secret'> | undefined {
  const [, at, coupon, secret] = FORM.exec(address) ?? []
  return at === office && coupon && secret ? { coupon, secret } : undefined
}
