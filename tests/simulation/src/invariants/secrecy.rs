//! No party received, holds or logged a field that it must not know under the policy `strict`; and who is not
//! chosen for an order learns nothing of it.

use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use tallystick_protocol::wire::cbor::encode_value;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_wallet::view::OrderView;

use super::texts;
use crate::cast::{
    AUTHORITY, BANK, BANKING_SYSTEM, BESIDE_THE_BANK, COUPONS, COURIERS, ISSUERS, OTHER_SHOP, SHOP,
};
use crate::holder::lending;
use crate::people::{Person, everybody};
use crate::search::Searcher;
use crate::seat::Seat;
use crate::town::Town;

type Words = BTreeSet<Vec<u8>>;

pub(super) fn check(town: &Town, broken: &mut Vec<String>) {
    for party in town.parties() {
        let secrets = secrets_from(town, party);
        let searcher = Searcher::new(&secrets);
        for seat in town.objects(party) {
            let everything = everything_at(town, seat);
            for secret in searcher.held_by(&everything) {
                let shown = String::from_utf8(secret.to_vec())
                    .unwrap_or_else(|error| HEXLOWER.encode(error.as_bytes()));
                broken.push(format!("{} knows \"{shown}\"", seat.name));
            }
        }
    }
}

/// What this party must not know.
fn secrets_from(town: &Town, party: &'static str) -> Words {
    let everybody = |_: &&Person| true;
    let mut secrets = orders_of_others(town, party);
    secrets.extend(passwords(town));
    if !BESIDE_THE_BANK.contains(&party) {
        secrets.extend(accounts(town));
    }
    if party == SHOP {
        secrets.extend(cards(town, |_| true));
        secrets.extend(people(everybody));
        secrets.extend(places(everybody));
    } else if ISSUERS.contains(&party) {
        secrets.extend(goods());
        secrets.extend(cards(town, |issuer| issuer != party));
        secrets.extend(people(|person| !has_applied(town, person, party)));
        secrets.extend(places(everybody));
    } else if party == BANK || party == AUTHORITY {
        secrets.extend(goods());
        secrets.extend(cards(town, |_| true));
        secrets.extend(people(|person| !has_applied(town, person, BANK)));
        secrets.extend(places(everybody));
    } else if party == COUPONS {
        // What an order comes to a shop may tell it.
        secrets.extend(goods());
        secrets.extend(cards(town, |_| true));
        secrets.extend(people(|person| !has_applied(town, person, COUPONS)));
        secrets.extend(places(everybody));
    } else if party == BANKING_SYSTEM {
        secrets.extend(goods());
        secrets.extend(cards(town, |_| true));
        secrets.extend(
            texts(town, BANK, ACCOUNT_NUMBERS)
                .into_iter()
                .map(String::into_bytes),
        );
        secrets.extend(telephones());
        secrets.extend(places(everybody));
    } else if COURIERS.contains(&party) {
        secrets.extend(goods());
        secrets.extend(amounts(town));
        secrets.extend(cards(town, |_| true));
        secrets.extend(people(everybody));
        secrets.extend(places(|person| !has_chosen(town, person, party)));
    } else {
        if party != OTHER_SHOP {
            secrets.extend(goods());
        }
        secrets.extend(amounts(town));
        secrets.extend(cards(town, |_| true));
        secrets.extend(people(everybody));
        secrets.extend(places(everybody));
    }
    secrets
}

/// The passwords of those who lend.
fn passwords(town: &Town) -> Words {
    let holders = town.holders.borrow();
    let homes = holders.iter().filter(|holder| holder.lending.is_home());
    let words = homes.flat_map(|home| lending::passwords(home.name));
    words.map(String::into_bytes).collect()
}

