//! A bank on some objects, with a hundred holders who have an account and a purse each.

use std::rc::Rc;

use rsa::RsaPrivateKey;
use tallystick_parties::Party as _;
use tallystick_parties::ledger::across::trial_of_all;
use tallystick_parties::native::{Machine, block_on};
use tallystick_parties::office::place::{Place, Shards};
use tallystick_parties::ports::{Clock as _, Tables as _};
use tallystick_protocol::purse::{Endpoint, MovementOutcome};
use tallystick_protocol::wire::identifier::Role;
use tallystick_simulation::cast::{Cast, handles_of};

use super::authority::{deposit, enrolled_with_key, with};
use super::copies;
use super::holder::Holder;
use super::meter::{Meter, Metered, Took};
use super::people::{Person, pay};
use super::purse::{Key, Purse, account};
use super::world::{BANK, World, text};

/// How many move value, each with keys of their own; whoever is there beside them has theirs, too.
pub const HOLDERS: u8 = 100;
/// What comes onto an account before anything is measured, and what moves at a time, in yen.
const DEPOSIT: u64 = 50_000;
const MOVED: u64 = 10;
/// What is in each purse before anything is measured, in yen.
const FILLED: u64 = 5_000;
/// What a purse pays another, and how many such payments are one report.
const PAID: u64 = 1;
const BATCH: u32 = 10;
/// Between two movements.
const PAUSE_MS: u64 = 1_000;

/// What moves where.
#[derive(Clone, Copy)]
pub enum Kind {
    /// From an account into the holder's purse (EP 1 221 669, Sa1 to Sa17).
    Withdrawal,
    /// From a purse onto the holder's account.
    Deposit,
    /// From an account onto somebody else's (Sd1 to Sd10).
    Transfer,
    /// From a purse into somebody else's without the bank, which both report by itself (Sc1 to Sc4).
    Reconciliation,
    /// [`BATCH`] such payments in one report of each.
    Batch,
}

impl Kind {
    /// All, in the order in which they are measured: a purse is filled before it is emptied.
    pub const ALL: [Self; 5] = [
        Self::Withdrawal,
        Self::Reconciliation,
        Self::Batch,
        Self::Deposit,
        Self::Transfer,
    ];

    /// As the figures name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Withdrawal => "withdrawal",
            Self::Deposit => "deposit",
            Self::Transfer => "transfer",
            Self::Reconciliation => "reconciliation",
            Self::Batch => "batch",
        }
    }
}

/// The bank and everybody around it.
pub struct Town {
    world: World,
    objects: Vec<(Machine, Metered)>,
    holders: Vec<Person>,
    meter: Meter,
    /// How often each kind was done.
    done: [usize; 5],
    /// How many payments purses made without the bank, which are told apart by it.
    paid: u8,
    has_copies: bool,
}

impl Town {
    /// A bank on so many objects, whose holders have these keys; with `accounts`, it has so many on its one object.
    pub fn new(objects: u16, accounts: u32, keys: &[RsaPrivateKey]) -> Self {
        let cast = Cast {
            real_degrees: true,
            bank_shards: Shards::new(objects).unwrap(),
            ..Cast::default()
        };
        let world = with(cast);
        let mut town = Self {
            objects: Vec::new(),
            holders: Vec::new(),
            meter: Meter::default(),
            done: [0; 5],
            paid: 0,
            has_copies: accounts > 0,
            world,
        };
        town.open(&cast);
        for (number, key) in (1..=HOLDERS).zip(keys) {
            let found = town.holder(number, key);
            town.holders.push(found);
            // Between those who move value there are as many as belong there: what they do is spread over all.
            let copied = (accounts / u32::from(HOLDERS)).saturating_sub(1);
            copies::add(&town.objects[0].0.database, number, copied);
        }
        town.meter.take(1);
        town
    }

    /// Starts the bank's objects, each behind the meter.
    fn open(&mut self, cast: &Cast) {
        let shards = cast.bank_shards;
        for place in core::iter::once(Place::Office).chain(shards.all()) {
            let (hub, clock) = (&self.world.hub, &self.world.clock);
            let machine = match place {
                Place::Office => self.world.machine(BANK).clone(),
                place => Machine::at(hub, BANK, place, clock).unwrap(),
            };
            let metered = || Metered {
                party: cast.start(machine.clone(), BANK),
                meter: self.meter.clone(),
            };
            let party = metered();
            let reached = Metered {
                party: party.party.clone(),
                meter: self.meter.clone(),
            };
            hub.connect_at(BANK, place, Rc::new(reached));
            machine.database.set_alarm(clock.now_ms()).unwrap();
            self.objects.push((machine, party));
        }
        let handles = handles_of(Role::Issuer, BANK);
        self.world.hub.spread(BANK, Role::Issuer, shards, handles);
        self.pass(5 * PAUSE_MS);
    }

