//! What was booked on an account, for its holder: asked inside the sealed conversation, answered by a page of an
//! ISO 20022 statement (camt.053.001.08), in UTF-8 and as it is.

use minicbor::Encode;
use tallystick_codec::DecodeMap;

use crate::trust::keyed::keyed_message;
use crate::wire::identifier::{Domain, HolderId};
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

/// The holder of an account asks what was booked on it. Signed by the account's key (RSASSA-PSS).
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct AccountStatementRequest {
    /// The bank.
    #[n(0)]
    pub bank: Domain,
    /// The account's number.
    #[n(1)]
    pub account: u64,
    /// The holder identifier under which the wallet is enrolled at the bank.
    #[n(2)]
    pub holder: HolderId,
    /// The first day, in days since the first of January 1970 (UTC).
    #[n(3)]
    pub first_day: u32,
    /// The last day, not before the first.
    #[n(4)]
    pub last_day: u32,
    /// Which page, from 1; the statement says which is the last.
    #[n(5)]
    pub page: u32,
    /// When, by the wallet's clock.
    #[n(6)]
    pub at: Timestamp,
}
keyed_message!(
    AccountStatementRequest,
    message::ACCOUNT_STATEMENT_REQUEST,
    512,
    context::ACCOUNT_STATEMENT_REQUEST
);
