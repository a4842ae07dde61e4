//! The shop's counter, which takes coupons without anything being ordered over a network: it brings them to the office with
//! what their owners signed, spends them at once or has them held, takes a part, lets go, and gives back. What it says it keeps
//! until it is answered.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use http::Request;
use tallystick_parties::native::SetClock;
use tallystick_parties::ports::{Clock as _, Network as _};
use tallystick_protocol::coupon::{
    Coupon, CouponAnswer, CouponId, CouponOutcome, CouponTerms, SettlementKind, ShopPresentation,
    ShopSettlement,
};
use tallystick_protocol::test_keys::test_statement;
use tallystick_protocol::trust::certificate::{Certificate, TrustAnchors};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::trust::statement::{Audience, Envelope};
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use crate::cast::{COUPONS, EVERYBODY, SHOP, domain};
use crate::dice::Dice;
use crate::network::SimulatedNetwork;
use crate::town::Town;

/// Its name in the town.
pub(crate) const COUNTER: &str = "the counter of kiso-tea.localhost";
/// How long what it says counts, in seconds.
const COUNTS_SECONDS: u64 = 600;

/// What comes of a coupon that is held.
#[derive(Clone, Copy, Debug)]
enum Fate {
    /// So much is taken, and these parts of it are given back afterwards.
    Take(u64, [u64; 2]),
    Free,
    /// The shop forgets it.
    Nothing,
}

/// A coupon that somebody handed in.
#[derive(Clone)]
pub(crate) struct Sale {
    coupon: Vec<u8>,
    transfer: Vec<u8>,
    fate: Option<Fate>,
}

impl Sale {
    /// All of it is spent at once.
    pub(super) fn at_once(coupon: Vec<u8>, transfer: Vec<u8>) -> Self {
        Self {
            coupon,
            transfer,
            fate: None,
        }
    }

    /// It is held for an order that needs some of it, or of which nothing comes.
    pub(super) fn for_order(coupon: Vec<u8>, transfer: Vec<u8>, minor: u64, dice: &Dice) -> Self {
        let fate = match dice.below(10) {
            0..7 => {
                let taken = match dice.chance(400) {
                    true => minor,
                    false => dice.between(1, minor.max(1)),
                };
                let first = dice.below(taken + 1);
                let second = dice.below(taken - first + 1);
                Fate::Take(
                    taken,
                    if dice.chance(500) {
                        [first, second]
                    } else {
                        [0, 0]
                    },
                )
            }
            7..9 => Fate::Free,
            _ => Fate::Nothing,
        };
        Self {
            coupon,
            transfer,
            fate: Some(fate),
        }
    }
}

/// What the counter has to say about a coupon next.
#[derive(Clone)]
struct Saying {
    coupon: CouponId,
    order: [u8; 32],
    path: &'static str,
    what: What,
    /// The signed words, once they are.
    signed: Option<Vec<u8>>,
    /// What comes after it is done.
    then: Vec<What>,
}

#[derive(Clone)]
enum What {
    Present(Sale),
    Settle(SettlementKind, Option<u64>),
}

/// What the counter was told of a coupon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// Taken, or spent at once.
    pub(crate) taken: u64,
    /// Given back of that.
    pub(crate) given_back: u64,
}

/// It.
pub(crate) struct Counter {
    network: SimulatedNetwork,
    clock: SetClock,
    anchors: TrustAnchors,
    dice: Dice,
    keys: RefCell<Option<(Certificate, VerifyingKey)>>,
    sayings: RefCell<VecDeque<Saying>>,
    number: Cell<u64>,
    pub(crate) told: RefCell<BTreeMap<CouponId, Told>>,
}

impl Counter {
    pub(super) fn new(town: &Town, anchors: &TrustAnchors) -> Self {
        let dice = Dice::new(town.seed, COUNTER);
        Self {
            network: SimulatedNetwork::new(town.me(), COUNTER),
            clock: town.clock(&dice),
            anchors: anchors.clone(),
            dice,
            keys: RefCell::default(),
            sayings: RefCell::default(),
            number: Cell::new(0),
            told: RefCell::default(),
        }
    }

