// The accounts at coupon offices: which one a coupon is on, and where its keys are.

import type { CouponOfficeView, KeyPlace, WalletView } from '../../shared/wallet-types'

/** Where the keys of an account are: their PIN is asked for. */
export const keysOf = (view: WalletView, accountId: string): KeyPlace => officeOf(view, accountId)?.place ?? 'software'

export const officeOf = (view: WalletView, accountId: string): CouponOfficeView | undefined =>
  view.coupon_offices.find(office => office.account_id === accountId)
