//! One run: everybody starts, steps are taken, everything heals, time passes, and the invariants are checked.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use tallystick_parties::Party as _;
use tallystick_parties::native::block_on;
use tallystick_protocol::trust::certificate::TrustAnchors;

use crate::cast::CA;
use crate::coupons::replay::PAUSE_MS;
use crate::dice::Dice;
use crate::holder::banking::Errand;
use crate::holder::{Holder, Wish};
use crate::invariants::{self, between::Counts};
use crate::lending::Lending;
use crate::operator;
use crate::people::{PEOPLE, everybody};
use crate::plant::Plant;
use crate::steps;
use crate::steps_at_bank;
use crate::steps_at_coupons;
use crate::steps_away;
use crate::steps_back::{self, Back, Forgetful};
use crate::steps_between;
use crate::town::Town;
use crate::weather::Weather;

const MINUTE_MS: u64 = 60_000;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;
/// How long nothing happens after the last step: first with the wallets at work, which may take until orders
/// and reservations have expired; then until every party has looked at its books once more, which it does daily.
const QUIET_MS: [u64; 2] = [100 * MINUTE_MS, 26 * 60 * MINUTE_MS];

/// Longer than the bank's reconciliation window.
const WINDOW_MS: u64 = 25 * 60 * MINUTE_MS;
/// How long wallets are at work after it: they report every quarter of an hour.
const AFTERWARDS_MS: u64 = 35 * MINUTE_MS;

/// How long it takes until two holders have accounts and purses, though somebody lost the power meanwhile.
const OPENING_MS: u64 = 10 * MINUTE_MS;

/// How long customers of the coupon office look at what they have.
const LOOKS_ONCE_MORE_MS: u64 = 15 * MINUTE_MS;

/// When holders look once more at what they paid: what was to be given back has been by then.
const LOOKS_AGAIN_MS: u64 = 80 * MINUTE_MS;

/// Which run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// All chance comes from it.
    pub seed: u64,
    /// How many wishes and faults there are. Fewer steps are the beginning of the same run.
    pub steps: u32,
    /// Whether the readable sequence is kept.
    pub print: bool,
    /// A mistake that the invariants have to notice.
    pub plant: Option<Plant>,
    /// Instead of the steps: one holder gets a card and buys, or with a bank two have accounts and purses and move value
    /// every way; and only this happens.
    pub crash: Option<Crash>,
    /// Instead of the steps: for so many days one holder buys something every few weeks, and nothing else happens.
    pub days: u32,
    /// Instead of the steps: holders buy, and meanwhile this party is brought back by an hour.
    pub back: Option<(Forgetful, Back)>,
    /// Whether key spaces have the degrees of a real deployment.
    pub real_degrees: bool,
    /// Whether there is a bank, with everybody who belongs to it, and holders have accounts and purses there.
    pub bank: bool,
    /// Whether, where there is a bank, more holders come, and their purses pay each other without it.
    pub between: bool,
    /// Whether holders lend cards that stay at home, and who carries what is said.
    pub lending: Lending,
    /// Whether there is a coupon office with customers.
    pub coupons: bool,
}

/// The power of a participant fails once, between two writes.
#[derive(Clone, Copy, Debug)]
pub struct Crash {
    /// A party's domain, or `holder-1`.
    pub at: &'static str,
    /// After how many writes of a party, from its first start on; after how many writes and calls of the holder's
    /// computer.
    pub after: u32,
    /// Whether a call at which the holder's computer stops still reaches the party.
    pub lose_answer: bool,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// SHA-256 over everything that was said, when, and what was done.
    pub digest: [u8; 32],
    /// Messages that were sent.
    pub messages: u64,
    /// How often the power failed.
    pub crashes: u32,
    /// Orders that were paid and are on their way.
    pub delivered: u64,
    /// Orders that came to nothing.
    pub ended: u64,
    /// What became of payments between purses.
    pub between: Counts,
    /// What those did who had home proxy and home browser, and how often.
    pub tricks: std::collections::BTreeMap<String, u32>,
    /// Invariants that do not hold, in sentences.
    pub violations: Vec<String>,
    /// The readable sequence, if it was asked for.
    pub lines: Vec<String>,
}

/// Runs a seed.
#[must_use]
pub fn run(options: Options) -> Outcome {
    let town = Town::new(options);
    let ran = catch_unwind(AssertUnwindSafe(|| everything(&town, options)));
    let mut violations = ran.unwrap_or_else(|panic| vec![panic_sentence(&*panic)]);
    violations.sort();
    let [delivered, ended] = invariants::counts(&town);
    let outcome = Outcome {
        digest: town.journal.digest(),
        messages: town.messages(),
        crashes: town.crashes.get(),
        delivered,
        ended,
        between: invariants::between::counts(&town),
        tricks: town.thieves.tricks.borrow().clone(),
        violations,
        lines: town.journal.lines(),
    };
    town.scheduler.clear();
    outcome
}