    pub(super) fn start(self: &Rc<Self>, town: &Rc<Town>) {
        let (counter, town_then) = (self.clone(), Rc::downgrade(town));
        town.scheduler.spawn((COUNTER, 0), async move {
            while let Some(town) = town_then.upgrade() {
                let has_said = counter.says_something(&town).await;
                let pause_ms = match has_said {
                    true => counter.dice.between(100, 2_000),
                    false if town.coupons.is_calm.get() => 60_000,
                    false => 3_000,
                };
                town.scheduler.sleep(pause_ms).await;
            }
        });
    }

    /// Whether everything was answered.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.sayings.borrow().is_empty()
    }

    fn draws(&self) -> [u8; 32] {
        self.number.set(self.number.get() + 1);
        let mut drawn = [0; 32];
        drawn[..8].copy_from_slice(&self.dice.below(u64::MAX).to_be_bytes());
        drawn[8..16].copy_from_slice(&self.number.get().to_be_bytes());
        drawn
    }

    fn takes(&self, sale: Sale) {
        let coupon: Option<Coupon> = decode(&sale.coupon).ok();
        let terms = coupon.and_then(|coupon| keyed::unverified::<CouponTerms>(&coupon.terms).ok());
        let Some(terms) = terms else { return };
        let mut then = Vec::new();
        match sale.fate {
            Some(Fate::Take(taken, back)) => {
                then.push(What::Settle(SettlementKind::Take, Some(taken)));
                let back = back.into_iter().filter(|minor| *minor > 0);
                then.extend(back.map(|minor| What::Settle(SettlementKind::GiveBack, Some(minor))));
            }
            Some(Fate::Free) => then.push(What::Settle(SettlementKind::Free, None)),
            Some(Fate::Nothing) | None => {}
        }
        let saying = Saying {
            coupon: terms.coupon,
            order: self.draws(),
            path: "/v1/coupon-presentations",
            what: What::Present(sale),
            signed: None,
            then,
        };
        self.sayings.borrow_mut().push_back(saying);
    }

    /// Its certificate, and the office's key for coupons.
    async fn keys(&self) -> Option<(Certificate, VerifyingKey)> {
        let known = self.keys.borrow().clone();
        if known.is_some() {
            return known;
        }
        let identity = self.gets(SHOP, "/v1/identity").await?;
        let identity: serde_json::Value = serde_json::from_slice(&identity).ok()?;
        let certificate = identity["certificate"].as_str()?.as_bytes();
        let certificate = data_encoding::BASE64.decode(certificate).ok()?;
        let certificate = Certificate::from_der(&certificate).ok()?;
        let now = self.now();
        let own = self.anchors.verify(&certificate, now, Role::Shop).ok()?;
        let office = Certificate::from_der(&self.gets(COUPONS, "/v1/coupons.cer").await?).ok()?;
        let office = self.anchors.verify(&office, now, Role::CouponOffice).ok()?;
        let keys = (certificate, office.public_key);
        drop(own);
        *self.keys.borrow_mut() = Some(keys.clone());
        Some(keys)
    }

    async fn gets(&self, from: &str, path: &str) -> Option<Vec<u8>> {
        let request = Request::get(format!("https://{from}{path}"));
        let answer = self
            .network
            .send(request.body(Vec::new()).ok()?)
            .await
            .ok()?;
        answer.status().is_success().then(|| answer.into_body())
    }

    fn now(&self) -> Timestamp {
        Timestamp(self.clock.now_ms() / 1000)
    }

    async fn says_something(&self, town: &Town) -> bool {
        let next = self.sayings.borrow_mut().pop_front();
        let Some(mut saying) = next else {
            return false;
        };
        // It stays kept, as the last one.
        self.sayings.borrow_mut().push_back(saying.clone());
        let Some((certificate, office)) = self.keys().await else {
            return false;
        };
        let signed = saying.signed.take();
        let signed = signed.unwrap_or_else(|| self.words(&saying, &certificate));
        self.keeps(&saying, Some(signed.clone()));
        let request = Request::post(format!("https://{COUPONS}{}", saying.path));
        let request = request.header("content-type", "application/cose");
        let Ok(request) = request.body(signed) else {
            return false;
        };
        let Ok(answer) = self.network.send(request).await else {
            return true;
        };
        if answer.status() == http::StatusCode::GONE || answer.status().as_u16() == 400 {
            // They count no more, and were not heard before: they are said anew.
            self.keeps(&saying, None);
            return true;
        }
        if let Ok(answer) = keyed::open::<CouponAnswer>(answer.body(), &office) {
            self.hears(town, saying, answer.outcome);
        }
        true
    }

    /// The words to be said again as they are.
    fn keeps(&self, about: &Saying, signed: Option<Vec<u8>>) {
        let mut sayings = self.sayings.borrow_mut();
        let is_it = |saying: &&mut Saying| saying.order == about.order;
        if let Some(saying) = sayings.iter_mut().find(is_it) {
            saying.signed = signed;
        }
    }

    fn words(&self, saying: &Saying, certificate: &Certificate) -> Vec<u8> {
        let to = Audience::Party(domain(COUPONS));
        let drawn = self.draws();
        let envelope = Envelope::new(domain(SHOP), to, drawn, self.now(), COUNTS_SECONDS);
        let yen = |minor| Money::new(minor, Currency::Jpy);
        let key = EVERYBODY.into_iter().position(|name| name == SHOP).unwrap();
        match &saying.what {
            What::Present(sale) => {
                let said = ShopPresentation {
                    envelope,
                    coupon: sale.coupon.clone(),
                    transfer: Some(sale.transfer.clone()),
                    total: Some(yen(10_000)),
                    condition: None,
                    held_for: sale.fate.map(|_| saying.order),
                };
                test_statement(&said, certificate, key)
            }
            What::Settle(kind, minor) => {
                let said = ShopSettlement {
                    envelope,
                    coupon: saying.coupon,
                    order: saying.order,
                    kind: *kind,
                    amount: minor.map(yen),
                };
                test_statement(&said, certificate, key)
            }
        }
    }

    fn hears(&self, town: &Town, saying: Saying, outcome: CouponOutcome) {
        let what = match &saying.what {
            What::Present(_) => "presents",
            What::Settle(kind, _) => kind.as_str(),
        };
        let line = format!(
            "    the counter: {what} {}: {}",
            saying.coupon,
            outcome.as_str()
        );
        town.journal.show(town.scheduler.now_ms(), &line);
        let mut sayings = self.sayings.borrow_mut();
        sayings.retain(|kept| kept.order != saying.order);
        if outcome != CouponOutcome::Done {
            return;
        }
        let mut told = self.told.borrow_mut();
        let told = told.entry(saying.coupon).or_default();
        match &saying.what {
            What::Present(sale) if sale.fate.is_none() => {
                let coupon: Option<Coupon> = decode(&sale.coupon).ok();
                let terms = coupon.and_then(|coupon| keyed::unverified(&coupon.terms).ok());
                // The same words by owner and shop are one transfer.
                told.taken = terms.map_or(0, |terms: CouponTerms| terms.value.minor);
            }
            What::Settle(SettlementKind::Take, Some(minor)) => told.taken = *minor,
            What::Settle(SettlementKind::GiveBack, Some(minor)) => told.given_back += minor,
            _ => {}
        }
        let mut then = saying.then.into_iter();
        if let Some(what) = then.next() {
            sayings.push_back(Saying {
                what,
                path: "/v1/coupon-settlements",
                signed: None,
                then: then.collect(),
                ..saying
            });
        }
    }
}

impl Town {
    /// Somebody hands a coupon in at the counter.
    pub(super) fn hands_in(&self, sale: Sale) {
        if let Some(counter) = &*self.coupons.counter.borrow() {
            self.note("a coupon is handed in at the counter");
            counter.takes(sale);
        }
    }
}
