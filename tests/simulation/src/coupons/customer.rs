//! A customer: an account at the office, coupons as they were last heard of, what was said and is not answered, and what others
//! handed over.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use rsa::RsaPrivateKey;
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
use tallystick_parties::native::SetClock;
use tallystick_parties::ports::Clock as _;
use tallystick_protocol::coupon::{CouponId, CouponState, Owner};
use tallystick_protocol::test_keys::{TEST_KEYS, TestRng, test_key};
use tallystick_protocol::trust::certificate::TrustAnchors;
use tallystick_protocol::wire::time::Timestamp;

use super::enrolling::{Account, Enrolling};
use super::errands::Errand;
use super::talk::Letter;
use super::texts::Text;
use crate::dice::Dice;
use crate::network::SimulatedNetwork;
use crate::scheduler::Owner as TaskOwner;
use crate::town::Town;

/// How often a calm customer looks after something, in milliseconds.
const CALM_MS: u64 = 60_000;

/// A coupon as a customer has it.
#[derive(Clone)]
pub(crate) struct Kept {
    /// The encoded coupon.
    pub(crate) bytes: Vec<u8>,
    pub(crate) change: u32,
    pub(crate) minor: u64,
    /// How it is, as the office said last; none if it is another's.
    pub(crate) state: Option<CouponState>,
    /// Whether the office has said that it is this customer's.
    pub(crate) is_sure: bool,
}

/// What survives the power: stored at once, whenever it changes.
#[derive(Clone, Default)]
pub(crate) struct Pocket {
    pub(crate) coupons: BTreeMap<CouponId, Kept>,
    /// What was said and is not answered.
    pub(crate) letters: VecDeque<Letter>,
    /// The secrets of links.
    pub(crate) links: BTreeMap<CouponId, [u8; 32]>,
}

/// They.
pub(crate) struct Customer {
    pub(crate) name: &'static str,
    pub(super) key: RsaPrivateKey,
    pub(super) rng: RefCell<TestRng>,
    pub(super) network: SimulatedNetwork,
    clock: SetClock,
    pub(super) anchors: TrustAnchors,
    pub(super) dice: Dice,
    life: Cell<u32>,
    pub(super) enrolling: RefCell<Enrolling>,
    pub(super) account: RefCell<Option<Rc<Account>>>,
    pub(crate) pocket: RefCell<Pocket>,
    /// The pocket as it was once: a backup.
    pub(super) backup: RefCell<Option<Pocket>>,
    pub(super) texts: RefCell<VecDeque<Text>>,
    pub(crate) errands: RefCell<VecDeque<Errand>>,
    /// Coupons that were looked at since it is calm.
    looked_at: RefCell<BTreeSet<CouponId>>,
    /// What the office said last that was charged and converted in all, by the lines it showed.
    pub(crate) bill: RefCell<Option<super::talk::Bill>>,
}

impl Customer {
    pub(super) fn new(
        town: &Town,
        (index, name): (usize, &'static str),
        anchors: &TrustAnchors,
    ) -> Self {
        let dice = Dice::new(town.seed, name);
        Self {
            name,
            key: key_of(index),
            rng: RefCell::new(TestRng::new(dice.below(u64::MAX))),
            network: SimulatedNetwork::new(town.me(), name),
            clock: town.clock(&dice),
            anchors: anchors.clone(),
            dice,
            life: Cell::new(0),
            enrolling: RefCell::default(),
            account: RefCell::default(),
            pocket: RefCell::default(),
            backup: RefCell::default(),
            texts: RefCell::default(),
            errands: RefCell::default(),
            looked_at: RefCell::default(),
            bill: RefCell::default(),
        }
    }

    fn owner(&self) -> TaskOwner {
        (self.name, self.life.get())
    }

    pub(super) fn now(&self) -> Timestamp {
        Timestamp(self.clock.now_ms() / 1000)
    }

    pub(super) fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        rand_core::Rng::fill_bytes(&mut *self.rng.borrow_mut(), &mut bytes);
        bytes
    }

    /// Who they are at the office, once they have an account.
    pub(crate) fn as_owner(&self) -> Option<Owner> {
        let account = self.account.borrow();
        account.as_ref().map(|account| Owner::Holder(account.id))
    }

