//! What a purse in a card and its bank sign (EP 1 221 669 A1). Everything here is signed by a key that the other
//! side knows beforehand ([`keyed`](crate::trust::keyed)): the purse's key in the card, or the key with which the bank
//! signs purses, and is short enough for a card to verify.
//!
//! A movement of value is asked for ([`MovementRequest`], Sa2 and Sd2), offered ([`MovementOffer`], Sa8 and Sd5),
//! accepted or not ([`MovementReply`], Sa12 and Sd8) and ended ([`MovementVerdict`], Sa16 and Sd10). An order is paid by
//! a [`PursePayment`], which its payer ends with the same verdict.

mod certificate;
mod checkpoint;
mod endpoint;
mod history;
pub mod local;
mod movement;
mod number;
mod payment;
mod report;
mod sealed_secret;
mod taken_over;
#[cfg(test)]
mod tests;
mod waiting;

pub use certificate::{PurseCertificate, PurseKind, key_digest};
pub use checkpoint::{Checkpoint, CheckpointNotice, HistoryPolicy, OfflineLimits};
pub use endpoint::Endpoint;
pub use history::{EVIDENCE_BYTES_MAX, HISTORY_START, HistoryEntry, HistoryError, require_chain};
pub use movement::{
    MovementOffer, MovementOutcome, MovementReply, MovementRequest, MovementVerdict, PrepaidState,
};
pub use number::PurseNumber;
pub use payment::PursePayment;
pub use report::{
    ENTRIES_MAX, PENDING_MAX, PrepaidPending, PurseReport, PurseReportAnswer, PurseState,
    WaitingCredit,
};
pub use sealed_secret::{P256_SECRET_BYTES, RSA_SECRET_BYTES, SealedSecret};
pub use taken_over::{TakeOverError, TakenOver, number_of_take_over};
pub use waiting::{number_of_refund, number_of_transfer};
