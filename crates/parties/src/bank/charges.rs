//! What becomes of a fee on the books (EP 1 221 669, S1; fee options A1 to E1). A fee is for the replacement of one key,
//! whatever new key comes in its place, and is taken once: from the account, where it is set aside until the new key is
//! certified, or from the account outside, where it is collected beforehand (B1).

use data_encoding::HEXLOWER;
use tallystick_protocol::bank::FeeOption;
use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::wire::money::Money;

use super::Bank;
use super::banking_system::BankingSystem;
use super::outside::orders::FEES;
use super::outside::payments::{self, OutsideState, Purpose};
use crate::issuer::books;
use crate::ledger::{self, End, LedgerError, Transfer};
use crate::office::fault::{Fault, Kind};
use crate::ports::{DatabaseError, Ports, Row, Tables, Value};
use crate::post::due::{self, NewJob, Next};
use crate::store::typed::{self, Stored, typed_row};

/// For how long a fee is set aside for a key that is not certified, in seconds: as long as the registration
/// authority's request is good (seven days).
const HELD_SECONDS: u64 = 7 * 86_400;
/// The kind of the job that gives back what was set aside for nothing; its reference is the charge.
pub(super) const GIVE_BACK: &str = "fee-back";

tallystick_protocol::named_enum! {
    /// Where a fee stands.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) enum ChargeState {
        /// Set aside on the account, or ordered from the account outside.
        Held => "held",
        /// The bank has it.
        Taken => "taken",
        /// It is the holder's again, or the account outside did not give it.
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
        pub option: FeeOption = "option",
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

    /// Whether it is collected from the account outside (B1).
    fn is_collected(&self) -> bool {
        self.option == FeeOption::OutsideAccount
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

/// What there is to pay a fee from.
pub(super) enum Covered {
    /// This is taken, or set aside.
    Yes(Money),
    /// It is not there.
    No,
    /// It is ordered from the account outside, by this name, and not answered yet.
    Ordered(String),
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// Has a fee paid unless one for the same key is: sets it aside, or orders it outside. `wanted` is what it would be,
    /// before any attempt. Call it in a transaction.
    ///
    /// # Errors
    /// Those of the ledger and the database.
    pub(super) fn cover(&self, tables: &dyn Tables, wanted: Charge) -> Result<Covered, Fault> {
        let before = find(tables, &wanted.purse, &wanted.replaces)?;
        let attempts = before.as_ref().map_or(0, |before| before.attempt);
        match before {
            Some(charge) if charge.state == ChargeState::Taken => Ok(Covered::Yes(charge.money)),
            Some(charge) if charge.state == ChargeState::Held => match charge.is_collected() {
                true => self.hear_collected(tables, charge),
                false => Ok(Covered::Yes(charge.money)),
            },
            _ => {
                let attempt = attempts.saturating_add(1);
                self.begin(tables, Charge { attempt, ..wanted })
            }
        }
    }

    fn begin(&self, tables: &dyn Tables, charge: Charge) -> Result<Covered, Fault> {
        if charge.is_collected() {
            let name = self.name_outside(&charge);
            self.collect(tables, charge.account, charge.money, &name, Purpose::Fee)?;
            store(tables, &charge)?;
            return Ok(Covered::Ordered(name));
        }
        let is_held = self.book(tables, &charge, |tables, fee| ledger::reserve(tables, fee))?;
        if !is_held {
            return Ok(Covered::No);
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
        Ok(Covered::Yes(charge.money))
    }

    /// What the account outside gave by now.
    fn hear_collected(&self, tables: &dyn Tables, charge: Charge) -> Result<Covered, Fault> {
        let name = self.name_outside(&charge);
        let (state, covered) = match payments::state_of(tables, &name)? {
            Some(OutsideState::Booked) => (ChargeState::Taken, Covered::Yes(charge.money)),
            Some(OutsideState::Rejected) => (ChargeState::GivenBack, Covered::No),
            Some(OutsideState::Ordered) => return Ok(Covered::Ordered(name)),
            None => return Err(Fault::internal()),
        };
        store(tables, &Charge { state, ..charge })?;
        Ok(covered)
    }

    fn name_outside(&self, charge: &Charge) -> String {
        Purpose::Fee.reference(self.issuer.office.place(), charge.ledger_id().as_bytes())
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
        let held = held.into_iter().filter(|charge| !charge.is_collected());
        for charge in held {
            due::cancel(tables, GIVE_BACK, &charge.reference())?;
            self.give_back(tables, charge)?;
        }
        Ok(())
    }

    fn give_back(&self, tables: &dyn Tables, charge: Charge) -> Result<(), Fault> {
        if charge.state != ChargeState::Held || charge.is_collected() {
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
            debit: books::of_holder(&name),
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
