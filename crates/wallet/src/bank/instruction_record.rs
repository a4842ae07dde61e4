//! What is stored of something that the holder told the bank to do: block a purse, close a purse, close an account.

use minicbor::Encode;
use tallystick_codec::DecodeMap;
use tallystick_protocol::bank::{AccountInstruction, InstructionKind};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use super::record::Said;
use crate::core::error::ErrorKind;

/// An instruction to a bank, and what came of it. Of a closed account it stays, because its history does.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct InstructionRecord {
    /// [`FORMAT`](super::record::FORMAT).
    #[n(0)]
    pub format: u8,
    /// What the bank was told.
    #[n(1)]
    pub instruction: AccountInstruction,
    /// About which purse, as the wallet names it; none for the account itself.
    #[n(2)]
    pub purse: Option<String>,
    /// The account, as the wallet names it.
    #[n(3)]
    pub account: String,
    /// The account's currency.
    #[n(4)]
    pub currency: Option<Currency>,
    /// The bank's certified name.
    #[n(5)]
    pub bank_name: String,
    /// The certificate (DER) of the key with which the bank answers.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub bank_certificate: Vec<u8>,
    /// The question, until it is answered.
    #[n(7)]
    pub said: Option<Said>,
    /// The bank's signed answer, kept as evidence.
    #[cbor(n(8), with = "minicbor::bytes")]
    pub answer: Option<Vec<u8>>,
    /// When it was done.
    #[n(9)]
    pub done_at: Option<Timestamp>,
    /// What is paid back or out.
    #[n(10)]
    pub amount: Option<Money>,
    /// When it is paid back.
    #[n(11)]
    pub until: Option<Timestamp>,
    /// Why it was not done.
    #[n(12)]
    pub failure: Option<ErrorKind>,
}

impl InstructionRecord {
    /// Names it: one of each kind for each purse and account.
    #[must_use]
    pub fn id(&self) -> String {
        let about = self.purse.as_deref().unwrap_or(&self.account);
        named(self.instruction.what, about)
    }

    /// Whether the bank has still to answer.
    #[must_use]
    pub const fn is_asked(&self) -> bool {
        self.said.is_some()
    }

    /// Whether it is about the account itself.
    #[must_use]
    pub fn closes_account(&self) -> bool {
        self.instruction.what == InstructionKind::CloseAccount
    }
}

/// The name of that instruction about that purse, or account.
#[must_use]
pub fn named(what: InstructionKind, about: &str) -> String {
    [what.as_str(), "/", about].concat()
}
