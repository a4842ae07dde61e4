//! What a new key costs (EP 1 221 669 [0112], S1; fee options A1 to E1): what the bank says beforehand, and what becomes of
//! it on the books. A fee is for the replacement of one key, whatever new key comes in its place, and is taken once.

use data_encoding::HEXLOWER;
use tallystick_protocol::bank::{FEES_MAX, Fee, FeeOption, FeeSchedule};
use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::wire::money::{Currency, Money};

use super::Bank;
use super::banking_system::BankingSystem;
use crate::issuer::books;
use crate::ledger::{self, Account, AccountKind, End, LedgerError, Transfer};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer};
use crate::ports::{DatabaseError, Ports, Row, Tables, Value};
use crate::post::due::{self, NewJob, Next};
use crate::store::typed::{self, Stored, typed_row};

/// For how long the bank keeps to its schedule, in seconds.
const KEPT_SECONDS: u64 = 600;
/// For how long a fee is set aside for a key that is not certified, in seconds: as long as the registration
/// authority's request is good (seven days).
const HELD_SECONDS: u64 = 7 * 86_400;
/// The kind of the job that gives back what was set aside for nothing; its reference is the charge.
pub(super) const GIVE_BACK: &str = "fee-back";
/// What the bank took for its services.
const FEES: Account<'static> = Account {
    kind: AccountKind::Fees,
    name: "fees",
};

tallystick_protocol::named_enum! {
    /// Where a fee stands.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) enum ChargeState {
        /// Set aside on the account.
        Held => "held",
        /// The bank has it.
        Taken => "taken",
        /// It was set aside, and is the holder's again.
        GivenBack => "given-back",
    }
}

impl Stored for ChargeState {
    const WIDTH: usize = 1;

    fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
        Self::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at))
    }

    fn write(&self, values: &mut Vec<Value>) {
        values.push(self.as_str().into());
    }
}

typed_row! {
    /// The fee for the replacement of one key.
    #[derive(Clone)]
    pub(super) struct Charge in "bank_fees" {
        /// Whose key.
        pub purse: PurseNumber = "purse",
        /// The digest of the key that is replaced.
        pub replaces: [u8; 32] = "replaces",
        /// The account that pays, by its number in the books.
        pub account: i64 = "account",
        /// From what, or for what.
        pub option: String = "option",
        /// How much; not zero.
        pub money: Money = "minor, currency",
        /// Where it stands.
        pub state: ChargeState = "state",
        /// How often it was set aside or taken: names what the ledger has of it.
        pub attempt: u32 = "attempt",
    }
}

impl Charge {
    /// Names it, in jobs and on the ledger.
    fn reference(&self) -> String {
        format!("{} {}", self.purse, HEXLOWER.encode(&self.replaces))
    }

    fn ledger_id(&self) -> String {
        format!("fee {} {}", self.reference(), self.attempt)
    }

    fn end_id(&self) -> String {
        format!("end {}", self.ledger_id())
    }
}

/// The fee for replacing this key, if there was one.
pub(super) fn find(
    tables: &(impl Tables + ?Sized),
    purse: &PurseNumber,
    replaces: &[u8; 32],
) -> Result<Option<Charge>, DatabaseError> {
    let values = [(*purse).into(), (*replaces).into()];
    typed::find(tables, "purse = ? AND replaces = ?", &values)
}

fn of_reference(tables: &dyn Tables, reference: &str) -> Result<Charge, Fault> {
    let read = || {
        let (purse, replaces) = reference.split_once(' ')?;
        let replaces = HEXLOWER.decode(replaces.as_bytes()).ok()?;
        Some((purse.parse().ok()?, replaces.try_into().ok()?))
    };
    let (purse, replaces) = read().ok_or_else(Fault::internal)?;
    find(tables, &purse, &replaces)?.ok_or_else(Fault::internal)
}

