//! What is stored of accounts on their way, of purses and of movements, each in a record of its own. A record is only
//! ever replaced by its successor, before the step that the successor allows.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use tallystick_codec::DecodeMap;
use tallystick_protocol::account::AccountOffer;
use tallystick_protocol::bank::FeeSchedule;
use tallystick_protocol::keys::PairContext;
use tallystick_protocol::purse::{Checkpoint, Endpoint, PurseNumber, PurseState, WaitingCredit};
use tallystick_protocol::wire::identifier::{Domain, Root, TransactionId};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::renewal_record::RenewalRecord;
use crate::bank::view::MovementState;
use crate::core::error::{ErrorKind, WalletError};

/// The format that this release writes.
pub const FORMAT: u8 = 1;
/// The longest record accepted, in bytes.
pub const BYTES_MAX: usize = 256 * 1024;

/// What a purse signs further ahead of its bank's clock, in seconds, the bank refuses.
const AHEAD_SECONDS: u64 = 600;

/// Now, or the first moment after the last of which a card has signed something. Of one that is far ahead the bank has
/// taken nothing: the wallet's clock was ahead then, and is right now.
#[must_use]
pub fn moment_after(signed_at: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let last = signed_at.map_or(now, |last| last.plus_seconds(1));
    if last > now.plus_seconds(AHEAD_SECONDS) {
        return now;
    }
    last.max(now)
}

/// An account that is being opened.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct OpeningRecord {
    /// [`FORMAT`].
    #[n(0)]
    pub format: u8,
    /// Names it in calls.
    #[n(1)]
    pub id: String,
    /// The bank.
    #[n(2)]
    pub bank: Domain,
    /// The registration's number, drawn once.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub number: [u8; 32],
    /// The encoded registration; sent as often as needed.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub request: Vec<u8>,
    /// The currency.
    #[n(5)]
    pub currency: Currency,
    /// When it was begun.
    #[n(6)]
    pub created_at: Timestamp,
    /// What the bank opened.
    #[n(7)]
    pub opened: Option<OpenedAccount>,
    /// Why the bank did not.
    #[n(8)]
    pub failure: Option<ErrorKind>,
    /// The bank's certified name, once it has answered.
    #[n(9)]
    pub bank_name: Option<String>,
}

/// An account that the bank has opened, for which no keys are enrolled.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct OpenedAccount {
    /// Its number (acctNo).
    #[n(0)]
    pub account: u64,
    /// Until when it is good (SZ2).
    #[n(1)]
    pub expires_at: Timestamp,
    /// With what the wallet enrols.
    #[n(2)]
    pub offer: AccountOffer,
}

/// The key of one question to the bank and its answer. It can do nothing else and is forgotten once answered.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Encode, Decode)]
#[cbor(transparent)]
pub struct ConversationKey(#[cbor(n(0), with = "minicbor::bytes")] pub Vec<u8>);

/// A question to the bank, sealed and stored before it is sent.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Said {
    /// Which pairwise key.
    #[n(0)]
    pub pair: PairContext,
    /// The nonce that the key was derived with.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub nonce: [u8; 32],
    /// The key that opens the answer.
    #[n(2)]
    pub key: ConversationKey,
    /// The encoded question; sent as often as needed.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub question: Vec<u8>,
    /// The bank is in another key space than this was sealed for: it has to be sealed again.
    #[n(4)]
    pub misplaced: Option<bool>,
}

/// A purse.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct PurseRecord {
    /// [`FORMAT`].
    #[n(0)]
    pub format: u8,
    /// Names the purse in calls.
    #[n(1)]
    pub id: String,
    /// The account that it belongs to, as the wallet names it.
    #[n(2)]
    pub account: String,
    /// The bank.
    #[n(3)]
    pub bank: Domain,
    /// The bank's certified name.
    #[n(4)]
    pub bank_name: String,
    /// Its place in the card, which has nothing to do with the account's slot.
    #[n(5)]
    pub place: u8,
    /// Its key (subject public key info, DER).
    #[cbor(n(6), with = "minicbor::bytes")]
    pub public_key: Vec<u8>,
    /// The encoded application; sent as often as needed.
    #[cbor(n(7), with = "minicbor::bytes")]
    pub application: Vec<u8>,
    /// What the bank signed about it, until the card has it.
    #[cbor(n(8), with = "minicbor::bytes")]
    pub opening: Option<Vec<u8>>,
    /// What it is, once the bank has opened it.
    #[n(9)]
    pub opened: Option<OpenedPurse>,
    /// Whether the card has it.
    #[n(10)]
    pub is_written: bool,
    /// What it holds, as the card said last.
    #[n(11)]
    pub state: Option<PurseState>,
    /// What the bank said last that it holds, as the card took it.
    #[n(12)]
    pub checkpoint: Option<Checkpoint>,
    /// What waits for it at the bank.
    #[n(13)]
    pub waiting: Vec<WaitingCredit>,
    /// What the bank said last of the account.
    #[n(14)]
    pub balance: Option<AccountBalance>,
    /// Why it was refused.
    #[n(15)]
    pub failure: Option<ErrorKind>,
    /// Wallet and bank may know different things.
    #[n(16)]
    pub wants_report: bool,
    /// The report that is under way.
    #[n(17)]
    pub report: Option<Said>,
    /// What the bank signed for the card, and its newest certificate, in the order in which the card must hear it.
    #[n(18)]
    pub undelivered: Vec<ByteVec>,
    /// Up to which entry of the card's history the last report went.
    #[n(19)]
    pub reported_through: Option<u64>,
    /// Why the bank took no report.
    #[n(20)]
    pub report_failure: Option<ErrorKind>,
    /// When the card last signed something for it: the bank takes nothing twice of one moment (T004-37).
    #[n(21)]
    pub signed_at: Option<Timestamp>,
    /// What its bank charges for a new key, by the bank's newest signed word.
    #[n(22)]
    pub fees: Option<FeeSchedule>,
    /// The newest renewal of its key.
    #[n(23)]
    pub renewal: Option<RenewalRecord>,
    /// Its bank has closed it.
    #[n(24)]
    pub closed_at: Option<Timestamp>,
    /// Of one that the bank has closed: whether it is out of the card.
    #[n(25)]
    pub is_erased: bool,
    /// Its bank has blocked it, because it is lost.
    #[n(26)]
    pub blocked: Option<BlockedPurse>,
}