    /// A new holder with money on the account and in the purse.
    fn holder(&self, number: u8, key: &RsaPrivateKey) -> Person {
        let world = &self.world;
        let mut holder = enrolled_with_key(world, u64::from(number), key.clone());
        self.pass(PAUSE_MS);
        let paid = deposit(world, &holder, DEPOSIT, &format!("for {number}"));
        assert!(paid.status().is_success(), "{}", text(&paid));
        self.pass(PAUSE_MS);
        let mut purse = Purse::open(world, &holder, Key::P256([number; 32]));
        let ends = (account(&holder), purse.end());
        moved(world, &mut holder, &mut purse, ends, FILLED);
        self.pass(PAUSE_MS);
        Person { holder, purse }
    }

    /// Lets time pass for the bank.
    fn pass(&self, milliseconds: u64) {
        let end = self.world.clock.now_ms() + milliseconds;
        self.world.clock.set(end);
        for (machine, party) in &self.objects {
            while machine
                .database
                .alarm()
                .unwrap()
                .is_some_and(|at| at <= end)
            {
                machine.database.take_alarm().unwrap();
                block_on(party.wake());
            }
        }
    }

    /// Moves value so many times, one holder after the other, and says what each time took the bank.
    pub fn moves(&mut self, kind: Kind, count: u32) -> Took {
        self.meter.take(1);
        let payments = match kind {
            Kind::Batch => BATCH,
            _ => 1,
        };
        for _ in 0..count {
            // Who withdrew deposits.
            let place = self.done[kind as usize] % self.holders.len();
            self.done[kind as usize] += 1;
            match kind {
                Kind::Reconciliation | Kind::Batch => self.reconciles(place, payments),
                Kind::Withdrawal | Kind::Deposit | Kind::Transfer => self.one_moves(place, kind),
            }
            self.pass(PAUSE_MS);
        }
        self.meter.take(count * payments)
    }

    fn one_moves(&mut self, place: usize, kind: Kind) {
        let beside = account(&self.holders[(place + 1) % self.holders.len()].holder);
        let Person { holder, purse } = &mut self.holders[place];
        let own = account(holder);
        let ends = match kind {
            Kind::Withdrawal => (own, purse.end()),
            Kind::Deposit => (purse.end(), own),
            _ => (own, beside),
        };
        moved(&self.world, holder, purse, ends, MOVED);
    }

    /// One pays the next so often, and both report it: the payee, who has something to gain by it, first.
    fn reconciles(&mut self, place: usize, payments: u32) {
        let beside = (place + 1) % self.holders.len();
        let [payer, payee] = self.holders.get_disjoint_mut([place, beside]).unwrap();
        for _ in 0..payments {
            self.paid = self.paid.wrapping_add(1);
            pay(&self.world, payer, payee, self.paid, PAID);
        }
        for Person { holder, purse } in [payee, payer] {
            let report = purse.report(&self.world);
            let answer = purse.send(&self.world, holder, &report).unwrap();
            purse.hears(&self.world, &answer);
        }
    }

    /// Requires that all books together are right and nothing is under way.
    pub fn require_balanced(&self) {
        self.pass(60 * PAUSE_MS);
        // Accounts that were copied have amounts for which nothing was booked.
        if self.has_copies {
            return;
        }
        let books: Vec<_> = self.objects.iter().map(|(own, _)| &own.database).collect();
        let trial = trial_of_all(&books).unwrap();
        assert!(trial.wrong.is_empty(), "{:?}", trial.wrong);
        assert!(trial.under_way.iter().all(|(_, minor)| *minor == 0));
    }
}

/// Asked, offered, accepted, done.
fn moved(
    world: &World,
    holder: &mut Holder,
    purse: &mut Purse,
    ends: (Endpoint, Endpoint),
    minor: u64,
) {
    let request = purse.request(world, ends.0, ends.1, minor);
    let offer = purse.ask(world, holder, &request).unwrap().offer();
    purse.accept(&offer);
    let verdict = purse.send_reply(world, holder, offer.transaction, true);
    assert_eq!(verdict.outcome, MovementOutcome::Completed);
}
