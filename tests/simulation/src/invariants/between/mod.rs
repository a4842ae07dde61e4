//! What purses paid each other without the bank: at every moment each payment was given by one card and taken by at most
//! one other, once and to the unit, and came back to nobody if it was taken. When everybody has told the bank, its books
//! say the same, nothing is owed, and nobody is accused.

mod proofs;

use std::collections::BTreeMap;

use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::wire::identifier::TransactionId;

use super::books::Sums;
use super::{none, rows, texts};
use crate::between::histories::Paid as OnCards;
use crate::cast::{BANK, CA, CENTRE};
use crate::holder::Holder;
use crate::town::Town;

/// Each query gives what is wrong when everybody has told.
const AT_REST: [(&str, &str); 1] = [(
    "a payment between purses is not booked",
    "SELECT lower(hex(transaction_id)) FROM bank_local WHERE booked_at IS NULL",
)];
/// Each query gives purses, in hexadecimal first, of which no honest one may be there.
const NAMED: [(&str, &str); 5] = [
    (
        "there is an alert about an honest card",
        "SELECT lower(hex(purse)) || ': ' || alert FROM bank_alerts",
    ),
    (
        "an honest card is blocked",
        "SELECT lower(hex(number)) FROM bank_purses WHERE blocked_at IS NOT NULL",
    ),
    (
        "an honest card is named by a proof",
        "SELECT lower(hex(purse)) FROM bank_contradictions",
    ),
    (
        "an honest card is frozen",
        "SELECT lower(hex(purse)) FROM bank_frozen",
    ),
    (
        "an honest card is short",
        "SELECT lower(hex(purse)) FROM bank_shortfalls WHERE reclaimed + borne > 0",
    ),
];

/// The payments as the cards have them.
pub(super) struct Paid(BTreeMap<String, OnCards>);

impl Paid {
    pub(super) fn of(town: &Town) -> Self {
        let histories = &town.between.histories;
        let numbers = town.between.numbers(&histories.purses());
        Self(histories.paid(&numbers))
    }

    /// Whether that movement is one of them.
    pub(super) fn has(&self, movement: &TransactionId) -> bool {
        self.0.contains_key(&movement.to_string())
    }

    /// The numbers of those that were taken, by others than these.
    fn taken_by_others<'a>(&'a self, silent: &'a [PurseNumber]) -> impl Iterator<Item = &'a str> {
        let speaks = |(payee, _): &(PurseNumber, u64)| !silent.contains(payee);
        let taken = self
            .0
            .iter()
            .filter(move |(_, paid)| paid.taken.iter().any(speaks));
        taken.map(|(number, _)| number.as_str())
    }

    /// What came to a purse by them, less what went.
    pub(super) fn came_to(&self, purse: &PurseNumber) -> i64 {
        let of = |amounts: &[(PurseNumber, u64)]| {
            let own = amounts.iter().filter(|(of, _)| of == purse);
            own.map(|(_, minor)| *minor).sum::<u64>()
        };
        let all = self.0.values().map(|paid| {
            let is_payer = paid.given.iter().any(|(payer, _)| payer == purse);
            let back: u64 = paid.back.iter().filter(|_| is_payer).sum();
            let came = of(&paid.taken) + back;
            came.cast_signed() - of(&paid.given).cast_signed()
        });
        all.sum()
    }
}

/// The purses of holders of that kind.
fn purses_of(town: &Town, is_it: impl Fn(&Holder) -> bool) -> Vec<PurseNumber> {
    let holders = town.holders.borrow();
    let holders = holders.iter().filter(|holder| is_it(holder));
    let histories = holders.flat_map(|holder| holder.histories());
    histories.map(|(number, _)| number).collect()
}

/// The purses in copied cards, of which nothing is believed.
fn copied(town: &Town) -> Vec<PurseNumber> {
    purses_of(town, |holder| town.between.has_copy(holder.name))
}

/// Call it at any moment.
pub(super) fn check(town: &Town, broken: &mut Vec<String>) {
    let copied = copied(town);
    let lost = purses_of(town, |holder| holder.money.is_lost.get());
    for (number, paid) in &Paid::of(town).0 {
        let given: Vec<_> = paid.given.iter().map(|(_, minor)| *minor).collect();
        let taken: Vec<_> = paid.taken.iter().map(|(_, minor)| *minor).collect();
        let is_of = |purses: &[PurseNumber]| {
            let mut all = paid.given.iter().chain(&paid.taken);
            all.any(|(purse, _)| purses.contains(purse))
        };
        // What a lost card took of somebody who never heard of it came back there.
        let came = match is_of(&lost) {
            true => taken.len().max(paid.back.len()),
            false => taken.len() + paid.back.len(),
        };
        let is_once = given.len() == 1 && came <= 1;
        let mut all = taken.iter().chain(&paid.back);
        let is_same = all.all(|minor| given.first() == Some(minor));
        if !(is_once && is_same || is_of(&copied)) {
            broken.push(format!(
                "the cards make value: {number} was given as {given:?}, taken as {taken:?}, and came back as {:?}",
                paid.back
            ));
        }
    }
}

/// Call it when everybody has told the bank.
pub(super) fn at_rest(town: &Town, broken: &mut Vec<String>) {
    let copied = copied(town);
    for (complaint, sql) in NAMED {
        let is_honest = |what: &String| {
            let of = |number: &PurseNumber| what.starts_with(&number.to_string());
            !copied.iter().any(of)
        };
        for what in texts(town, BANK, sql).iter().filter(|what| is_honest(what)) {
            broken.push(format!("{BANK}: {complaint}: {what}"));
        }
    }
    if lies_spoilt_keys(town) {
        return;
    }
    for (complaint, sql) in AT_REST {
        none(town, broken, BANK, sql, complaint);
    }
    all_is_booked(town, &copied, broken);
    proofs::check(town, broken);
}

