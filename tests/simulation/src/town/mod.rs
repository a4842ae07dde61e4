//! Everybody, the network between them, and what was said.

mod calls;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::{Rc, Weak};

use http::Request;
use tallystick_parties::bank::Reconcile;
use tallystick_parties::native::SetClock;
use tallystick_parties::office::place::{Place, Shards};
use tallystick_parties::routes;
use tallystick_protocol::checkout::coupons::RefundOrder;
use tallystick_protocol::instrument::Instrument;

use crate::between::Between;
use crate::cast::{
    BANK, BESIDE_THE_BANK, COUPONS, COURIER, Cast, CouponTimes, EVERYBODY, HOME_PROXY, ISSUER,
    ISSUERS, SHOP, START, beside_offices, handles_of, place_of, purse_key_token,
};
use crate::coupons::Coupons;
use crate::dice::Dice;
use crate::holder::Holder;
use crate::invariants::parcels::Gate;
use crate::journal::Journal;
use crate::lending::Lending;
use crate::lies::Heard;
use crate::machine::machine;
use crate::plant::Plant;
use crate::prime_pool::party_key;
use crate::run::Options;
use crate::scheduler::{Owner, Scheduler, Step};
use crate::seat::Seat;
use crate::steps_back::{self, Back, Forgetful};
use crate::thieves::Thieves;
use crate::watch::Watch;
use crate::weather::{Cuts, Weather};

/// How far a participant's clock is off at most, in seconds.
const CLOCK_OFF_SECONDS: u64 = 20;
/// For how long edges know two numbers of shards when an operator has chosen another, in milliseconds.
const EDGE_LAG_MS: u64 = 60_000;
/// More events than any run has: a run that reaches it never comes to rest.
const EVENTS_MAX: u64 = 3_000_000;

/// The whole world of one run.
pub(crate) struct Town {
    me: Weak<Town>,
    pub(crate) scheduler: Scheduler,
    pub(crate) journal: Journal,
    pub(crate) seed: u64,
    /// How the parties are set up.
    pub(crate) cast: Cell<Cast>,
    /// Whether there is a bank.
    pub(crate) has_bank: bool,
    /// Whether holders lend cards that stay at home, and who carries what is said.
    pub(crate) lending: Lending,
    /// Those who have the home proxy and a home browser, if they do.
    pub(crate) thieves: Thieves,
    /// Purses that pay each other, if they do.
    pub(crate) between: Between,
    /// The coupon office's customers, if it is there.
    pub(crate) coupons: Coupons,
    /// Which parties were spread over shards in the middle of a run, and when.
    spread_at_ms: RefCell<BTreeMap<&'static str, u64>>,
    /// Chance of the network.
    pub(crate) dice: Dice,
    pub(crate) weather: Cell<Weather>,
    /// What becomes of messages between objects of one party.
    pub(crate) siblings: Cell<Weather>,
    pub(crate) cuts: RefCell<Cuts>,
    pub(crate) seats: Vec<Rc<Seat>>,
    pub(crate) holders: RefCell<Vec<Rc<Holder>>>,
    /// Every byte that each party received.
    pub(crate) received: RefCell<BTreeMap<&'static str, Vec<u8>>>,
    /// The last messages that each participant heard.
    heard: RefCell<BTreeMap<&'static str, VecDeque<Heard>>>,
    /// Who lies, and how often in a thousand messages.
    pub(crate) liar: Cell<Option<(&'static str, u32)>>,
    /// Who lied at any time.
    pub(crate) lied: Cell<Option<&'static str>>,
    pub(crate) plant: Option<Plant>,
    watch: Watch,
    /// Which parcels left, and what was wrong about that.
    pub(crate) gate: Gate,
    /// How often in a thousand times a party with nothing to do is evicted, and the chance of it.
    pub(crate) forgets: Cell<u32>,
    forgetting: Dice,
    calls: Cell<u64>,
    events: Cell<u64>,
    /// How often the power failed.
    pub(crate) crashes: Cell<u32>,
    /// What did not hold at some moment of the run.
    noticed: RefCell<BTreeSet<String>>,
}

impl Town {
    pub(crate) fn new(options: Options) -> Rc<Self> {
        let Options {
            seed,
            plant,
            print: is_read,
            real_degrees,
            bank: has_bank,
            between,
            lending,
            coupons,
            back,
            ..
        } = options;
        let clock = SetClock::at(START * 1000);
        let off = Dice::new(seed, "clocks");
        Rc::new_cyclic(|me| {
            let with_key = |(number, name)| {
                let machine = machine(me, name, clock.skewed(some_skew(&off)), seed);
                machine.signing.prepare(&party_key(number));
                Rc::new(Seat::new(name, machine))
            };
            let mut parties = EVERYBODY.into_iter().enumerate();
            let mut seats: Vec<_> = parties.by_ref().map(with_key).collect();
            // Shards make no keys: the office's are theirs.
            let shards = beside_offices().map(|name| {
                let machine = machine(me, name, clock.skewed(some_skew(&off)), seed);
                Rc::new(Seat::new(name, machine))
            });
            seats.extend(shards);
            let beside = BESIDE_THE_BANK.into_iter().filter(|_| has_bank);
            let proxy = lending.is_on().then_some(HOME_PROXY);
            let office = coupons.then_some(COUPONS);
            let beside = beside.chain(proxy).chain(office);
            seats.extend((EVERYBODY.len()..).zip(beside).map(with_key));
            Self {
                me: me.clone(),
                journal: Journal::new(START * 1000, is_read),
                seed,
                cast: Cell::new(Cast {
                    real_degrees,
                    ..with_coupons(
                        coupons,
                        seed,
                        with_purses(
                            between,
                            seed,
                            with_bank(has_bank, seed, some_cast(&Dice::new(seed, "cast"), back)),
                        ),
                    )
                }),
                has_bank,
                lending,
                thieves: Thieves::new(seed, lending),
                between: Between::new(seed, between && has_bank, plant),
                coupons: Coupons::new(coupons),
                spread_at_ms: RefCell::default(),
                dice: Dice::new(seed, "network"),
                weather: Cell::default(),
                siblings: Cell::default(),
                cuts: RefCell::default(),
                seats,
                holders: RefCell::default(),
                received: RefCell::default(),
                heard: RefCell::default(),
                gate: Gate::default(),
                forgets: Cell::new(0),
                forgetting: Dice::new(seed, "forgetting"),
                liar: Cell::new(None),
                lied: Cell::new(None),
                plant,
                watch: Watch::default(),
                calls: Cell::new(0),
                events: Cell::new(0),
                crashes: Cell::new(0),
                noticed: RefCell::default(),
                scheduler: Scheduler::new(clock),
            }
        })
    }

