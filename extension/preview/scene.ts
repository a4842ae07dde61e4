// A made-up state of the wallet, and what it answers.

import type { HomeLink } from '../shared/home-link'
import type { AskView, WalletProblem } from '../shared/messages'
import type { WalletView } from '../shared/wallet-types'

export interface Scene {
  view?: WalletView
  problem?: WalletProblem
  ask?: AskView
  /** What each call answers; a function is called, a problem is thrown. */
  answers?: Record<string, unknown>
  /** How the connection to the home proxy is. */
  homeLink?: HomeLink
  popup?: boolean
  /** Whether the window of an approval is open beside the page. */
  approvalOpen?: boolean
  /** Whether the browser opens devices; what its chooser gives is nothing. */
  devices?: boolean
}
