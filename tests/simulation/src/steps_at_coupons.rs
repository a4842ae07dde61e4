//! What is done where there is a coupon office: customers buy, hand on, ask, spend and cheat; the office and whoever is beside it
//! fail like the others; somebody says again what was said.

use std::rc::Rc;

use tallystick_parties::coupon_office::campaign_of;
use tallystick_parties::office::place::Shards;
use tallystick_parties::ports::Clock as _;
use tallystick_protocol::coupon::Funding;
use tallystick_protocol::trust::certificate::TrustAnchors;
use tallystick_protocol::wire::time::Timestamp;

use crate::cast::{COUPONS, SHOP};
use crate::coupons::counter::COUNTER;
use crate::coupons::{CUSTOMERS, Campaign, Errand};
use crate::dice::Dice;
use crate::holder::{Holder, Wish};
use crate::operator;
use crate::operators::Command;
use crate::run::Crash;
use crate::town::Town;

/// How many of a thousand steps are these.
const SHARE: u32 = 650;
/// How long people take to open accounts.
const OPENING_MS: u64 = 60_000;
/// How long one thing after the other takes, though somebody loses the power meanwhile.
const ERRAND_MS: u64 = 60_000;

/// The customers come, and the shop pays in what its campaigns cost.
pub(crate) fn open(town: &Rc<Town>, anchors: &TrustAnchors) -> bool {
    town.note("customers of the coupon office come");
    town.customers_come(anchors);
    let opened = town.run_for(OPENING_MS);
    // The second is over before its number is: its budget is for three.
    for (number, (minor, count, each, budget, once)) in
        (1..).zip([(200, 5, 1, 5_000, 1), (150, 50, 9, 450, 0)])
    {
        campaign(town, number, (minor, count, each, budget), once);
    }
    opened & town.run_for(OPENING_MS / 4)
}

/// As [`open`], and each of them wants something to begin with.
pub(crate) fn come(town: &Rc<Town>, anchors: &TrustAnchors) -> bool {
    let opened = open(town, anchors);
    let dice = Dice::new(town.seed, "before coupons are handed on");
    for customer in town.coupons.customers.borrow().iter() {
        let funding = [Funding::Postpaid, Funding::Prepaid];
        let buys = funding.map(|funding| Errand::Buy(funding, dice.between(100, 3_000)));
        let errands = [
            Errand::Pick,
            buys[0],
            buys[1],
            Errand::Pick,
            Errand::Pick,
            Errand::Restore,
            Errand::Show,
            Errand::Offer,
            Errand::CheckOut,
            Errand::Restore,
            buys[1],
            Errand::Give,
            Errand::Show,
            Errand::Offer,
            Errand::Cheat,
            Errand::CheckOut,
        ];
        customer.errands.borrow_mut().extend(errands);
    }
    opened
}

fn campaign(
    town: &Rc<Town>,
    number: u32,
    (minor, count, each, budget): (u64, u64, u64, u64),
    once: u64,
) {
    let Some(seat) = town.seat(COUPONS) else {
        return;
    };
    let (id, now_ms) = (number.to_string(), seat.machine.clock.now_ms());
    let arguments = [
        ("party", SHOP.to_owned()),
        ("amount", minor.to_string()),
        ("count", count.to_string()),
        ("each", each.to_string()),
        ("budget", budget.to_string()),
        ("days", "1".to_owned()),
        ("minimum", "500".to_owned()),
        ("once", once.to_string()),
        ("condition", String::new()),
    ];
    let command = Command {
        role: "issuer",
        domain: COUPONS,
        command: "open-campaign",
        arguments: &arguments,
        id: &id,
        at: Timestamp(now_ms / 1000),
    };
    operator::give(town, COUPONS, command.signed());
    let campaign = Campaign {
        id: campaign_of(&format!("command-{id:0>16}")),
        minor,
        count,
        each,
        budget,
    };
    town.coupons.campaigns.borrow_mut().push(campaign);
}