    /// A holder's device loses its power after some writes and calls, fewer than so many.
    pub(crate) fn power_will_fail(&self, holder: &Holder, dice: &Dice, below: u64) {
        let events = u32::try_from(dice.below(below)).unwrap_or(0);
        let name = holder.name;
        self.note(&format!(
            "{name}: the power will fail after {events} writes and calls"
        ));
        holder.device.fail_after(events + 1, dice.chance(500));
    }

    /// A clock of this town that may be off a little.
    pub(crate) fn clock(&self, dice: &Dice) -> SetClock {
        self.scheduler.clock.skewed(some_skew(dice))
    }

    pub(crate) fn me(&self) -> Weak<Self> {
        self.me.clone()
    }

    pub(crate) fn seat(&self, name: &str) -> Option<&Rc<Seat>> {
        self.seats.iter().find(|seat| seat.name == name)
    }

    /// Everybody who is there, by their domains.
    pub(crate) fn parties(&self) -> Vec<&'static str> {
        let beside = BESIDE_THE_BANK.into_iter().filter(|_| self.has_bank);
        let proxy = self.lending.is_on().then_some(HOME_PROXY);
        let office = self.coupons.is_on.then_some(COUPONS);
        let all = EVERYBODY.into_iter().chain(beside);
        all.chain(proxy).chain(office).collect()
    }