impl PurseRecord {
    /// Whether it is its account's purse: neither refused nor closed nor blocked.
    #[must_use]
    pub const fn is_current(&self) -> bool {
        self.failure.is_none() && self.closed_at.is_none() && self.blocked.is_none()
    }

    /// What it is, if it holds value in the card and nothing bars it.
    ///
    /// # Errors
    /// [`ErrorKind::PurseBlocked`], [`ErrorKind::PurseState`].
    pub fn usable(&self) -> Result<&OpenedPurse, WalletError> {
        if self.blocked.is_some() {
            return Err(WalletError::new(ErrorKind::PurseBlocked).about(&self.bank_name));
        }
        let opened = self.opened.as_ref();
        let opened = opened.filter(|_| self.is_written && self.closed_at.is_none());
        opened.ok_or_else(|| WalletError::new(ErrorKind::PurseState))
    }

    /// Now, or the first moment that the card has signed nothing of: [`moment_after`].
    #[must_use]
    pub fn next_moment(&self, now: Timestamp) -> Timestamp {
        moment_after(self.signed_at, now)
    }
}

/// A purse that its holder had blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct BlockedPurse {
    /// When the bank did it.
    #[n(0)]
    pub at: Timestamp,
    /// What it should hold by the bank's books, in minor units: paid back, but for what receipts claim.
    #[n(1)]
    pub amount: u64,
    /// When that is paid back.
    #[n(2)]
    pub until: Option<Timestamp>,
}

/// A purse that the bank has opened.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct OpenedPurse {
    /// Its number.
    #[n(0)]
    pub number: PurseNumber,
    /// Its currency.
    #[n(1)]
    pub currency: Currency,
    /// When its key ends.
    #[n(2)]
    pub key_ends_at: Timestamp,
    /// The certificate (DER) of the key with which the bank signs purses.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub bank_certificate: Vec<u8>,
}

/// What a bank said of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct AccountBalance {
    /// What can be spent, in minor units.
    #[n(0)]
    pub available: u64,
    /// What is under way, in minor units.
    #[n(1)]
    pub pending: u64,
    /// When it was asked.
    #[n(2)]
    pub at: Timestamp,
}

/// What a purse has set aside for an order.
pub struct SetAsideForOrder {
    /// The purse, as the wallet names it.
    pub purse: String,
    /// Its number.
    pub number: PurseNumber,
    /// The order's root.
    pub root: Root,
    /// The shop.
    pub shop: Domain,
    /// How much.
    pub amount: Money,
    /// When the card signed.
    pub at: Timestamp,
    /// By what the verdict is asked for.
    pub reference: [u8; 32],
    /// The order, as the wallet names it; none of one that a terminal made with what is lent.
    pub request_id: Option<String>,
}

impl MovementRecord {
    /// A payment whose verdict is still to come.
    #[must_use]
    pub fn paying(paid: SetAsideForOrder) -> Self {
        Self {
            format: FORMAT,
            transaction: TransactionId(paid.root.0),
            purse: paid.purse,
            source: Endpoint::Purse(paid.number),
            destination: Endpoint::Shop(paid.shop),
            amount: paid.amount,
            state: MovementState::Paying,
            created_at: paid.at,
            updated_at: paid.at,
            said: None,
            offer: None,
            verdict: None,
            reference: Some(paid.reference),
            request_id: paid.request_id,
            failure: None,
            refunded: None,
        }
    }
}

/// A movement of value.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct MovementRecord {
    /// [`FORMAT`].
    #[n(0)]
    pub format: u8,
    /// Its number, drawn by the card; an order's root where an order is paid.
    #[n(1)]
    pub transaction: TransactionId,
    /// The purse that asked, or that pays, as the wallet names it.
    #[n(2)]
    pub purse: String,
    /// Whose value.
    #[n(3)]
    pub source: Endpoint,
    /// Who gets it.
    #[n(4)]
    pub destination: Endpoint,
    /// How much.
    #[n(5)]
    pub amount: Money,
    /// How far it is.
    #[n(6)]
    pub state: MovementState,
    /// When it was begun.
    #[n(7)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[n(8)]
    pub updated_at: Timestamp,
    /// What the bank is being asked about it.
    #[n(9)]
    pub said: Option<Said>,
    /// The bank's signed offer.
    #[cbor(n(10), with = "minicbor::bytes")]
    pub offer: Option<Vec<u8>>,
    /// The bank's signed verdict, kept as evidence.
    #[cbor(n(11), with = "minicbor::bytes")]
    pub verdict: Option<Vec<u8>>,
    /// Of an order that is paid: by what its verdict is asked for.
    #[cbor(n(12), with = "minicbor::bytes")]
    pub reference: Option<[u8; 32]>,
    /// The order that it pays, as the wallet names it.
    #[n(13)]
    pub request_id: Option<String>,
    /// Why the bank refused.
    #[n(14)]
    pub failure: Option<ErrorKind>,
    /// Of an order that was paid: how much had been given back at the last report, in minor units.
    #[n(15)]
    pub refunded: Option<u64>,
}
