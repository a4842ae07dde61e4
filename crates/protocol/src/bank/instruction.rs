//! What the holder of an account tells the bank to do with it: block a purse that is lost, close a purse, close the
//! account. Signed by the account's key, which is not the lost purse's; said inside the sealed conversation.

use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};
use tallystick_codec::DecodeMap;

use crate::purse::PurseNumber;
use crate::trust::keyed::keyed_message;
use crate::wire::cbor::encode;
use crate::wire::identifier::{Domain, HolderId};
use crate::wire::money::Money;
use crate::wire::number::decode_whole;
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

crate::named_enum! {
    /// What is to be done.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum InstructionKind {
        /// A purse is lost: nothing moves from it or to it any more, and what no receipt claims is paid back.
        #[n(1)]
        BlockPurse => "block-purse",
        /// An empty purse is not wanted any more.
        #[n(2)]
        ClosePurse => "close-purse",
        /// An account without purses is not wanted any more; what is on it goes to the account outside.
        #[n(3)]
        CloseAccount => "close-account",
        /// An empty prepaid card is wanted, in the account's currency. It is not answered by an [`InstructionAnswer`] but
        /// by a [`PurseOpening`](super::PurseOpening).
        #[n(4)]
        IssuePrepaid => "issue-prepaid",
    }
}

/// What the holder of an account tells the bank. Signed by the account's key (RSASSA-PSS).
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct AccountInstruction {
    /// The bank.
    #[n(0)]
    pub bank: Domain,
    /// The account's number.
    #[cbor(n(1), decode_with = "decode_whole")]
    pub account: u64,
    /// The holder identifier under which the wallet is enrolled at the bank.
    #[n(2)]
    pub holder: HolderId,
    /// What is to be done.
    #[n(3)]
    pub what: InstructionKind,
    /// Which purse; none for the account itself, and none for a card that is to be issued.
    #[n(4)]
    pub purse: Option<PurseNumber>,
    /// When, by the wallet's clock.
    #[n(5)]
    pub at: Timestamp,
}
keyed_message!(
    AccountInstruction,
    message::ACCOUNT_INSTRUCTION,
    512,
    context::ACCOUNT_INSTRUCTION
);

impl AccountInstruction {
    /// SHA-256 of its encoding: what an [`InstructionAnswer`] answers.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(encode(self)).into()
    }
}

crate::named_enum! {
    /// What the bank did.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum InstructionOutcome {
        /// It is done, now or before.
        #[n(1)]
        Done => "done",
        /// There is value in the purse, by the bank's books: unload it first.
        #[n(2)]
        HoldsValue => "holds-value",
        /// Something is under way from or to it, or waits for it.
        #[n(3)]
        UnderWay => "under-way",
        /// The account has purses that are not closed.
        #[n(4)]
        HasPurses => "has-purses",
        /// The account has no such purse.
        #[n(5)]
        UnknownPurse => "unknown-purse",
        /// The account outside took nothing; what is on this one stays.
        #[n(6)]
        NotPaidOut => "not-paid-out",
    }
}

/// What the bank says to an [`AccountInstruction`]. Signed by the bank's key for purses; the same instruction is
/// answered by the same outcome once it is done.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct InstructionAnswer {
    /// The instruction's [`digest`](AccountInstruction::digest).
    #[cbor(n(0), with = "minicbor::bytes")]
    pub instruction: [u8; 32],
    /// What it did.
    #[n(1)]
    pub outcome: InstructionOutcome,
    /// Of a blocked purse: what it should hold and will be paid back unless receipts claim it. Of a closed account:
    /// what goes to the account outside. Otherwise none.
    #[n(2)]
    pub amount: Option<Money>,
    /// Of a blocked purse: when that is paid back (the end of the reconciliation window).
    #[n(3)]
    pub until: Option<Timestamp>,
    /// When it said so.
    #[n(4)]
    pub at: Timestamp,
}
keyed_message!(
    InstructionAnswer,
    message::INSTRUCTION_ANSWER,
    256,
    context::INSTRUCTION_ANSWER
);