    /// Everybody who pays orders: the issuers, the bank, and the coupon office for those that coupons pay altogether.
    pub(crate) fn payers(&self) -> Vec<&'static str> {
        let bank = self.has_bank.then_some(BANK);
        let office = self.coupons.is_on.then_some(COUPONS);
        ISSUERS.into_iter().chain(bank).chain(office).collect()
    }

    /// All objects of a party that are in use, its office first.
    pub(crate) fn objects(&self, party: &str) -> impl Iterator<Item = &Rc<Seat>> {
        let seats = self.seats.iter().filter(move |seat| seat.party == party);
        seats.filter(|seat| self.is_in_use(seat))
    }

    /// Whether the object is one of those over which its party is spread.
    pub(crate) fn is_in_use(&self, seat: &Seat) -> bool {
        self.cast.get().has(seat.name)
    }

    /// A party's operator spreads it over so many shards. Its edge learns of it a little later.
    pub(crate) fn spread(self: &Rc<Self>, party: &'static str, shards: Shards) {
        let mut cast = self.cast.get();
        match party {
            COURIER => cast.shards = shards,
            SHOP => cast.shop_shards = shards,
            ISSUER => cast.issuer_shards = shards,
            BANK => cast.bank_shards = shards,
            COUPONS => cast.coupon_shards = shards,
            _ => return,
        }
        self.cast.set(cast);
        let now_ms = self.scheduler.now_ms();
        self.spread_at_ms.borrow_mut().insert(party, now_ms);
        for seat in self.objects(party) {
            if seat.running().is_some() {
                seat.evict(self);
            } else if place_of(seat.name) != Place::Office {
                seat.start(self);
            }
        }
    }

    /// The object to which an edge hands a request.
    fn seat_for(&self, request: &Request<Vec<u8>>) -> Option<&Rc<Seat>> {
        let host = request.uri().host().unwrap_or_default();
        let (role, shards) = self.cast.get().spread(host);
        let spread_at_ms = self.spread_at_ms.borrow().get(host).copied();
        let is_new = |at_ms: u64| self.scheduler.now_ms() < at_ms + EDGE_LAG_MS;
        let lags = spread_at_ms.is_some_and(is_new) && self.dice.chance(500);
        let shards = if lags { Shards::NONE } else { shards };
        let place = routes::place(role, shards, &handles_of(role, host), request);
        self.object(host, place)
    }

    fn object(&self, party: &str, place: Place) -> Option<&Rc<Seat>> {
        self.objects(party)
            .find(|seat| place_of(seat.name) == place)
    }

    /// Remembers what does not hold at this moment.
    pub(crate) fn notice(&self, broken: Vec<String>) {
        for what in broken {
            let now_ms = self.scheduler.now_ms();
            self.journal
                .show(now_ms, &format!("    it does not hold that {what}"));
            self.noticed.borrow_mut().insert(what);
        }
    }

    /// What did not hold at some moment.
    pub(crate) fn noticed(&self) -> BTreeSet<String> {
        self.noticed.borrow().clone()
    }

    /// How many messages were sent.
    pub(crate) fn messages(&self) -> u64 {
        self.calls.get()
    }

    pub(crate) fn note(&self, line: &str) {
        self.journal.note(self.scheduler.now_ms(), line);
    }

    /// Lets things happen until then. `false`: they never come to rest.
    pub(crate) fn run_for(self: &Rc<Self>, milliseconds: u64) -> bool {
        let until = self.scheduler.now_ms() + milliseconds;
        loop {
            match self.scheduler.step(until) {
                Step::Nothing => break,
                Step::Job => {}
                Step::Task(owner) => self.after_task(owner),
            }
            self.events.set(self.events.get() + 1);
            if self.events.get() >= EVENTS_MAX {
                return false;
            }
        }
        self.scheduler.clock.set(until);
        true
    }

    /// Whoever used up what was left of the power is gone.
    fn after_task(self: &Rc<Self>, owner: Option<Owner>) {
        let Some((name, _)) = owner else {
            return;
        };
        if let Some(seat) = self.seat(name) {
            seat.look_at_the_clock(self);
            if let Some(plant) = self.plant {
                plant.work(self, seat);
            }
            self.gate.look(self, seat);
            if self.journal.is_read() {
                self.watch.look(self, seat);
            }
        }
        if self.is_spent(name) {
            self.crash(name);
        } else if let Some(seat) = self.seat(name).cloned() {
            self.forget(&seat);
        }
    }

    /// Evicts a party now and then, while nobody waits for it.
    fn forget(self: &Rc<Self>, seat: &Rc<Seat>) {
        let forgets = self.forgets.get();
        let is_idle = seat.running().is_some() && !self.scheduler.is_busy(seat.owner());
        if forgets > 0 && is_idle && self.forgetting.chance(forgets) {
            self.note(&format!("{}: is evicted", seat.name));
            seat.evict(self);
        }
    }

    pub(crate) fn holder(&self, name: &str) -> Option<Rc<Holder>> {
        let holders = self.holders.borrow();
        holders.iter().find(|holder| holder.name == name).cloned()
    }

    fn is_spent(&self, name: &str) -> bool {
        match self.seat(name) {
            Some(seat) => seat.machine.database.is_spent(),
            None => self
                .holder(name)
                .is_some_and(|holder| holder.device.has_failed()),
        }
    }

    /// The power goes at this participant, and comes back after a while.
    pub(crate) fn crash(self: &Rc<Self>, name: &'static str) {
        self.note(&format!("{name}: the power fails"));
        self.crashes.set(self.crashes.get() + 1);
        let pause_ms = self.dice.between(200, 20_000);
        let town = self.me();
        if let Some(holder) = self.holder(name) {
            holder.stop(self);
            self.scheduler.after(pause_ms, move || {
                if let Some(town) = town.upgrade() {
                    town.note(&format!("{name}: back"));
                    holder.start(&town);
                }
            });
        } else if let Some(seat) = self.seat(name).cloned() {
            seat.stop(self);
            self.cut_lines_at(name);
            self.scheduler.after(pause_ms, move || {
                if let Some(town) = town.upgrade()
                    && seat.running().is_none()
                {
                    town.note(&format!("{name}: back"));
                    seat.start(&town);
                }
            });
        }
    }
}

