// What can pay an order: cards, accounts, purses, each with what is left on it.

import { t } from '../../i18n'
import { money } from '../../i18n/format'
import { lentWord } from '../../shared/lent'
import type { Payment } from '../../shared/orders/payment'
import { shortNumber } from '../../shared/bank/numbers'
import { isGood } from '../../shared/contactless/contactless-words'
import type { AwayLoanView, ContactlessView, KeyPlace, OrderView, WalletView } from '../../shared/wallet-types'

export interface Means {
  /** It in the calls of the wallet. */
  id: string
  payment: Exclude<Payment, 'coupon'>
  label: string
  /** Its number in short, where the label does not say it. */
  which?: string
  /** Whoever pays for the holder: issuer or bank. */
  payer: { name: string; domain: string }
  holderName?: string
  place: KeyPlace
  /** It is lent by a home: the card there signs, for two passwords. */
  lent?: { loan: AwayLoanView; home: string; proxy: string }
  /** It is a contactless card: what is on it counts once it was read for this order. */
  contactless?: { card: ContactlessView; isRead: boolean }
  /** What is left on it, in words; nothing where it is not known. */
  left?: string
  /** It has less than the order comes to. */
  short: boolean
  /** Why it cannot be chosen, where too little is not the reason. */
  obstacle?: string
  /** It cannot be chosen: a purse and an account know what they have. A card's limit is its issuer's to judge. */
  barred: boolean
}

/** What coupons leave to pay, and in which card they are. */
export interface Rest {
  minor: number
  place?: KeyPlace
}

/** Those that the shop takes; what is proposed, which is what paid there last, comes first. */
export function meansOf(order: OrderView, view: WalletView, rest: Rest, now = Date.now()): Means[] {
  const left = (minor: number | null, currency: string, mayBeMore = false): Pick<Means, 'left' | 'short' | 'barred'> => {
    if (minor === null) return { short: false, barred: false }
    const short = currency === order.currency && minor < rest.minor
    return { left: money(minor, currency), short, barred: short && !mayBeMore }
  }
  const shop = order.parties.find(party => party.role === 'shop')?.domain ?? ''
  const apart = (one: Means): Means => {
    const obstacle = apartFrom(one, rest)
    return obstacle ? { ...one, obstacle, barred: true } : one
  }
  const all: Means[] = [
    ...view.purses.map((purse): Means => ({
      id: purse.id,
      payment: 'purse',
      label: t('approve.purse', { bank: purse.bank_name }),
      payer: { name: purse.bank_name, domain: purse.bank_domain },
      holderName: view.accounts.find(account => account.id === purse.account_id)?.holder_name,
      place: purse.place,
      ...left(purse.amount_minor, purse.currency),
    })),
    ...view.accounts.map((account): Means => ({
      id: account.id,
      payment: 'account',
      label: t('approve.account', { bank: account.bank_name }),
      which: shortNumber({ kind: 'account', number: account.number }),
      payer: { name: account.bank_name, domain: account.bank_domain },
      holderName: account.holder_name,
      place: account.place,
      ...left(account.available_minor, account.currency),
    })),
    ...view.cards.map((card): Means => ({
      id: card.id,
      payment: 'card',
      label: t('approve.card', { issuer: card.issuer_name, last4: card.last4 }),
      payer: { name: card.issuer_name, domain: card.issuer_domain },
      holderName: card.holder_name,
      place: card.place,
      ...left(card.left_minor ?? null, card.currency, true),
    })),
    ...view.contactless.map((card): Means => {
      const isRead = isGood(card, now)
      return {
        id: card.id,
        payment: 'contactless',
        label: t('approve.contactless', { bank: card.front_name }),
        which: `··${card.last4}`,
        payer: { name: card.front_name, domain: card.front_domain },
        // The account at the front signs; the card is held to the reader besides.
        place: card.account_place ?? card.place,
        contactless: { card, isRead },
        ...(isRead ? left(card.balance_minor, card.currency) : { short: false, barred: false }),
      }
    }),
    ...view.away.flatMap(home =>
      home.loans.map((loan): Means => {
        const obstacle = obstacleOf(loan, shop, order)
        return {
          id: loan.card_id,
          payment: loan.pays,
          label: t('approve.lent', { what: loan.pays === 'card' ? lentWord(loan) : t(`approve.${loan.pays}`, { bank: loan.name }) }),
          which: loan.pays === 'card' ? undefined : `··${loan.shown}`,
          payer: { name: loan.name, domain: '' },
          holderName: loan.holder_name,
          place: 'software',
          lent: { loan, home: home.name, proxy: home.proxy },
          ...left(loan.left_minor, loan.currency),
          ...(obstacle && { obstacle, barred: true }),
        }
      }),
    ),
  ]
  const rank = ({ id }: Means) =>
    id === order.proposed_card ? -1 : order.payable.includes(id) ? order.payable.indexOf(id) : order.payable.length
  // What is lent and cannot pay this order is shown with the reason: whoever was lent something looks for it.
  return all
    .map(apart)
    .filter(({ id, lent, barred }) => order.payable.includes(id) || (lent && barred))
    .sort((one, other) => rank(one) - rank(other))
}

/** Why that cannot pay what coupons leave: one card signs for all of an order. */
function apartFrom({ place, lent }: Means, rest: Rest): string | undefined {
  if (rest.place === undefined) return undefined
  if (lent) return t('approve.coupons.lent')
  return place === rest.place ? undefined : t('approve.coupons.other-place')
}

/** Why a loan cannot pay this order, as far as this wallet knows; the card at home decides. */
function obstacleOf(loan: AwayLoanView, shop: string, order: OrderView): string | undefined {
  if (loan.ends_at <= Date.now() / 1000) return t('approve.lent.ended')
  if (loan.count_left === 0) return t('approve.lent.used')
  if (loan.shops.length > 0 && !loan.shops.includes(shop)) return t('approve.lent.elsewhere')
  if (loan.currency === order.currency && loan.each_minor < order.total_minor)
    return t('approve.lent.each', { each: money(loan.each_minor, loan.currency) })
  return undefined
}

/** What pays unless the holder chooses: the first that has enough, else the first. */
export const proposedOf = (means: Means[]): Means | undefined => means.find(one => !one.barred) ?? means[0]
