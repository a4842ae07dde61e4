//! What a card that stays at home signs was asked for by the terminal that it is lent to, and is within the loan; and
//! what its log says, the issuers' books say, too.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::HEXLOWER;
use rsa::traits::PrivateKeyParts as _;
use tallystick_card::host::home::access::SignTerms;
use tallystick_card::host::home::lending::{Decision, LoanView};
use tallystick_protocol::test_keys::{TEST_KEYS, test_key};

use super::rows;
use super::secrecy::everything_at;
use crate::cast::HOME_PROXY;
use crate::holder::Holder;
use crate::holder::lending::passwords;
use crate::lending::{HomeCard, Lending};
use crate::search::Searcher;
use crate::town::Town;

/// At every moment.
pub(super) fn check(town: &Town, broken: &mut Vec<String>) {
    let holders = town.holders.borrow().clone();
    for home in holders.iter().filter(|holder| holder.lending.is_home()) {
        let Some(card) = home.home_card() else {
            continue;
        };
        home.look_at_log();
        let guest = home.lending.guest.and_then(|guest| town.holder(guest));
        let asked = guest.map(|guest| guest.device.asked_home());
        was_asked(home, &asked.unwrap_or_default(), broken);
        is_within(home, &card, broken);
        ends(home, broken);
    }
}

/// The terminal asked for exactly this order, by this loan; and each order is decided once.
fn was_asked(home: &Holder, asked: &[SignTerms], broken: &mut Vec<String>) {
    let name = home.name;
    let decided = home.lending.decided.borrow();
    let mut roots = BTreeSet::new();
    for decision in decided.values() {
        let is_this = |terms: &&SignTerms| {
            let header = &terms.proof.header;
            terms.proof.root() == decision.root
                && terms.loan == decision.loan
                && terms.proof.amount().ok() == Some(decision.amount)
                && header.shop == decision.shop
                && header.issuer == decision.issuer
        };
        if !asked.iter().any(|terms| is_this(&terms)) {
            broken.push(format!(
                "the card of {name} signed what its terminal did not ask for: decision {}",
                decision.number
            ));
        }
        if !roots.insert(decision.root) {
            broken.push(format!("the card of {name} decided twice about one order"));
        }
    }
    let last = decided.keys().next_back().copied().unwrap_or(0);
    if usize::try_from(last) != Ok(decided.len()) {
        broken.push(format!("the log of the card of {name} has gaps"));
    }
}

fn of_loan(
    decided: &BTreeMap<u32, Decision>,
    number: u32,
) -> impl Iterator<Item = &Decision> + Clone {
    decided.values().filter(move |one| one.loan == number)
}

/// Each order is within its loan, and so are all together.
fn is_within(home: &Holder, card: &HomeCard, broken: &mut Vec<String>) {
    let decided = home.lending.decided.borrow();
    for LoanView {
        loan,
        total_left,
        count_left,
        ..
    } in &card.view.loans
    {
        let number = loan.number;
        let mut complain = |what: &str| {
            broken.push(format!(
                "loan {number} of the card of {}: {what}",
                home.name
            ));
        };
        for one in of_loan(&decided, number) {
            let is_within = one.amount.minor <= loan.each.minor
                && one.amount.currency == loan.each.currency
                && loan.is_for(&one.shop)
                && one.expires_at <= loan.ends_at
                && one.terminal == loan.terminal;
            if !is_within {
                complain(&format!("decision {} is beyond it", one.number));
            }
        }
        let kept = of_loan(&decided, number).filter(|one| !one.is_cancelled);
        let minor: u64 = kept.clone().map(|one| one.amount.minor).sum();
        if minor.checked_add(*total_left) != Some(loan.total) {
            complain("what was signed and what is left are not what was lent");
        }
        if u32::try_from(kept.count()).map(|count| count + count_left) != Ok(loan.count) {
            complain("orders signed and orders left are not as many as were lent");
        }
    }
}

/// What was stopped signs nothing more.
fn ends(home: &Holder, broken: &mut Vec<String>) {
    let decided = home.lending.decided.borrow();
    for (loan, last) in home.lending.stopped.borrow().iter() {
        if of_loan(&decided, *loan).any(|one| one.number > *last) {
            broken.push(format!(
                "the card of {} signed by loan {loan} after it was stopped",
                home.name
            ));
        }
    }
}

