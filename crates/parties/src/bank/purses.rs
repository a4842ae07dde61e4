//! The rows of purses: what the bank knows of each (EP 1 221 669, Figs 4 and 5). What a purse should hold is on the
//! ledger.

use tallystick_protocol::purse::{HistoryPolicy, OfflineLimits, PurseKind, PurseNumber};
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::identifier::HolderId;
use tallystick_protocol::wire::money::Currency;
use tallystick_protocol::wire::time::Timestamp;

use crate::ledger::{self, Account, AccountKind};
use crate::office::fault::{Fault, Kind};
use crate::ports::{DatabaseError, Row, Tables, Value};
use crate::store::typed::{self, Stored, TypedRow as _, typed_row};

/// Where a purse's history stands: the number of an entry and its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// The entry's number; 0 before the first.
    pub sequence: u64,
    /// Its hash.
    pub hash: [u8; 32],
}

impl Stored for Head {
    const WIDTH: usize = 2;

    fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
        Ok(Self {
            sequence: row.number(at)?,
            hash: row.bytes32(at + 1)?,
        })
    }

    fn write(&self, values: &mut Vec<Value>) {
        values.extend([self.sequence.into(), self.hash.into()]);
    }
}

impl Stored for OfflineLimits {
    const WIDTH: usize = 4;

    fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
        Ok(Self {
            payment: row.number(at)?,
            total: row.number(at + 1)?,
            count: row.number(at + 2)?,
            holding: row.number(at + 3)?,
        })
    }

    fn write(&self, values: &mut Vec<Value>) {
        let Self {
            payment,
            total,
            count,
            holding,
        } = *self;
        values.extend([payment.into(), total.into(), count.into(), holding.into()]);
    }
}

typed_row! {
    /// A purse.
    #[derive(Clone)]
    pub(super) struct Purse in "bank_purses" {
        /// Its number.
        pub number: PurseNumber = "number",
        /// What kind of purse.
        pub kind: PurseKind = "kind",
        /// The account that it belongs to; none of a prepaid card.
        pub account: Option<i64> = "account",
        /// The holder identifier in whose card it is; none of a prepaid card.
        pub holder: Option<HolderId> = "holder",
        /// The currency that it holds.
        pub currency: Currency = "currency",
        /// The key that signs for it (subject public key info, DER); none of a prepaid card.
        pub public_key: Option<Vec<u8>> = "public_key",
        /// That key's certificate (DER).
        pub key_certificate: Option<Vec<u8>> = "key_certificate",
        /// When it was opened.
        pub opened_at: Timestamp = "opened_at",
        /// From when on it, or its key, is good no more.
        pub expires_at: Timestamp = "expires_at",
        /// The number of its newest checkpoint.
        pub checkpoint: u64 = "checkpoint",
        /// Up to where its history is known, and verified.
        pub known: Head = "known_sequence, known_head",
        /// The newest state that it signed.
        pub seen: Head = "seen_sequence, seen_head",
        /// The newest checkpoint that it said it had.
        pub seen_checkpoint: u64 = "seen_checkpoint",
        /// When it signed that, by the wallet's clock.
        pub seen_at: Timestamp = "seen_at",
        /// What it said it held then, in minor units: to spend, set aside, and on its way in.
        pub reported: u64 = "reported",
        /// What it may do without asking.
        pub limits: OfflineLimits = "limit_payment, limit_total, limit_count, limit_holding",
        /// What it does when its history is full.
        pub policy: HistoryPolicy = "policy",
        /// Since when it is blocked.
        pub blocked_at: Option<Timestamp> = "blocked_at",
        /// Since when it is closed.
        pub closed_at: Option<Timestamp> = "closed_at",
    }
}

impl Purse {
    /// The reference of statements about it.
    pub(super) fn reference(&self) -> String {
        self.number.to_string()
    }

    /// The key that signs for it.
    ///
    /// # Errors
    /// [`Kind::WrongSource`] of a prepaid card, which signs nothing.
    pub(super) fn key(&self) -> Result<VerifyingKey, Fault> {
        let spki = self.public_key.as_deref();
        let unsigned = || Fault::new(Kind::WrongSource, "A prepaid card signs nothing.");
        Ok(VerifyingKey::from_spki(spki.ok_or_else(unsigned)?)?)
    }

    /// Requires that it is not closed.
    ///
    /// # Errors
    /// [`Kind::PurseClosed`].
    pub(super) fn require_open(&self) -> Result<(), Fault> {
        if self.closed_at.is_some() {
            return Err(Fault::new(Kind::PurseClosed, ""));
        }
        Ok(())
    }