/// One step at the coupon office, or nothing if this one is another. Returns the milliseconds until the next.
pub(crate) fn take(town: &Rc<Town>, dice: &Dice) -> Option<u64> {
    if !dice.chance(SHARE) {
        return None;
    }
    let name = *dice.pick(&CUSTOMERS);
    let until_ms = |length_ms| town.scheduler.now_ms() + length_ms;
    match dice.below(100) {
        0..26 => wish(town, name, dice),
        26..58 => wallet_wish(town, dice),
        58..70 => {
            let writes = u32::try_from(dice.below(12)).unwrap_or(0);
            let objects: Vec<_> = town.objects(COUPONS).collect();
            let seat = *dice.pick(&objects);
            town.note(&format!(
                "{}: the power will fail after {writes} writes",
                seat.name
            ));
            seat.machine.database.fail_after(writes + 1);
        }
        70..74 => {
            let objects: Vec<_> = town.objects(COUPONS).map(|seat| seat.name).collect();
            town.crash(dice.pick::<&str>(&objects));
        }
        74..77 if town.cast.get().coupon_shards.is_none() => {
            town.note("the coupon office is spread over four shards");
            town.spread(COUPONS, Shards::new(4).unwrap());
        }
        74..80 => town.customer_fails(name, dice.between(200, 20_000)),
        80..86 => {
            let other = *dice.pick(&[name, COUNTER]);
            let length_ms = dice.between(5_000, 240_000);
            town.note(&format!(
                "{other} and {COUPONS} are cut off for {length_ms} ms"
            ));
            town.cuts
                .borrow_mut()
                .between(other, COUPONS, until_ms(length_ms));
        }
        86..88 => {
            let length_ms = dice.between(5_000, 600_000);
            town.note(&format!("{COUPONS} hangs for {length_ms} ms"));
            town.cuts.borrow_mut().hang(COUPONS, until_ms(length_ms));
        }
        88..96 => town.some_is_said_again(dice, dice.between(1, 12)),
        _ => {
            town.note("time passes");
            return Some(dice.between(60_000, 900_000));
        }
    }
    Some(dice.between(100, 15_000))
}

/// Somebody with a wallet of ours wants something, or a bag of tea.
fn wallet_wish(town: &Town, dice: &Dice) {
    let holders = town.holders.borrow().clone();
    let first: Vec<_> = holders.iter().filter(|one| one.is_first()).collect();
    let holder = dice.pick(&first);
    for _ in 0..dice.between(1, 3) {
        let wish = match dice.chance(300) {
            true => Wish::Tea,
            false => Holder::some_coupon_wish(dice),
        };
        holder.wishes.borrow_mut().push_back(wish);
    }
}

/// Customers want more things at once than others do.
fn wish(town: &Town, name: &'static str, dice: &Dice) {
    let Some(customer) = town.coupons.customer(name) else {
        return;
    };
    for _ in 0..dice.between(1, 4) {
        let errand = some_errand(dice);
        customer.errands.borrow_mut().push_back(errand);
    }
}

fn some_errand(dice: &Dice) -> Errand {
    match dice.below(100) {
        0..22 => {
            let funding = match dice.chance(500) {
                true => Funding::Prepaid,
                false => Funding::Postpaid,
            };
            Errand::Buy(funding, dice.between(1, 3_000))
        }
        22..34 => Errand::Pick,
        34..46 => Errand::Give,
        46..52 => Errand::GiveTwice,
        52..60 => Errand::Show,
        60..67 => Errand::Offer,
        67..70 => Errand::TakeBack,
        70..74 => Errand::Convert,
        74..78 => Errand::Spend,
        78..90 => Errand::CheckOut,
        90..91 => Errand::LookAtBill,
        91..94 => Errand::Restore,
        _ => Errand::Cheat,
    }
}

/// One thing after the other, during which the power of the office or of one of its objects fails once.
pub(crate) fn one_of_each(town: &Rc<Town>, anchors: &TrustAnchors, _: Crash) -> bool {
    let mut rests = open(town, anchors);
    let errands = [
        (0, Errand::Buy(Funding::Prepaid, 900)),
        (1, Errand::Buy(Funding::Postpaid, 700)),
        (2, Errand::Pick),
        (0, Errand::Give),
        (1, Errand::Show),
        (2, Errand::CheckOut),
        (0, Errand::Offer),
        (3, Errand::CheckOut),
        (1, Errand::CheckOut),
        (2, Errand::Spend),
        (3, Errand::Convert),
        (0, Errand::Convert),
        (1, Errand::Convert),
    ];
    for (who, errand) in errands {
        if let Some(customer) = town.coupons.customer(CUSTOMERS[who]) {
            customer.errands.borrow_mut().push_back(errand);
        }
        rests &= town.run_for(ERRAND_MS);
    }
    rests
}
