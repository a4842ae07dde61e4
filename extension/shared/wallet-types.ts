// What the wallet shows and takes. The shapes come from their Rust definition, by way of the
// declarations that wasm-bindgen writes; only names for the pages' use are added here.

import type { MatrixRow, OrderView } from '../../wasm/pkg/tallystick_wasm.js'

export type {
  Address,
  AwayLoanView,
  AwayStep,
  AwayView,
  BankAccountView,
  BankView,
  CardView,
  Choice as ApproveChoice,
  ClosedAccountView,
  CodesView,
  Deployment,
  EndView,
  EnrolmentStep,
  EvidenceView,
  FeeView,
  HomeView,
  KeyPlace,
  LimitsView,
  LoanState,
  LoanTerms,
  LoanView,
  MatrixRow,
  MoveChoice,
  MovementState,
  MovementView,
  OpeningView,
  OrderState,
  OrderView,
  PartyView,
  Phase,
  PrepaidReading,
  PrepaidView,
  PurseView,
  ReaderCardView,
  RegistrationForm,
  RestoredView,
  StrandState,
  TerminalView,
  UseView,
  WaitingView,
  Wallet as WalletApi,
  WalletView,
} from '../../wasm/pkg/tallystick_wasm.js'

export type PartyRole = keyof OrderView['strands']
export type MatrixField = MatrixRow['row']
