//! How an account at a bank and its purse come to be, go on and end (EP 1 221 669 A1, SZ1 to SZ9 and S1 to S11), and
//! the sealed conversation around a purse.
//!
//! An account is opened through a registration authority. Its keys are made in the card and enrolled as at any
//! institution that pays ([`account`](crate::account)); a purse gets a key of its own, which the registration authority
//! has certified, before the bank opens the purse.

mod account_statement;
mod conversation;
mod evidence;
mod fees;
mod instruction;
mod key_delivery;
mod opening;
mod password;
mod purse_key;
mod renewal;
mod renewing;

pub use crate::keys::conversation::{CONVERSATION_BYTES_MAX, ConversationError, Direction};
pub use account_statement::AccountStatementRequest;
pub use conversation::{PurseConversation, PurseConversationAnswer, open_said, seal_said};
pub use evidence::{
    BookAccount, BookHolder, BookPurse, BookTransfer, EvidencePage, EvidencePart, Proof, ProofKind,
    TransferKind,
};
pub use fees::{FEES_MAX, Fee, FeeSchedule};
pub use instruction::{AccountInstruction, InstructionAnswer, InstructionKind, InstructionOutcome};
pub use key_delivery::{PurseKeyDelivery, PurseKeyKind, PurseKeyRequest};
pub use opening::{
    OpeningAnswer, OpeningOutcome, OpeningRequest, PurseApplication, PurseApplicationRequest,
    PurseKeysCertified, PurseOpening, Registration, RegistrationAnswer, RegistrationError,
};
pub use password::{PASSWORD_SALT_BYTES, password_salt};
pub use purse_key::BankKeyRequest;
pub use renewal::{FeeOption, KeyRenewal, KeyRenewed};
pub use renewing::{
    RenewalAnswer, RenewalOutcome, RenewalPermit, RenewalRequest, RenewedKeyCertified,
};