    /// Requires that it may be used at present.
    ///
    /// # Errors
    /// [`Kind::PurseClosed`], [`Kind::PurseBlocked`], or [`Kind::AccountEnded`] once its time is over.
    pub(super) fn require_usable(&self, now: Timestamp) -> Result<(), Fault> {
        self.require_open()?;
        if self.blocked_at.is_some() {
            return Err(Fault::new(Kind::PurseBlocked, ""));
        }
        if self.expires_at <= now {
            return Err(Fault::new(Kind::AccountEnded, "The purse's key has ended."));
        }
        Ok(())
    }
}

/// The purse of this number, if it is at this object.
pub(super) fn find(
    tables: &(impl Tables + ?Sized),
    number: &PurseNumber,
) -> Result<Option<Purse>, DatabaseError> {
    typed::find(tables, "number = ?", &[(*number).into()])
}

/// The purses of an account that are at this object, oldest first.
pub(super) fn of_account(
    tables: &(impl Tables + ?Sized),
    account: i64,
) -> Result<Vec<Purse>, DatabaseError> {
    typed::find_all(
        tables,
        "account = ? ORDER BY opened_at, number",
        &[account.into()],
    )
}

/// As [`find`].
///
/// # Errors
/// [`Kind::NotFound`] if it is not at this object.
pub(super) fn require(
    tables: &(impl Tables + ?Sized),
    number: &PurseNumber,
) -> Result<Purse, Fault> {
    find(tables, number)?.ok_or_else(unknown)
}

fn unknown() -> Fault {
    Fault::new(Kind::NotFound, "There is no such purse.")
}

/// Counts one checkpoint more. Returns the purse as it is then.
///
/// # Errors
/// As [`require`].
pub(super) fn count_checkpoint(tables: &dyn Tables, number: &PurseNumber) -> Result<Purse, Fault> {
    let sql = format!(
        "UPDATE bank_purses SET checkpoint = checkpoint + 1 WHERE number = ? RETURNING {}",
        Purse::COLUMNS
    );
    let counted: Option<Purse> = typed::one(tables, &sql, &[(*number).into()])?;
    counted.ok_or_else(unknown)
}

/// Stores a new purse and opens its books.
///
/// # Errors
/// Those of the ledger and the database.
pub(super) fn open(tables: &dyn Tables, purse: &Purse) -> Result<(), Fault> {
    typed::insert(tables, purse)?;
    let (inside, waiting) = (ledger_name(&purse.number), waiting_name(&purse.number));
    ledger::open(tables, inside_of(&inside), purse.currency)?;
    ledger::open(tables, waiting_for(&waiting), purse.currency)?;
    Ok(())
}

/// The account in the ledger of what a purse holds.
pub(super) fn ledger_name(number: &PurseNumber) -> String {
    format!("purse {number}")
}

/// The account in the ledger of what waits for a purse.
pub(super) fn waiting_name(number: &PurseNumber) -> String {
    format!("waiting {number}")
}

/// The account of this name, of what a purse holds.
pub(super) fn inside_of(name: &str) -> Account<'_> {
    Account {
        kind: AccountKind::Purse,
        name,
    }
}

/// The account of this name, of what waits for a purse.
pub(super) fn waiting_for(name: &str) -> Account<'_> {
    Account {
        kind: AccountKind::Waiting,
        name,
    }
}

/// What a purse holds by the books, in minor units: what is set aside included, what waits not.
pub(super) fn amount(tables: &(impl Tables + ?Sized), purse: &Purse) -> Result<u64, DatabaseError> {
    let name = ledger_name(&purse.number);
    let posted = ledger::balance(tables, &name, purse.currency)?.posted();
    Ok(u64::try_from(posted).unwrap_or(0))
}

/// From now on it moves nothing.
pub(super) fn block(
    tables: &dyn Tables,
    number: &PurseNumber,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let sql =
        "UPDATE bank_purses SET blocked_at = coalesce(blocked_at, ?) WHERE number = ? RETURNING 1";
    let rows = tables.run(sql, &[now.into(), (*number).into()])?;
    Ok(!rows.is_empty())
}

/// It moves value again.
pub(super) fn unblock(tables: &dyn Tables, number: &PurseNumber) -> Result<bool, DatabaseError> {
    let sql = "UPDATE bank_purses SET blocked_at = NULL WHERE number = ? RETURNING 1";
    Ok(!tables.run(sql, &[(*number).into()])?.is_empty())
}

/// From its next checkpoint on it may do this much.
pub(super) fn set_limits(
    tables: &dyn Tables,
    number: &PurseNumber,
    limits: &OfflineLimits,
) -> Result<bool, DatabaseError> {
    let mut values = Vec::new();
    limits.write(&mut values);
    values.push((*number).into());
    let sql = "UPDATE bank_purses SET limit_payment = ?, limit_total = ?, limit_count = ?, limit_holding = ?
        WHERE number = ? RETURNING 1";
    Ok(!tables.run(sql, &values)?.is_empty())
}
