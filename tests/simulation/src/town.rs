//! Everybody, the network between them, and what was said.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::{Rc, Weak};

use http::{Request, Response};
use tallystick_parties::Party;
use tallystick_parties::native::SetClock;
use tallystick_parties::office::place::{Place, Shards};
use tallystick_parties::routes;
use tallystick_protocol::test_keys::TEST_KEYS;

use crate::cast::{
    COURIER, Cast, EVERYBODY, ISSUER, SHOP, START, beside_offices, handles_of, party_of, place_of,
};
use crate::dice::Dice;
use crate::holder::Holder;
use crate::invariants::parcels::Gate;
use crate::journal::Journal;
use crate::lies::{self, Heard};
use crate::machine::machine;
use crate::network::Reply;
use crate::plant::Plant;
use crate::run::Options;
use crate::scheduler::{Owner, Scheduler, Step};
use crate::seat::Seat;
use crate::watch::Watch;
use crate::weather::{Cuts, Weather};

/// How long a party that asked waits for an answer, in milliseconds; and how long a holder's computer does.
const PATIENCE_MS: (u64, u64) = (15_000, 20_000);
/// How many of the last messages that somebody heard can be told again.
const HEARD_MAX: usize = 16;
/// How far a participant's clock is off at most, in seconds.
const CLOCK_OFF_SECONDS: u64 = 20;
/// For how long edges know two numbers of shards when an operator has chosen another, in milliseconds.
const EDGE_LAG_MS: u64 = 60_000;
/// More events than any run has: a run that reaches it never comes to rest.
const EVENTS_MAX: u64 = 3_000_000;

/// One call on its way.
pub(crate) struct Call {
    number: u64,
    from: &'static str,
    to: &'static str,
    what: String,
    reply: Reply,
}

impl Call {
    /// Whether it is between objects of one party.
    fn is_between_siblings(&self) -> bool {
        party_of(self.from) == party_of(self.to)
    }
}