    pub(super) fn start(self: &Rc<Self>, town: &Rc<Town>) {
        self.stop(town);
        self.life.set(self.life.get() + 1);
        let (customer, town_then) = (self.clone(), Rc::downgrade(town));
        town.scheduler.spawn(self.owner(), async move {
            while let Some(town) = town_then.upgrade() {
                let has_done = customer.tend(&town).await;
                let pause_ms = match has_done {
                    true => customer.dice.between(100, 3_000),
                    false if town.coupons.is_calm.get() => CALM_MS,
                    false => customer.dice.between(1_000, 5_000),
                };
                town.scheduler.sleep(pause_ms).await;
            }
        });
    }

    pub(super) fn stop(&self, town: &Town) {
        town.scheduler.kill(self.owner());
    }

    /// Everything is looked at once more, and nothing more is wanted.
    pub(super) fn calms_down(&self) {
        self.errands.borrow_mut().clear();
        self.looked_at.borrow_mut().clear();
        *self.bill.borrow_mut() = None;
    }

    /// Does the next thing. Says whether there was one.
    async fn tend(&self, town: &Rc<Town>) -> bool {
        let Some(account) = self.account(town).await else {
            return false;
        };
        if self.says_something(town, &account).await {
            return true;
        }
        if let Some(text) = self.next_text() {
            self.reads(&account, text);
            return true;
        }
        let is_calm = town.coupons.is_calm.get();
        let errand = match is_calm {
            true => None,
            false => self.errands.borrow_mut().pop_front(),
        };
        if let Some(errand) = errand {
            self.runs(town, &account, errand);
            return true;
        }
        match self.next_to_look_at(is_calm) {
            Some(coupon) => {
                let is_new = !self.looked_at.borrow().contains(&coupon);
                self.looks_at(&account, coupon, is_calm).await && is_new
            }
            None if self.bill.borrow().is_none() => self.looks_at_bill(&account).await,
            None => false,
        }
    }

    /// Whichever is under way, now and then; when it is calm each of them until it was seen.
    fn next_to_look_at(&self, is_calm: bool) -> Option<CouponId> {
        let pocket = self.pocket.borrow();
        let looked_at = self.looked_at.borrow();
        let due = |(id, kept): &(&CouponId, &Kept)| {
            let is_unseen = is_calm && !looked_at.contains(id);
            is_unseen || !kept.is_sure || kept.state.is_some_and(is_under_way)
        };
        let due: Vec<_> = pocket
            .coupons
            .iter()
            .filter(due)
            .map(|(id, _)| *id)
            .collect();
        let some = (!due.is_empty()).then(|| *self.dice.pick(&due));
        some.or_else(|| {
            let all: Vec<_> = pocket.coupons.keys().copied().collect();
            let looks = !is_calm && !all.is_empty() && self.dice.chance(150);
            looks.then(|| *self.dice.pick(&all))
        })
    }

    /// The office has said how it is.
    pub(super) fn saw(&self, coupon: CouponId) {
        self.looked_at.borrow_mut().insert(coupon);
    }

    /// Whether there is nothing left to say or to look at.
    pub(crate) fn is_at_rest(&self) -> bool {
        let pocket = self.pocket.borrow();
        let looked_at = self.looked_at.borrow();
        let has_seen = |id: &CouponId| looked_at.contains(id);
        pocket.letters.is_empty() && pocket.coupons.keys().all(has_seen)
    }
}

/// Whether the coupon will not stay as it is.
fn is_under_way(state: CouponState) -> bool {
    matches!(
        state,
        CouponState::Asked | CouponState::Named | CouponState::Offered | CouponState::Held
    )
}

/// A key that nobody else has: a first prime of one test key and a second of another.
fn key_of(index: usize) -> RsaPrivateKey {
    let keys = [test_key(index), test_key((index + 3) % TEST_KEYS.len())];
    let primes = [keys[0].primes()[0].clone(), keys[1].primes()[1].clone()];
    let primes = primes.iter().map(|prime| prime.as_ref().clone()).collect();
    RsaPrivateKey::from_primes(primes, keys[0].e().clone()).unwrap()
}
