//! What a purse gave and is not known to have held: it was spent twice, or its history is lost and so is its payers'. Whoever
//! was paid is paid. It is booked against the payer's account, as far as that reaches; what is missing then the bank bears.
//! That accuses nobody: who spent twice is named by two of his own signatures alone (`claims`). Should the purse turn out to have held more after all, what
//! the bank bore comes back first, then what was taken from the account: so the order in which histories arrive does
//! not matter.

use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::covering::{cover, given_by, given_name, uncovered};
use super::rows;
use crate::bank::alerts::{self, Alert};
use crate::bank::lost::LOSSES;
use crate::bank::purses::{self, Purse};
use crate::issuer::books;
use crate::ledger::{self, Account, Transfer};
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Tables};
use crate::store::typed::{self, typed_row};

/// The table of shortfalls, for the bank's schema.
pub(in crate::bank) const TABLE: &str = "CREATE TABLE bank_shortfalls (
    purse BLOB PRIMARY KEY REFERENCES bank_purses (number),
    reclaimed INTEGER NOT NULL CHECK (reclaimed >= 0),
    borne INTEGER NOT NULL CHECK (borne >= 0),
    bookings INTEGER NOT NULL
) STRICT";

typed_row! {
    /// What was missing of a purse, in minor units of its currency.
    struct Shortfall in "bank_shortfalls" {
        purse: PurseNumber = "purse",
        /// Taken from the account.
        reclaimed: u64 = "reclaimed",
        /// Borne by the bank.
        borne: u64 = "borne",
        /// How often it was booked.
        bookings: u64 = "bookings",
    }
}

struct Booking<'a> {
    word: &'a str,
    memo: &'a str,
    debit: Account<'a>,
    credit: Account<'a>,
    minor: u64,
}

/// Books what a purse gave and does not hold, once it is known that nothing more comes that covers it. Call it in a
/// transaction, at the purse's object.
///
/// # Errors
/// Those of the ledger and the database.
pub(in crate::bank) fn make_good(
    tables: &dyn Tables,
    number: &PurseNumber,
    now: Timestamp,
) -> Result<(), Fault> {
    cover(tables, number, now.milliseconds())?;
    let purse = purses::require(tables, number)?;
    // What it was paid and waits for the other history covers it later.
    let awaited = rows::awaited(tables, number)?.taken;
    let owed = uncovered(tables, &purse)?.saturating_sub(awaited);
    let known: Option<Shortfall> = typed::find(tables, "purse = ?", &[(*number).into()])?;
    let mut shortfall = known.unwrap_or(Shortfall {
        purse: *number,
        reclaimed: 0,
        borne: 0,
        bookings: 0,
    });
    if owed > 0 {
        take(tables, &purse, &mut shortfall, owed, now)?;
    } else {
        give_back(tables, &purse, &mut shortfall, now)?;
    }
    Ok(())
}

/// Looks at a purse again that was short before: it may hold more by now.
///
/// # Errors
/// As [`make_good`].
pub(in crate::bank) fn look_again(
    tables: &dyn Tables,
    number: &PurseNumber,
    now: Timestamp,
) -> Result<(), Fault> {
    let sql = "SELECT 1 FROM bank_shortfalls WHERE purse = ?
        UNION SELECT 1 FROM bank_contradictions WHERE purse = ?";
    let values = [(*number).into(), (*number).into()];
    if tables.run(sql, &values)?.is_empty() {
        return Ok(());
    }
    make_good(tables, number, now)
}

fn take(
    tables: &dyn Tables,
    purse: &Purse,
    shortfall: &mut Shortfall,
    owed: u64,
    now: Timestamp,
) -> Result<(), Fault> {
    let account = purse.account.ok_or_else(Fault::internal)?;
    let (holder, given) = (books::name_of(account), given_name(&purse.number));
    let left = ledger::balance(tables, &holder, purse.currency)?.available();
    let from_account = owed.min(u64::try_from(left).unwrap_or(0));
    let borne = owed - from_account;
    let bookings = [
        Booking {
            word: "short",
            memo: "Taken from the account: the purse gave more than it is known to have held",
            debit: books::of_holder(&holder),
            credit: given_by(&given),
            minor: from_account,
        },
        Booking {
            word: "short-borne",
            memo: "Borne by the bank: the purse gave more than it is known to have held",
            debit: LOSSES,
            credit: given_by(&given),
            minor: borne,
        },
    ];
    book(tables, purse, shortfall, &bookings, now)?;
    shortfall.reclaimed += from_account;
    shortfall.borne += borne;
    keep(tables, shortfall)?;
    if borne > 0 {
        let amounts = Some((owed, from_account));
        let about = (&purse.number, shortfall.bookings);
        alerts::raise(tables, Alert::Loss, about, amounts, now)?;
    }
    Ok(())
}

fn give_back(
    tables: &dyn Tables,
    purse: &Purse,
    shortfall: &mut Shortfall,
    now: Timestamp,
) -> Result<(), Fault> {
    let inside = purses::ledger_name(&purse.number);
    let free = ledger::balance(tables, &inside, purse.currency)?.available();
    let free = u64::try_from(free).unwrap_or(0);
    let unborne = free.min(shortfall.borne);
    let returned = (free - unborne).min(shortfall.reclaimed);
    if unborne + returned == 0 {
        return Ok(());
    }
    let account = purse.account.ok_or_else(Fault::internal)?;
    let holder = books::name_of(account);
    let bookings = [
        Booking {
            word: "short-unborne",
            memo: "The bank bears it no more: the purse held it after all",
            debit: purses::inside_of(&inside),
            credit: LOSSES,
            minor: unborne,
        },
        Booking {
            word: "short-returned",
            memo: "Given back: the purse held it after all",
            debit: purses::inside_of(&inside),
            credit: books::of_holder(&holder),
            minor: returned,
        },
    ];
    book(tables, purse, shortfall, &bookings, now)?;
    shortfall.borne -= unborne;
    shortfall.reclaimed -= returned;
    Ok(keep(tables, shortfall)?)
}

fn book(
    tables: &dyn Tables,
    purse: &Purse,
    shortfall: &mut Shortfall,
    bookings: &[Booking<'_>],
    now: Timestamp,
) -> Result<(), Fault> {
    for booking in bookings.iter().filter(|booking| booking.minor > 0) {
        shortfall.bookings += 1;
        let transfer = Transfer {
            id: &format!("{} {} {}", booking.word, purse.number, shortfall.bookings),
            at_ms: now.milliseconds(),
            order_id: None,
            memo: booking.memo,
            debit: booking.debit,
            credit: booking.credit,
            money: Money::new(booking.minor, purse.currency),
        };
        ledger::transfer(tables, &transfer)?;
    }
    Ok(())
}

fn keep(tables: &dyn Tables, shortfall: &Shortfall) -> Result<(), DatabaseError> {
    tables.run(
        "INSERT INTO bank_shortfalls (purse, reclaimed, borne, bookings) VALUES (?, ?, ?, ?)
         ON CONFLICT (purse) DO UPDATE SET reclaimed = excluded.reclaimed, borne = excluded.borne,
            bookings = excluded.bookings",
        &[
            shortfall.purse.into(),
            shortfall.reclaimed.into(),
            shortfall.borne.into(),
            shortfall.bookings.into(),
        ],
    )?;
    Ok(())
}