/// The whole world of one run.
pub(crate) struct Town {
    me: Weak<Town>,
    pub(crate) scheduler: Scheduler,
    pub(crate) journal: Journal,
    pub(crate) seed: u64,
    /// How the parties are set up.
    pub(crate) cast: Cell<Cast>,
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
            ..
        } = options;
        let clock = SetClock::at(START * 1000);
        let off = Dice::new(seed, "clocks");
        Rc::new_cyclic(|me| {
            let seats = EVERYBODY.into_iter().zip(TEST_KEYS).map(|(name, key)| {
                let machine = machine(me, name, clock.skewed(some_skew(&off)), seed);
                machine.signing.prepare(key);
                Rc::new(Seat::new(name, machine))
            });
            // Shards make no keys: the office's are theirs.
            let shards = beside_offices().map(|name| {
                let machine = machine(me, name, clock.skewed(some_skew(&off)), seed);
                Rc::new(Seat::new(name, machine))
            });
            Self {
                me: me.clone(),
                journal: Journal::new(START * 1000, is_read),
                seed,
                cast: Cell::new(Cast {
                    real_degrees,
                    ..some_cast(&Dice::new(seed, "cast"))
                }),
                spread_at_ms: RefCell::default(),
                dice: Dice::new(seed, "network"),
                weather: Cell::default(),
                siblings: Cell::default(),
                cuts: RefCell::default(),
                seats: seats.chain(shards).collect(),
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
        self.noticed.borrow_mut().extend(broken);
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

    fn holder(&self, name: &str) -> Option<Rc<Holder>> {
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

    /// Somebody asks somebody.
    pub(crate) fn call(&self, from: &'static str, mut request: Request<Vec<u8>>, reply: &Reply) {
        if self.is_spent(from) {
            return;
        }
        let to = self.seat_for(&request).map_or("nobody", |seat| seat.name);
        let what = format!("{} {}", request.method(), short(request.uri().path()));
        self.calls.set(self.calls.get() + 1);
        let call = Rc::new(Call {
            number: self.calls.get(),
            from,
            to,
            what,
            reply: reply.clone(),
        });
        let mut faults = String::new();
        if let Some((lie, body)) = self.lie_of(from, request.body()) {
            *request.body_mut() = body;
            faults.push_str(&lie);
        }
        self.send(&call, request, faults);
    }

    /// An object of a party asks another one of it: nobody lies, and nobody cuts them off from each other.
    pub(crate) fn call_sibling(
        &self,
        from: &'static str,
        place: Place,
        request: Request<Vec<u8>>,
        reply: &Reply,
    ) {
        if self.is_spent(from) {
            return;
        }
        let to = self.object(party_of(from), place);
        self.calls.set(self.calls.get() + 1);
        let call = Rc::new(Call {
            number: self.calls.get(),
            from,
            to: to.map_or("nobody", |seat| seat.name),
            what: format!("{} {}", request.method(), short(request.uri().path())),
            reply: reply.clone(),
        });
        self.send(&call, request, String::new());
    }

    /// Lets a call go its way, or several, or none.
    fn send(&self, call: &Rc<Call>, request: Request<Vec<u8>>, mut faults: String) {
        let (from, to, reply) = (call.from, call.to, &call.reply);
        let patience = reply.clone();
        let patience_ms = self.patience_ms(from);
        self.scheduler
            .after(patience_ms, move || patience.fill(None));
        let ways = self.ways(from, to, &mut faults);
        let length = request.body().len();
        let Call { number, what, .. } = &**call;
        self.note(&format!(
            "{from} → {to}  #{number} {what}, {length} bytes{faults}"
        ));
        self.journal.count(0, request.body());
        for (index, way_ms) in ways.into_iter().enumerate() {
            let (town, call, request) = (self.me(), call.clone(), request.clone());
            self.scheduler.after(way_ms, move || {
                if let Some(town) = town.upgrade() {
                    town.deliver(&call, request, index == 0);
                }
            });
        }
    }

    fn patience_ms(&self, of: &str) -> u64 {
        let (party, computer) = PATIENCE_MS;
        if self.seat(of).is_some() {
            party
        } else {
            computer
        }
    }

    /// What becomes of messages; of those between objects of one party while there are faults at all.
    fn weather_between(&self, from: &str, to: &str) -> Weather {
        if party_of(from) == party_of(to) && from != to {
            self.siblings.get()
        } else {
            self.weather.get()
        }
    }

    /// How long each copy of a message is under way; a lost one has none.
    fn ways(&self, from: &'static str, to: &'static str, faults: &mut String) -> Vec<u64> {
        let Weather {
            lost,
            doubled,
            delayed,
        } = self.weather_between(from, to);
        let is_outside = party_of(from) != party_of(to);
        let (a, b) = (party_of(from), party_of(to));
        if is_outside && self.cuts.borrow().part(a, b, self.scheduler.now_ms()) {
            faults.push_str("  [cut off]");
            return Vec::new();
        }
        if self.dice.chance(lost) {
            faults.push_str("  [lost]");
            return Vec::new();
        }
        let way = |faults: &mut String| {
            let mut way_ms = self.dice.between(5, 80);
            if self.dice.chance(delayed) {
                let delay_ms = self.dice.between(500, 40_000);
                faults.push_str(&format!("  [delayed {delay_ms} ms]"));
                way_ms += delay_ms;
            }
            way_ms
        };
        let mut ways = vec![way(faults)];
        if self.dice.chance(doubled) {
            faults.push_str("  [doubled]");
            ways.push(way(faults));
        }
        ways
    }

    fn lie_of(&self, from: &str, body: &[u8]) -> Option<(String, Vec<u8>)> {
        let (liar, share) = self.liar.get()?;
        let lies = liar == party_of(from) && self.dice.chance(share);
        let seat = self.seat(from).filter(|_| lies)?;
        lies::instead_of(body, &seat.machine.signing, &self.dice)
    }

    fn deliver(&self, call: &Rc<Call>, request: Request<Vec<u8>>, first: bool) {
        let Some(seat) = self.seat(call.to) else {
            return call.reply.fill(None);
        };
        let Some(party) = seat.running() else {
            self.note(&format!("{}  #{} finds nobody", call.to, call.number));
            return call.reply.fill(None);
        };
        let head = format!(
            "{} {:?} {:?}\n",
            call.what,
            request.uri(),
            request.headers()
        );
        self.record(call.to, &[head.as_bytes(), request.body()].concat());
        let (town, call, seat) = (self.me(), call.clone(), seat.clone());
        let is_answered_for = self.is_answered_for(&call);
        if is_answered_for && self.dice.chance(500) {
            // It never comes to the party itself.
            return self.answered(&call, Response::default(), first);
        }
        self.scheduler.spawn(seat.owner(), async move {
            let answer = party.serve(request).await;
            if let Some(town) = town.upgrade()
                && !seat.machine.database.is_spent()
            {
                town.answered(&call, answer, first);
            }
        });
    }

    fn answered(&self, call: &Rc<Call>, mut answer: Response<Vec<u8>>, first: bool) {
        let mut faults = String::new();
        if !call.is_between_siblings() {
            self.spoil(call, &mut answer, &mut faults);
        }
        let mut ways = self.ways(call.to, call.from, &mut faults);
        self.hang(call, &mut ways, &mut faults);
        let (status, length) = (answer.status().as_u16(), answer.body().len());
        let Call {
            from, to, number, ..
        } = &**call;
        let copy = if first { "" } else { " (to the copy)" };
        self.note(&format!(
            "{to} → {from}  #{number} {status}, {length} bytes{copy}{faults}"
        ));
        self.journal.count(u64::from(status), answer.body());
        // Whoever asked hears only one answer, and none to a copy that it did not send.
        let Some(way_ms) = ways.first().filter(|_| first) else {
            return;
        };
        let (town, call) = (self.me(), call.clone());
        self.scheduler.after(*way_ms, move || {
            if let Some(town) = town.upgrade() {
                let head = format!("{} {:?}\n", answer.status(), answer.headers());
                town.record(call.from, &[head.as_bytes(), answer.body()].concat());
                town.hear(call.from, &answer);
            }
            call.reply.fill(Some(answer));
        });
    }

    /// What whoever answers for a party, or the party itself if it lies, makes of an answer.
    fn spoil(&self, call: &Call, answer: &mut Response<Vec<u8>>, faults: &mut String) {
        if self.is_answered_for(call) {
            let (what, worthless) = lies::worthless(&self.dice, &self.heard_by(call.from));
            *answer = worthless;
            faults.push_str(&format!("  [somebody else: {what}]"));
        } else if let Some(body) = self.disowning(call.to, answer.body()) {
            *answer.body_mut() = body;
            faults.push_str("  [lie: it came to nothing]");
        } else if let Some((lie, body)) = self.lie_of(call.to, answer.body()) {
            *answer.body_mut() = body;
            faults.push_str(&lie);
        } else if self.lies_outright(call.to) {
            let (what, worthless) = lies::worthless(&self.dice, &self.heard_by(call.from));
            *answer = worthless;
            faults.push_str(&format!("  [lie: {what}]"));
        }
    }

    /// Too late or never, if the party hangs.
    fn hang(&self, call: &Call, ways: &mut Vec<u64>, faults: &mut String) {
        let to = party_of(call.to);
        let hangs = self.cuts.borrow().hangs(to, self.scheduler.now_ms());
        if !hangs || call.is_between_siblings() {
            return;
        }
        faults.push_str("  [hangs]");
        ways.clear();
        if self.dice.chance(500) {
            let late_ms = self.dice.between(500, 60_000);
            ways.push(self.patience_ms(call.from) + late_ms);
        }
    }

    fn is_answered_for(&self, call: &Call) -> bool {
        let (to, now_ms) = (party_of(call.to), self.scheduler.now_ms());
        !call.is_between_siblings() && self.cuts.borrow().is_answered_for(to, now_ms)
    }

    /// A shop that lies says of a few orders that they came to nothing, and goes on.
    fn disowning(&self, who: &str, body: &[u8]) -> Option<Vec<u8>> {
        let (liar, share) = self.liar.get()?;
        let seat = self.seat(who).filter(|seat| liar == seat.party)?;
        let lies = self.dice.chance(share);
        lies::disowned(body, &seat.machine.signing, &self.dice).filter(|_| lies)
    }

    fn hear(&self, who: &'static str, answer: &Response<Vec<u8>>) {
        let kind = answer.headers().get("content-type");
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("application/c") {
            return;
        }
        let mut heard = self.heard.borrow_mut();
        let heard = heard.entry(who).or_default();
        heard.push_back((kind.to_owned(), answer.body().clone()));
        if heard.len() > HEARD_MAX {
            heard.pop_front();
        }
    }

    fn heard_by(&self, who: &str) -> Vec<Heard> {
        let heard = self.heard.borrow();
        heard
            .get(who)
            .map(|heard| heard.iter().cloned().collect())
            .unwrap_or_default()
    }

    fn lies_outright(&self, who: &str) -> bool {
        self.liar
            .get()
            .is_some_and(|(liar, share)| liar == party_of(who) && self.dice.chance(share / 4))
    }

    fn record(&self, by: &'static str, bytes: &[u8]) {
        if self.seat(by).is_some() {
            let mut received = self.received.borrow_mut();
            received.entry(by).or_default().extend_from_slice(bytes);
        }
    }
}

/// The shop takes both issuers' cards and lets the buyer choose the courier; issuers and couriers share a key
/// space or do not.
fn some_cast(dice: &Dice) -> Cast {
    Cast {
        parties_in_a_space: *dice.pick(&[1, 2, 4]),
        offers_a_choice: true,
        shards: Shards::new(*dice.pick(&[1, 1, 2, 4])).unwrap_or(Shards::NONE),
        shop_shards: Shards::new(*dice.pick(&[1, 1, 2, 4])).unwrap_or(Shards::NONE),
        issuer_shards: Shards::new(*dice.pick(&[1, 2, 4])).unwrap_or(Shards::NONE),
        ..Cast::default()
    }
}

fn some_skew(dice: &Dice) -> i64 {
    let seconds = dice.between(0, 2 * CLOCK_OFF_SECONDS);
    let off = i64::try_from(seconds).unwrap_or(0) - i64::try_from(CLOCK_OFF_SECONDS).unwrap_or(0);
    off * 1000
}

/// A path whose long hexadecimal names are cut, so that lines can be read.
fn short(path: &str) -> String {
    let cut = |part: &str| match part.get(..8) {
        Some(begin) if part.len() > 32 => format!("{begin}…"),
        _ => part.to_owned(),
    };
    path.split('/').map(cut).collect::<Vec<_>>().join("/")
}