fn everything(town: &Rc<Town>, options: Options) -> Vec<String> {
    let dice = Dice::new(options.seed, "steps");
    let Some(anchors) = parties_start(town, options.crash) else {
        return vec!["the parties did not start".to_owned()];
    };
    let mut rests = match options.crash {
        Some(crash) if town.coupons.is_on => steps_at_coupons::one_of_each(town, &anchors, crash),
        Some(crash) if town.between.is_on => steps_between::two_pay(town, &anchors, crash),
        Some(crash) if options.bank => holders_use_the_bank(town, &anchors, crash),
        Some(crash) => one_holder_buys(town, &anchors, crash),
        None if options.lending == Lending::Hostile => {
            steps_away::with_thieves(town, &anchors, options.steps)
        }
        None if let Some(back) = options.back => steps_back::somebody_forgets(town, &anchors, back),
        None if options.days > 0 => live_quietly(town, &anchors, options.days),
        None => take_steps(town, &anchors, &dice, options.steps),
    };
    rests &= heal(town);
    if rests {
        let mut broken = invariants::broken(town);
        broken.extend(town.noticed());
        if let Some((who, _)) = options.back {
            broken.extend(steps_back::contradictions(town, who));
        }
        if options.days > 0 {
            invariants::business::check(town, &mut broken);
        }
        broken
    } else {
        vec!["it never comes to rest".to_owned()]
    }
}

/// Everybody starts, in fine weather.
fn parties_start(town: &Rc<Town>, crash: Option<Crash>) -> Option<TrustAnchors> {
    for seat in town.seats.iter().filter(|seat| town.is_in_use(seat)) {
        seat.start(town);
        if let Some(Crash { at, after, .. }) = crash
            && at == seat.name
        {
            seat.machine.database.fail_after(after + 1);
        }
        seat.wake_at_once(town);
    }
    // Long enough for one that lost its power meanwhile.
    town.run_for(60_000);
    anchors(town)
}

pub(crate) fn holder_comes(
    town: &Rc<Town>,
    index: usize,
    anchors: &TrustAnchors,
    careful: bool,
) -> Rc<Holder> {
    let holder = Holder::new(town, index, anchors, careful);
    town.holders.borrow_mut().push(holder.clone());
    holder.start(town);
    holder
}

fn take_steps(town: &Rc<Town>, anchors: &TrustAnchors, dice: &Dice, steps: u32) -> bool {
    let people = match town.between.is_on {
        true => everybody().count(),
        false => PEOPLE.len(),
    };
    for index in 0..people {
        holder_comes(town, index, anchors, false);
    }
    let mut rests = !town.between.is_on || steps_between::open(town);
    rests &= !town.coupons.is_on || steps_at_coupons::come(town, anchors);
    let liar = steps::liar(dice);
    if let Some((name, share)) = liar {
        town.note(&format!("{name} lies in {share} of 1000 messages"));
    }
    town.liar.set(liar);
    town.forgets
        .set(steps::forgets(&Dice::new(town.seed, "eviction")));
    town.lied.set(liar.map(|(name, _)| name));
    town.siblings.set(Weather::BETWEEN_SIBLINGS);
    let operator = Dice::new(town.seed, "operator");
    let bank = Dice::new(town.seed, "steps at the bank");
    let away = Dice::new(town.seed, "steps away");
    let between = Dice::new(town.seed, "steps between purses");
    let coupons = Dice::new(town.seed, "steps at the coupon office");
    for _ in 0..steps {
        let between = || steps_between::take(town, &between);
        let pause_ms = town.between.is_on.then(between).flatten();
        let at_bank = || steps_at_bank::take(town, &bank);
        let pause_ms = pause_ms.or_else(|| town.has_bank.then(at_bank).flatten());
        let away_too = || steps_away::take(town, &away);
        let pause_ms = pause_ms.or_else(|| town.lending.is_on().then(away_too).flatten());
        let at_office = || steps_at_coupons::take(town, &coupons);
        let pause_ms = pause_ms.or_else(|| town.coupons.is_on.then(at_office).flatten());
        let pause_ms = pause_ms.unwrap_or_else(|| steps::take(town, dice));
        operator::work(town, &operator);
        rests &= town.run_for(pause_ms);
        town.notice(invariants::broken_now(town));
    }
    rests
}

/// From no card to a purchase that goes through, one that the courier refuses and one that the issuer refuses.
fn one_holder_buys(town: &Rc<Town>, anchors: &TrustAnchors, crash: Crash) -> bool {
    let holder = holder_comes(town, 0, anchors, true);
    if crash.at == holder.name {
        holder.device.fail_after(crash.after + 1, crash.lose_answer);
    }
    let wishes = [Wish::Tea, Wish::ToTheIsland, Wish::TooMuch];
    wishes.into_iter().all(|wish| {
        holder.wishes.borrow_mut().push_back(wish);
        town.run_for(3 * MINUTE_MS / 2)
    })
}

