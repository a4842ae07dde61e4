//! A bank's books with what others signed for them, page by page, for an auditor. A page is not signed: what it says
//! by itself is a claim, and only the messages in it prove anything.

use alloc::string::String;
use alloc::vec::Vec;

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use tallystick_codec::DecodeMap;

use crate::purse::{PurseKind, PurseNumber};
use crate::wire::cbor::Message;
use crate::wire::identifier::Domain;
use crate::wire::money::{Currency, Money};
use crate::wire::registry::message;
use crate::wire::time::Timestamp;

crate::named_enum! {
    /// What of an object's books a page holds. Each part is read from its beginning to its end.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    pub enum EvidencePart {
        /// The accounts of the ledger with what stands on them.
        #[n(1)]
        Accounts => "accounts",
        /// Whose accounts they are, and which certificates sign for them.
        #[n(2)]
        Holders => "holders",
        /// The purses, and which keys sign for them.
        #[n(3)]
        Purses => "purses",
        /// What was moved, and why.
        #[n(4)]
        Transfers => "transfers",
    }
}

/// An account of the ledger with what stands on it, in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct BookAccount {
    /// Its name: "holder 7".
    #[n(0)]
    pub name: String,
    /// What it is for: "holder".
    #[n(1)]
    pub kind: String,
    /// In which currency.
    #[n(2)]
    pub currency: Currency,
    /// Set aside to be taken from it.
    #[n(3)]
    pub debits_pending: u64,
    /// Taken from it.
    #[n(4)]
    pub debits_posted: u64,
    /// Set aside to be given to it.
    #[n(5)]
    pub credits_pending: u64,
    /// Given to it.
    #[n(6)]
    pub credits_posted: u64,
}

/// Whose an account is.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct BookHolder {
    /// Its name on the ledger: "holder 7".
    #[n(0)]
    pub ledger: String,
    /// Its number, as messages have it.
    #[n(1)]
    pub number: u64,
    /// The certificates (DER) that sign for it, or did.
    #[n(2)]
    pub certificates: Vec<ByteVec>,
}

/// A purse. The keys that sign for it are proofs about "purse NUMBER".
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct BookPurse {
    /// Its number.
    #[n(0)]
    pub number: PurseNumber,
    /// What kind of purse.
    #[n(1)]
    pub kind: PurseKind,
    /// The name on the ledger of the account that it belongs to; none of a prepaid card.
    #[n(2)]
    pub account: Option<String>,
    /// What it holds.
    #[n(3)]
    pub currency: Currency,
    /// The signed [`PurseCertificate`](crate::purse::PurseCertificate).
    #[cbor(n(4), with = "minicbor::bytes")]
    pub certificate: Vec<u8>,
}

crate::named_enum! {
    /// What a transfer does.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    pub enum TransferKind {
        /// It moves at once.
        #[n(1)]
        Single => "single",
        /// It sets aside.
        #[n(2)]
        Pending => "pending",
        /// It moves what was set aside.
        #[n(3)]
        Post => "post",
        /// It gives back what was set aside.
        #[n(4)]
        Void => "void",
    }
}

/// A transfer as it stands in the books of one object.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct BookTransfer {
    /// Counts the transfers of this object.
    #[n(0)]
    pub number: u64,
    /// Its name, which no other transfer of this object has.
    #[n(1)]
    pub id: String,
    /// The name of the account that gives.
    #[n(2)]
    pub debit: String,
    /// The name of the account that gets.
    #[n(3)]
    pub credit: String,
    /// How much.
    #[n(4)]
    pub money: Money,
    /// What it does.
    #[n(5)]
    pub kind: TransferKind,
    /// The transfer that it ends, or of which it gives back.
    #[n(6)]
    pub of: Option<String>,
    /// When, in milliseconds since 1970.
    #[n(7)]
    pub at_ms: u64,
}