fn store(tables: &dyn Tables, charge: &Charge) -> Result<(), DatabaseError> {
    let key = [charge.purse.into(), charge.replaces.into()];
    tables.run(
        "DELETE FROM bank_fees WHERE purse = ? AND replaces = ?",
        &key,
    )?;
    typed::insert(tables, charge)
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// `GET /v1/fees`: the signed [`FeeSchedule`].
    pub(super) async fn show_fees(&self) -> Result<Answer, Fault> {
        let now = self.issuer.office.now();
        let offered = self.config.fees.iter().filter(|fee| is_offered(fee.option));
        let schedule = FeeSchedule {
            bank: self.issuer.office.settings.domain.clone(),
            fees: offered.copied().take(FEES_MAX).collect(),
            at: now,
            valid_until: now.plus_seconds(KEPT_SECONDS),
        };
        Ok(web::cose(self.say_to_purse(&schedule).await?))
    }

    /// What a new key costs, paid in this way; nothing if that is not offered.
    pub(super) fn fee_for(&self, option: FeeOption, currency: Currency) -> Option<Money> {
        let mut fees = self.config.fees.iter();
        let is_it = |fee: &&Fee| fee.option == option && fee.amount.currency == currency;
        let fee = fees.find(is_it).filter(|fee| is_offered(fee.option));
        fee.map(|fee| fee.amount)
    }

    /// Sets a fee aside unless it is, or the bank has it. `false`: the account does not cover it. Call it in the
    /// transaction that permits the key.
    pub(super) fn hold_fee(
        &self,
        tables: &dyn Tables,
        before: Option<Charge>,
        wanted: Charge,
    ) -> Result<bool, Fault> {
        let before = match before {
            Some(charge) if charge.state != ChargeState::GivenBack => return Ok(true),
            before => before,
        };
        let attempt = before.map_or(1, |before| before.attempt.saturating_add(1));
        let charge = Charge { attempt, ..wanted };
        if !self.book(tables, &charge, |tables, fee| ledger::reserve(tables, fee))? {
            return Ok(false);
        }
        store(tables, &charge)?;
        let now_ms = self.issuer.office.now_ms();
        let job = NewJob {
            kind: GIVE_BACK,
            reference: &charge.reference(),
            peer: None,
            at_ms: now_ms.saturating_add(HELD_SECONDS * 1000),
        };
        due::put(tables, &job, now_ms)?;
        Ok(true)
    }

    /// The new key is certified: the bank takes the fee, from what was set aside or, if that was given back, from the
    /// account. Call it in the transaction that opens the purse for the key.
    ///
    /// # Errors
    /// [`Kind::ShortOfMoney`] if it was given back and the account does not cover it any more.
    pub(super) fn take_fee(&self, tables: &dyn Tables, charge: Charge) -> Result<(), Fault> {
        let mut taken = Charge {
            state: ChargeState::Taken,
            ..charge
        };
        match charge.state {
            ChargeState::Taken => return Ok(()),
            ChargeState::Held => {
                let end = self.end_of(&taken, "Taken: the new key is certified");
                ledger::post(tables, &end.as_end())?;
                due::cancel(tables, GIVE_BACK, &taken.reference())?;
            }
            ChargeState::GivenBack => {
                taken.attempt = taken.attempt.saturating_add(1);
                if !self.book(tables, &taken, |tables, fee| ledger::transfer(tables, fee))? {
                    return Err(Fault::new(Kind::ShortOfMoney, "The fee is not covered."));
                }
            }
        }
        Ok(store(tables, &taken)?)
    }

    /// Gives back what was set aside for a key that was not certified in time.
    pub(super) fn give_back_fee(&self, reference: &str) -> Result<Next, Fault> {
        self.issuer.office.transaction(|tables| {
            self.give_back(tables, of_reference(tables, reference)?)?;
            Ok(Next::Done)
        })
    }

    /// Gives back whatever is set aside for new keys of a purse. Call it in a transaction.
    pub(super) fn give_back_fees_of(
        &self,
        tables: &dyn Tables,
        purse: &PurseNumber,
    ) -> Result<(), Fault> {
        let is_held = "purse = ? AND state = 'held'";
        let held: Vec<Charge> = typed::find_all(tables, is_held, &[(*purse).into()])?;
        for charge in held {
            due::cancel(tables, GIVE_BACK, &charge.reference())?;
            self.give_back(tables, charge)?;
        }
        Ok(())
    }

    fn give_back(&self, tables: &dyn Tables, charge: Charge) -> Result<(), Fault> {
        if charge.state != ChargeState::Held {
            return Ok(());
        }
        let end = self.end_of(&charge, "Given back: no new key was certified");
        ledger::void(tables, &end.as_end())?;
        let state = ChargeState::GivenBack;
        Ok(store(tables, &Charge { state, ..charge })?)
    }

    /// Books a fee from the account in this way; `false`: it is not covered.
    fn book(
        &self,
        tables: &dyn Tables,
        charge: &Charge,
        way: fn(&dyn Tables, &Transfer<'_>) -> Result<bool, LedgerError>,
    ) -> Result<bool, Fault> {
        let name = books::name_of(charge.account);
        let transfer = Transfer {
            id: &charge.ledger_id(),
            at_ms: self.issuer.office.now_ms(),
            order_id: None,
            memo: "The fee for a new key",
            debit: Account {
                kind: AccountKind::Holder,
                name: &name,
            },
            credit: FEES,
            money: charge.money,
        };
        match way(tables, &transfer) {
            Ok(_) => Ok(true),
            Err(LedgerError::Short) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn end_of(&self, charge: &Charge, memo: &'static str) -> Ended {
        Ended {
            id: charge.end_id(),
            pending: charge.ledger_id(),
            at_ms: self.issuer.office.now_ms(),
            memo,
        }
    }
}

/// The end of what was set aside, with its names.
struct Ended {
    id: String,
    pending: String,
    at_ms: u64,
    memo: &'static str,
}

impl Ended {
    fn as_end(&self) -> End<'_> {
        End {
            id: &self.id,
            pending: &self.pending,
            at_ms: self.at_ms,
            memo: self.memo,
        }
    }
}

/// Whether a fee can be paid in this way: what is collected from accounts outside is not (B1).
fn is_offered(option: FeeOption) -> bool {
    option != FeeOption::OutsideAccount
}
