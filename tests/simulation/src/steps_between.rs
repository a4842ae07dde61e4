//! What is done where purses pay each other: somebody asks, shows once more, or is away from every network for a while.

use std::rc::Rc;

use tallystick_protocol::trust::certificate::TrustAnchors;
use tallystick_wallet::view::KeyPlace;

use crate::dice::Dice;
use crate::holder::banking::Errand;
use crate::holder::between::Meeting;
use crate::holder::{Holder, Wish};
use crate::run::{Crash, holder_comes};
use crate::town::Town;

/// How long people take to open accounts, and to load their purses.
const OPENING_MS: u64 = 150_000;

/// How long a payment takes, though somebody loses the power meanwhile.
const PAYS_MS: u64 = 60_000;

/// How many of a thousand steps are these.
const SHARE: u32 = 600;

/// Everybody has an account and a purse, and something in it, before anything goes wrong.
pub(crate) fn open(town: &Rc<Town>) -> bool {
    town.note("everybody opens an account");
    let dice = Dice::new(town.seed, "before purses meet");
    let opened = town.run_for(OPENING_MS);
    for holder in town.holders.borrow().iter() {
        let loads = Errand::Load(dice.between(3_000, 12_000));
        holder
            .wishes
            .borrow_mut()
            .push_front(Wish::AtTheBank(loads));
    }
    opened & town.run_for(OPENING_MS)
}

/// Two who can reach no bank pay each other: the first is paid, pays some of it on at once, and is paid back a part of that.
pub(crate) fn two_pay(town: &Rc<Town>, anchors: &TrustAnchors, crash: Crash) -> bool {
    let names = [0, 1].map(|index| holder_comes(town, index, anchors, true).name);
    town.between.is_calm.set(true);
    let opened = open(town);
    let holders = names.map(|name| town.holder(name));
    let [Some(one), Some(other)] = holders else {
        return false;
    };
    let until_ms = town.scheduler.now_ms() + 4 * PAYS_MS;
    for holder in [&one, &other] {
        town.cuts.borrow_mut().off(holder.name, until_ms);
    }
    if crash.at == one.name {
        one.device.fail_after(crash.after + 1, crash.lose_answer);
    }
    let asks = [
        (&one, &other, Some(900)),
        (&other, &one, Some(800)),
        (&one, &other, None),
    ];
    opened
        & asks.into_iter().all(|(payee, payer, minor)| {
            payee.meetings.want(Meeting::Ask(payer.name, minor));
            town.run_for(PAYS_MS)
        })
}

/// One step between purses, or nothing if this one is another. Returns the milliseconds until the next.
pub(crate) fn take(town: &Rc<Town>, dice: &Dice) -> Option<u64> {
    if !dice.chance(SHARE) {
        return None;
    }
    let holders = town.holders.borrow().clone();
    let first: Vec<_> = holders.iter().filter(|one| one.is_first()).collect();
    let holder = dice.pick(&first);
    let friends = town.between.friends(holder.name);
    match dice.below(100) {
        0..70 if !friends.is_empty() => {
            for _ in 0..dice.between(1, 3) {
                let minor = dice.chance(750).then(|| dice.between(1, 2_500));
                let asks = Meeting::Ask(dice.pick::<&str>(&friends), minor);
                holder.meetings.want(asks);
            }
        }
        0..85 => holder.meetings.want(Meeting::ShowAgain),
        85..93 => {
            let length_ms = dice.between(60_000, 1_800_000);
            town.note(&format!(
                "{} is in the mountains for {length_ms} ms",
                holder.name
            ));
            let until_ms = town.scheduler.now_ms() + length_ms;
            town.cuts.borrow_mut().off(holder.name, until_ms);
        }
        93 => lose_card(town, &first),
        _ => {
            town.power_will_fail(holder, dice, 8);
        }
    }
    Some(dice.between(100, 15_000))
}

/// A card for a reader is lost, with its purse and the history of it, for good: one in a run, and no copied one.
fn lose_card(town: &Town, holders: &[&Rc<Holder>]) {
    let is_lost = |holder: &&&Rc<Holder>| holder.money.is_lost.get();
    let may_be_lost = |holder: &&&Rc<Holder>| {
        holder.money.place == KeyPlace::Reader && !town.between.has_copy(holder.name)
    };
    if town.lending.is_on() || holders.iter().any(|holder| is_lost(&holder)) {
        return;
    }
    if let Some(holder) = holders.iter().find(may_be_lost) {
        town.note(&format!("{}: the card is lost", holder.name));
        holder.money.is_lost.set(true);
        holder.device.reader().eject();
    }
}