crate::named_enum! {
    /// What a proof is.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum ProofKind {
        /// A [`MovementRequest`](crate::purse::MovementRequest), by the purse.
        #[n(1)]
        MovementRequest => "movement-request",
        /// A [`MovementReply`](crate::purse::MovementReply), by the purse.
        #[n(2)]
        MovementReply => "movement-reply",
        /// A [`MovementVerdict`](crate::purse::MovementVerdict), by the bank.
        #[n(3)]
        MovementVerdict => "movement-verdict",
        /// A [`PursePayment`](crate::purse::PursePayment), by the purse.
        #[n(4)]
        PursePayment => "purse-payment",
        /// An [`AuthorisationRequest`](crate::checkout::answers::AuthorisationRequest), by the shop.
        #[n(5)]
        AuthorisationRequest => "authorisation-request",
        /// A [`HolderApproval`](crate::checkout::order::HolderApproval), by the account's key.
        #[n(6)]
        Approval => "approval",
        /// An encoded [`OrderProof`](crate::checkout::order::OrderProof) to the root that the holder approved.
        #[n(7)]
        OrderProof => "order-proof",
        /// An [`Acceptance`](crate::checkout::answers::Acceptance), by the courier.
        #[n(8)]
        Acceptance => "acceptance",
        /// A [`Refusal`](crate::checkout::answers::Refusal), by courier or shop.
        #[n(9)]
        Refusal => "refusal",
        /// A [`RefundRequest`](crate::checkout::refunds::RefundRequest), by the shop.
        #[n(10)]
        RefundRequest => "refund-request",
        /// An operator's [`command`](crate::trust::command) (JWS); its key (DER) stands beside it.
        #[n(11)]
        Command => "command",
        /// A [`PurseKeysCertified`](super::PurseKeysCertified), by the registration authority.
        #[n(12)]
        PurseKeys => "purse-keys",
        /// A [`KeyRenewal`](super::KeyRenewal), by the purse's old key; the new key's certificate (DER) stands beside it.
        #[n(13)]
        RenewedKey => "renewed-key",
        /// A [`KeyRenewal`](super::KeyRenewal), by the purse's old key: what the holder agrees to pay for it.
        #[n(14)]
        KeyRenewal => "key-renewal",
        /// An [`AccountInstruction`](super::AccountInstruction), by the account's key.
        #[n(15)]
        Instruction => "instruction",
        /// A [`LocalPayment`](crate::purse::local::LocalPayment), by the purse that paid another one.
        #[n(16)]
        LocalPayment => "local-payment",
        /// A [`LocalAnswer`](crate::purse::local::LocalAnswer) that takes it, by the purse that was paid.
        #[n(17)]
        LocalAnswer => "local-answer",
        /// A [`PurseReport`](crate::purse::PurseReport), by a purse that took over from a prepaid card.
        #[n(18)]
        PurseReport => "purse-report",
        /// A [`HandingOver`](crate::checkout::handing::HandingOver), by the shop.
        #[n(19)]
        HandingOver => "handing-over",
    }
}

/// What somebody signed for a transfer, or for a purse's key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Proof {
    /// What it is.
    #[n(0)]
    pub kind: ProofKind,
    /// The name of the transfer that it is for; "purse NUMBER" of a purse's key.
    #[n(1)]
    pub about: String,
    /// The signed bytes.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub signed: Vec<u8>,
    /// The key that signed (subject public key info, DER), where nothing else tells it; the certificate (DER) of a
    /// renewed key.
    #[n(3)]
    pub key: Option<ByteVec>,
    /// When the bank had it.
    #[n(4)]
    pub at: Timestamp,
}

/// One page of an object's books.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct EvidencePage {
    /// The bank.
    #[n(0)]
    pub bank: Domain,
    /// Which of its objects: "book" is the office, "shard-0a" a shard.
    #[n(1)]
    pub object: String,
    /// When the page was read, in milliseconds since 1970.
    #[n(2)]
    pub at_ms: u64,
    /// The number of the newest transfer at that moment: what stands on accounts is that of after it.
    #[n(3)]
    pub position: u64,
    /// What it is a page of.
    #[n(4)]
    pub part: EvidencePart,
    /// Behind what the next page of this part begins; none after the last.
    #[n(5)]
    pub next: Option<u64>,
    /// Accounts of the ledger.
    #[n(6)]
    pub accounts: Vec<BookAccount>,
    /// Whose they are.
    #[n(7)]
    pub holders: Vec<BookHolder>,
    /// Purses.
    #[n(8)]
    pub purses: Vec<BookPurse>,
    /// Transfers, in their order.
    #[n(9)]
    pub transfers: Vec<BookTransfer>,
    /// What proves them; on the last page of transfers also what no transfer belongs to.
    #[n(10)]
    pub proofs: Vec<Proof>,
    /// The certificate (DER) of the key with which the bank signs purses.
    #[n(11)]
    pub bank_certificate: Option<ByteVec>,
}

impl Message for EvidencePage {
    const TYPE: u16 = message::EVIDENCE_PAGE;
    const LEN_MAX: usize = 4 * 1024 * 1024;
}
