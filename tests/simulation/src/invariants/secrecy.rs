//! No party received, holds or logged a field that it must not know under the policy `strict`.

use tallystick_parties::shop::catalogue::PRODUCTS;
use tallystick_protocol::cbor::encode_value;
use tallystick_protocol::money::{Currency, Money};

use super::texts;
use crate::cast::{CA, CENTRE, COURIER, ISSUER, OTHER_SHOP, SHOP};
use crate::search::holds;
use crate::seat::Seat;
use crate::town::Town;

type Words = Vec<Vec<u8>>;

pub(super) fn check(town: &Town, broken: &mut Vec<String>) {
    let [goods, amounts, cards, people, places] = fields(town);
    let unknown: [(&str, &[&Words]); 6] = [
        (SHOP, &[&cards, &people, &places]),
        (ISSUER, &[&goods, &places]),
        (COURIER, &[&goods, &amounts, &cards, &people]),
        (CENTRE, &[&goods, &amounts, &cards, &people, &places]),
        (CA, &[&goods, &amounts, &cards, &people, &places]),
        (OTHER_SHOP, &[&amounts, &cards, &people, &places]),
    ];
    for (party, secrets) in unknown {
        let Some(seat) = town.seat(party) else {
            continue;
        };
        let everything = everything_at(town, seat);
        for secret in secrets.iter().flat_map(|words| words.iter()) {
            if holds(&everything, secret) {
                let shown = String::from_utf8_lossy(secret);
                broken.push(format!("{party} knows \"{shown}\""));
            }
        }
    }
}

/// Goods, amounts, cards, people and places.
fn fields(town: &Town) -> [Words; 5] {
    let bytes = |text: &str| text.as_bytes().to_vec();
    let goods = PRODUCTS
        .iter()
        .flat_map(|product| [bytes(product.sku), bytes(product.name)]);
    let cards = texts(town, ISSUER, "SELECT card_number FROM issuer_accounts");
    let holders = town.holders.borrow();
    let amounts = holders.iter().flat_map(|holder| {
        let orders = holder.orders.borrow();
        let amount = |minor| encode_value(&Money::new(minor, Currency::Jpy));
        orders
            .iter()
            .map(|order| amount(order.total_minor))
            .collect::<Vec<_>>()
    });
    let people = holders.iter().flat_map(|holder| {
        let telephone: String = holder
            .person
            .telephone
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        [
            bytes(holder.person.name),
            bytes(holder.person.telephone),
            bytes(&telephone),
        ]
    });
    let places = holders.iter().flat_map(|holder| {
        let person = holder.person;
        [
            person.recipient,
            person.recipient_telephone,
            person.street,
            person.postal_code,
        ]
        .map(bytes)
    });
    [
        goods.collect(),
        amounts.collect(),
        cards.iter().map(|card| bytes(card)).collect(),
        people.collect(),
        places.collect(),
    ]
}

/// What a party received, stored and logged.
fn everything_at(town: &Town, seat: &Seat) -> Vec<u8> {
    let received = town.received.borrow();
    let mut bytes = received.get(seat.name).cloned().unwrap_or_default();
    bytes.extend(seat.machine.database.bytes().unwrap_or_default());
    for line in seat.machine.log.lines() {
        bytes.extend_from_slice(line.as_bytes());
    }
    bytes
}