/// Each payment that a card took is booked, and no other one; each that nobody took came back.
fn all_is_booked(town: &Town, copied: &[PurseNumber], broken: &mut Vec<String>) {
    let lost = purses_of(town, |holder| holder.money.is_lost.get());
    let mut booked = booked(town);
    for (number, paid) in &Paid::of(town).0 {
        let of_books = booked.remove(number).map(|local| local.minor);
        let took = paid.taken.first().map(|(_, minor)| minor.cast_signed());
        let is_silent = |ends: &[(PurseNumber, u64)]| {
            let mut ends = ends.iter();
            ends.any(|(purse, _)| lost.contains(purse) || copied.contains(purse))
        };
        let is_told = of_books == took || of_books.is_none() && is_silent(&paid.taken);
        if !is_told {
            broken.push(format!(
                "{BANK}: {of_books:?} is booked of payment {number}, of which its payee took {took:?}"
            ));
        }
        if paid.taken.is_empty() && paid.back.is_empty() && !is_silent(&paid.given) {
            broken.push(format!(
                "nobody took payment {number}, and it never came back"
            ));
        }
    }
    for number in booked.keys() {
        broken.push(format!(
            "{BANK}: payment {number} is booked, which no card made"
        ));
    }
}

/// With a key that a centre or an authority spoilt by lying, a card speaks to nobody, and tells nobody.
fn lies_spoilt_keys(town: &Town) -> bool {
    let liar = town.lied.get();
    liar.is_some_and(|liar| [CENTRE, CA].contains(&liar))
}

/// A payment as the bank booked it.
struct Booked {
    payer: String,
    payee: String,
    minor: i64,
}

fn booked(town: &Town) -> BTreeMap<String, Booked> {
    let sql = "SELECT lower(hex(transaction_id)), lower(hex(payer)), lower(hex(payee)), minor
        FROM bank_local WHERE booked_at IS NOT NULL";
    let rows = rows(town, BANK, sql);
    let read = rows.iter().filter_map(|row| {
        let text = |at| row.text(at).ok().map(str::to_owned);
        let local = Booked {
            payer: text(1)?,
            payee: text(2)?,
            minor: row.integer(3).ok()?,
        };
        Some((text(0)?, local))
    });
    read.collect()
}

/// What each account of the ledger came to by them.
pub(super) fn moved(town: &Town) -> Sums {
    let mut sums = Sums::new();
    for local in booked(town).values() {
        *sums.entry(format!("purse {}", local.payer)).or_default() -= local.minor;
        *sums.entry(format!("purse {}", local.payee)).or_default() += local.minor;
    }
    let accounts = accounts_of_purses(town);
    for (purse, reclaimed, borne) in shortfalls(town) {
        let account = accounts.get(&purse).cloned().unwrap_or_default();
        *sums.entry(format!("purse {purse}")).or_default() += reclaimed + borne;
        *sums.entry(account).or_default() -= reclaimed;
        *sums.entry("losses".to_owned()).or_default() -= borne;
    }
    sums
}

/// What purses gave that they did not hold: what was taken from their accounts, and what the bank bears.
fn shortfalls(town: &Town) -> Vec<(String, i64, i64)> {
    let sql = "SELECT lower(hex(purse)), reclaimed, borne FROM bank_shortfalls";
    let rows = rows(town, BANK, sql);
    let read = rows.iter().filter_map(|row| {
        let purse = row.text(0).ok()?.to_owned();
        Some((purse, row.integer(1).ok()?, row.integer(2).ok()?))
    });
    read.collect()
}

/// The account in the ledger behind each purse.
fn accounts_of_purses(town: &Town) -> BTreeMap<String, String> {
    let sql = "SELECT lower(hex(number)), 'holder ' || account FROM bank_purses WHERE account IS NOT NULL";
    let rows = rows(town, BANK, sql);
    let read = rows.iter().filter_map(|row| {
        let text = |at| row.text(at).ok().map(str::to_owned);
        Some((text(0)?, text(1)?))
    });
    read.collect()
}

/// What became of payments between purses: how many there were, were settled, refused, and taken by nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Set aside by a payer's card.
    pub paid: u64,
    /// Taken by a payee's.
    pub settled: u64,
    /// Refused by it.
    pub refused: u64,
    /// Never seen by it, or never answered.
    pub lost: u64,
    /// Cards that were copied and spent twice, and are named by a proof.
    pub named: u64,
}

impl core::ops::Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            paid: self.paid + other.paid,
            settled: self.settled + other.settled,
            refused: self.refused + other.refused,
            lost: self.lost + other.lost,
            named: self.named + other.named,
        }
    }
}

/// Counts them.
pub(crate) fn counts(town: &Town) -> Counts {
    let sql = "SELECT DISTINCT lower(hex(purse)) FROM bank_contradictions";
    let named = texts(town, BANK, sql).len();
    let mut counts = Counts {
        named: u64::try_from(named).unwrap_or(u64::MAX),
        ..Counts::default()
    };
    let sql = "SELECT lower(hex(transaction_id)) FROM bank_movements WHERE state = 'barred'";
    let barred = texts(town, BANK, sql);
    for (number, paid) in &Paid::of(town).0 {
        counts.paid += 1;
        let of = match (paid.taken.is_empty(), barred.contains(number)) {
            (false, _) => &mut counts.settled,
            (true, false) => &mut counts.refused,
            (true, true) => &mut counts.lost,
        };
        *of += 1;
    }
    counts
}