/// The shop takes both issuers' cards and lets the buyer choose the courier; issuers and couriers share a key
/// space or do not.
fn some_cast(dice: &Dice, back: Option<(Forgetful, Back)>) -> Cast {
    let cast = Cast {
        parties_in_a_space: *dice.pick(&[1, 2, 4]),
        offers_a_choice: true,
        shards: Shards::new(*dice.pick(&[1, 1, 2, 4])).unwrap_or(Shards::NONE),
        shop_shards: Shards::new(*dice.pick(&[1, 1, 2, 4])).unwrap_or(Shards::NONE),
        issuer_shards: Shards::new(*dice.pick(&[1, 2, 4])).unwrap_or(Shards::NONE),
        ..Cast::default()
    };
    back.map_or(cast, |_| steps_back::of_one_object(cast))
}

/// With a bank that the shop takes, and everybody who belongs to it.
fn with_bank(has_bank: bool, seed: u64, cast: Cast) -> Cast {
    if !has_bank {
        return cast;
    }
    let dice = Dice::new(seed, "the bank");
    Cast {
        instruments: &[
            Instrument::CardAccount,
            Instrument::BankAccount,
            Instrument::Purse,
        ],
        // Room for all three who pay: a wallet speaks to its bank in the space of its account's keys alone.
        parties_in_a_space: 4,
        has_directory: true,
        takes_the_bank: true,
        bank_shards: Shards::new(*dice.pick(&[1, 1, 2, 4])).unwrap_or(Shards::NONE),
        // Short, so that replies come late; longer than any two clocks are apart.
        offer_seconds: *dice.pick(&[3 * CLOCK_OFF_SECONDS, 120]),
        has_ordinary_bank: true,
        purse_key_token: purse_key_token(),
        ..cast
    }
}

/// Where purses pay each other the bank books it by either history or by both, and waits for a day.
fn with_purses(pay_each_other: bool, seed: u64, cast: Cast) -> Cast {
    if !pay_each_other {
        return cast;
    }
    let dice = Dice::new(seed, "the bank, between purses");
    Cast {
        reconcile: *dice.pick(&[Reconcile::Either, Reconcile::Either, Reconcile::Both]),
        reconciliation_seconds: 86_400,
        ..cast
    }
}

/// With a coupon office, at which nothing takes longer than a run.
fn with_coupons(are_there: bool, seed: u64, cast: Cast) -> Cast {
    if !are_there {
        return cast;
    }
    let dice = Dice::new(seed, "the coupon office");
    Cast {
        // Room for all who are issuers to their holders.
        parties_in_a_space: 4,
        coupon_shards: Shards::new(*dice.pick(&[1, 1, 2, 4])).unwrap_or(Shards::NONE),
        coupon_times: Some(CouponTimes {
            asked_seconds: *dice.pick(&[120, 600]),
            held_seconds: 1_800,
            period_seconds: *dice.pick(&[3_600, 6 * 3_600]),
            valid_days: 1,
        }),
        has_gateway: false,
        takes_coupons: true,
        coupon_refund: *dice.pick(&[RefundOrder::CouponsFirst, RefundOrder::InProportion]),
        ..cast
    }
}

fn some_skew(dice: &Dice) -> i64 {
    let seconds = dice.between(0, 2 * CLOCK_OFF_SECONDS);
    let off = i64::try_from(seconds).unwrap_or(0) - i64::try_from(CLOCK_OFF_SECONDS).unwrap_or(0);
    off * 1000
}