/// When nothing is under way any more.
pub(super) fn at_rest(town: &Town, broken: &mut Vec<String>) {
    let holders = town.holders.borrow().clone();
    let decided: BTreeMap<_, _> = holders
        .iter()
        .flat_map(|home| {
            home.lending
                .decided
                .borrow()
                .values()
                .cloned()
                .collect::<Vec<_>>()
        })
        .map(|one| (HEXLOWER.encode(&one.root.0), one))
        .collect();
    let asked = holders.iter().flat_map(|guest| guest.device.asked_home());
    let asked: BTreeSet<_> = asked
        .map(|terms| HEXLOWER.encode(&terms.proof.root().0))
        .collect();
    let mut charged = BTreeSet::new();
    for payer in town.payers() {
        let sql = "SELECT lower(hex(root)), state, minor FROM issuer_reservations WHERE state <> 'refused'";
        for row in rows(town, payer, sql) {
            let (Ok(root), Ok(state), Ok(minor)) = (row.text(0), row.text(1), row.number::<u64>(2))
            else {
                continue;
            };
            let decision = decided.get(root);
            if decision.is_none() && asked.contains(root) {
                broken.push(format!(
                    "{payer}: {root} is booked, and no card at home decided it"
                ));
            }
            let Some(decision) = decision else { continue };
            if decision.amount.minor != minor || decision.issuer.as_str() != payer {
                broken.push(format!(
                    "{payer}: {root} is booked otherwise than it was decided"
                ));
            }
            if state == "captured" {
                charged.insert(root.to_owned());
                if decision.is_cancelled {
                    broken.push(format!(
                        "{payer}: {root} is charged, and is the loan's again"
                    ));
                }
            }
        }
    }
    by_the_books(town, &charged, broken);
    if town.lending == Lending::Hostile {
        unseen(town, broken);
    }
}

/// What the issuers charged by a loan is not more than was lent by it.
fn by_the_books(town: &Town, charged: &BTreeSet<String>, broken: &mut Vec<String>) {
    for home in town.holders.borrow().iter() {
        let Some(card) = home.home_card() else {
            continue;
        };
        let decided = home.lending.decided.borrow();
        for LoanView { loan, .. } in &card.view.loans {
            let paid = of_loan(&decided, loan.number);
            let paid = paid.filter(|one| charged.contains(&HEXLOWER.encode(&one.root.0)));
            let minor: u64 = paid.clone().map(|one| one.amount.minor).sum();
            if minor > loan.total || paid.count() > loan.count as usize {
                broken.push(format!(
                    "by loan {} of {} more was charged than was lent",
                    loan.number, home.name
                ));
            }
        }
    }
}

/// Whoever has proxy and home browser saw no password, and no key of an order, nor of a card.
fn unseen(town: &Town, broken: &mut Vec<String>) {
    let mut seen = town.thieves.seen.borrow().clone();
    if let Some(seat) = town.seat(HOME_PROXY) {
        seen.extend(everything_at(town, seat));
    }
    let mut secrets: Vec<(&str, Vec<u8>)> = Vec::new();
    for holder in town.holders.borrow().iter() {
        if holder.lending.is_home() {
            let words = passwords(holder.name).map(String::into_bytes);
            secrets.extend(words.map(|word| ("a password", word)));
            seen.extend(holder.device.disk());
        }
        let keys = holder.device.told_by_home();
        secrets.extend(keys.iter().map(|key| ("a key of an order", key.to_vec())));
    }
    for number in 0..TEST_KEYS.len() {
        for prime in test_key(number).primes() {
            // As a card has them, and as others write them.
            secrets.push(("a card's key", prime.to_le_bytes()[..64].to_vec()));
            secrets.push(("a card's key", prime.to_be_bytes()[..64].to_vec()));
        }
    }
    let held = Searcher::new(secrets.iter().map(|(_, secret)| secret)).held_by(&seen);
    for (what, secret) in &secrets {
        if held.contains(&secret[..]) {
            broken.push(format!("proxy and home browser saw {what}"));
        }
    }
}