/// From no account to a purse that was loaded, gave, paid and was unloaded; the other holder has what was given.
fn holders_use_the_bank(town: &Rc<Town>, anchors: &TrustAnchors, crash: Crash) -> bool {
    holder_comes(town, 1, anchors, true);
    let holder = holder_comes(town, 0, anchors, true);
    if crash.at == holder.name {
        holder.device.fail_after(crash.after + 1, crash.lose_answer);
    }
    let opened = town.run_for(OPENING_MS);
    let errands = [
        Errand::Load(6_000),
        Errand::Give(700),
        Errand::Unload(500),
        Errand::Report,
    ];
    let errands = errands.map(Wish::AtTheBank);
    let mut wishes = errands.into_iter().chain([Wish::Tea]);
    opened
        & wishes.all(|wish| {
            holder.wishes.borrow_mut().push_back(wish);
            town.run_for(3 * MINUTE_MS / 2)
        })
}

/// Years in which hardly anything happens: between two purchases the computer is off, and parties that nobody asks
/// are evicted.
fn live_quietly(town: &Rc<Town>, anchors: &TrustAnchors, days: u32) -> bool {
    let dice = Dice::new(town.seed, "days");
    let holder = holder_comes(town, 0, anchors, true);
    let mut rests = town.run_for(5 * MINUTE_MS);
    town.forgets.set(200);
    let mut left = u64::from(days);
    while left > 0 {
        let pause = dice.between(28, 56).min(left);
        left -= pause;
        holder.stop(town);
        rests &= town.run_for(pause * DAY_MS);
        holder.start(town);
        holder.wishes.borrow_mut().push_back(Wish::Tea);
        rests &= town.run_for(10 * MINUTE_MS);
    }
    rests
}

/// The root certificate, as whoever packages the wallet gets it from the CA.
fn anchors(town: &Town) -> Option<TrustAnchors> {
    let request = http::Request::get(format!("https://{CA}/v1/root.cer"));
    let authority = town.seat(CA)?.running()?;
    let answer = block_on(authority.serve(request.body(Vec::new()).ok()?));
    TrustAnchors::from_der(&[answer.into_body()]).ok()
}

/// No more faults and no more lies; what is open is finished.
fn heal(town: &Rc<Town>) -> bool {
    town.note("everything heals");
    town.weather.take();
    town.siblings.take();
    town.cuts.borrow_mut().heal();
    town.liar.set(None);
    town.thieves.rest();
    town.between.is_calm.set(true);
    town.customers_calm_down();
    for seat in &town.seats {
        seat.machine.database.mend();
    }
    let holders = town.holders.borrow().clone();
    for holder in &holders {
        holder.device.mend();
        holder.is_calm.set(true);
        holder
            .looks_again_ms
            .set(town.scheduler.now_ms() + LOOKS_AGAIN_MS);
    }
    let mut rests = town.run_for(QUIET_MS[0]);
    for holder in &holders {
        holder.stop(town);
    }
    rests &= !town.coupons.is_on || coupons_settle(town);
    if town.between.is_on {
        // What nobody took comes back when nobody can tell of it any more.
        rests &= town.run_for(WINDOW_MS);
        holders.iter().for_each(|holder| holder.start(town));
        rests &= town.run_for(AFTERWARDS_MS);
        holders.iter().for_each(|holder| holder.stop(town));
    }
    rests && town.run_for(QUIET_MS[1])
}

/// Everything is said to the coupon office once more, and nothing comes of it.
fn coupons_settle(town: &Rc<Town>) -> bool {
    // Whoever looked before has not seen what was still under way.
    town.customers_calm_down();
    let mut rests = town.run_for(LOOKS_ONCE_MORE_MS);
    let before = invariants::coupons::decided(town);
    town.notice(invariants::coupons::settled(town));
    let count = u64::try_from(town.coupons.overheard.count()).unwrap_or(0);
    town.all_is_said_again();
    rests &= town.run_for(count * PAUSE_MS + MINUTE_MS);
    let after = invariants::coupons::decided(town);
    let came = after.symmetric_difference(&before);
    let came = came.map(|what| format!("something came of what was said again: {what}"));
    town.notice(came.take(3).collect());
    // Whoever looks once more, sees the same.
    town.customers_calm_down();
    rests &= town.run_for(LOOKS_ONCE_MORE_MS);
    town.notice(invariants::coupons::settled(town));
    town.customers_go();
    rests
}

fn panic_sentence(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("something panicked: {}", text.unwrap_or("without a word"))
}