fn bytes(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

fn goods() -> Words {
    let products = crate::cast::goods().products.iter();
    let words = products.flat_map(|product| {
        let names = product.names.iter().map(|name| name.text.as_str());
        names.chain([product.sku.as_str()])
    });
    words.map(bytes).collect()
}

/// Something of every order that anybody has.
fn of_orders<T: Ord>(town: &Town, what: impl Fn(&OrderView) -> Option<T>) -> BTreeSet<T> {
    let holders = town.holders.borrow();
    let of_holder = |orders: &[OrderView]| orders.iter().filter_map(&what).collect::<Vec<_>>();
    let holders = holders.iter();
    holders
        .flat_map(|holder| of_holder(&holder.orders.borrow()))
        .collect()
}

fn amounts(town: &Town) -> Words {
    of_orders(town, |order| {
        Some(encode_value(&Money::new(order.total_minor, Currency::Jpy)))
    })
}

/// The numbers of the orders in which this party has no part.
fn orders_of_others(town: &Town, party: &str) -> Words {
    of_orders(town, |order| {
        let takes_part = order.parties.iter().any(|one| one.domain == party);
        let number = order.order_id.as_ref().filter(|_| !takes_part)?;
        HEXLOWER.decode(number.as_bytes()).ok()
    })
}

/// Card numbers and account codes of these issuers.
fn cards(town: &Town, of: impl Fn(&str) -> bool) -> Words {
    let mut words = Words::new();
    for issuer in ISSUERS.into_iter().filter(|issuer| of(issuer)) {
        let numbers = texts(town, issuer, "SELECT card_number FROM issuer_accounts");
        words.extend(numbers.iter().map(|number| bytes(number)));
    }
    for holder in town.holders.borrow().iter() {
        let codes = holder.papers.codes().into_iter();
        let codes = codes.filter(|(issuer, _)| of(issuer));
        words.extend(codes.map(|(_, code)| code.into_bytes()));
    }
    words
}

const ACCOUNT_NUMBERS: &str = "SELECT card_number FROM issuer_accounts";

/// Numbers of accounts at the bank, and of those outside.
fn accounts(town: &Town) -> Words {
    let numbers = texts(town, BANK, ACCOUNT_NUMBERS);
    let outside = texts(
        town,
        BANKING_SYSTEM,
        "SELECT iban FROM banking_accounts WHERE client IS NULL",
    );
    numbers
        .into_iter()
        .chain(outside)
        .map(String::into_bytes)
        .collect()
}

fn telephones() -> Words {
    everybody().map(|person| bytes(person.telephone)).collect()
}

/// Names and telephone numbers of cardholders.
fn people(who: impl Fn(&&'static Person) -> bool) -> Words {
    let words = everybody().filter(who).flat_map(|person| {
        let digits = person.telephone.chars().filter(char::is_ascii_digit);
        [
            bytes(person.name),
            bytes(person.telephone),
            digits.collect::<String>().into_bytes(),
        ]
    });
    words.collect()
}

/// Where parcels go, and to whom.
fn places(whose: impl Fn(&&'static Person) -> bool) -> Words {
    let words = everybody().filter(whose).flat_map(|person| {
        [
            person.recipient,
            person.recipient_telephone,
            person.street,
            person.postal_code,
        ]
    });
    words.map(bytes).collect()
}

fn has_applied(town: &Town, person: &Person, issuer: &str) -> bool {
    let holders = town.holders.borrow();
    let mut own = holders
        .iter()
        .filter(|holder| std::ptr::eq(holder.person, person));
    own.any(|holder| holder.papers.has_applied(issuer))
}

/// Whether a parcel of this person was ever meant for this courier.
fn has_chosen(town: &Town, person: &Person, courier: &str) -> bool {
    let holders = town.holders.borrow();
    let mut own = holders
        .iter()
        .filter(|holder| std::ptr::eq(holder.person, person));
    own.any(|holder| {
        let orders = holder.orders.borrow();
        let mut approved = orders.iter().filter(|order| order.order_id.is_some());
        approved.any(|order| order.parties.iter().any(|party| party.domain == courier))
    })
}

/// What a party received, stored and logged.
pub(super) fn everything_at(town: &Town, seat: &Seat) -> Vec<u8> {
    let received = town.received.borrow();
    let mut bytes = received.get(seat.name).cloned().unwrap_or_default();
    bytes.extend(seat.machine.database.bytes().unwrap_or_default());
    for line in seat.machine.log.lines() {
        bytes.extend_from_slice(line.as_bytes());
    }
    bytes
}
