//! Whatever three holders and a shop do in whatever order, with old messages said again and the office started anew: each
//! coupon has exactly the owner that what was signed says, and every account comes to what was issued, spent and converted,
//! to the unit.

use tallystick_protocol::coupon::{CouponId, CouponOutcome, Funding, SettlementKind, asked_digest};
use tallystick_protocol::test_keys::TestRng;
use tallystick_protocol::wire::cbor::encode_value;

use super::coupon::{
    Held, ORDER, Person, balance, by_shop, held, objects, period_passes, present, presentation,
    require_books, settle, settlement, shop, world,
};
use super::world::World;

const PEOPLE: usize = 3;
const STEPS: usize = 60;

/// A coupon as the test has followed it.
struct Followed {
    coupon: Held,
    issuee: usize,
    value: u64,
    is_postpaid: bool,
    /// Whose it is; nobody's once it is over.
    owner: Option<usize>,
}

struct Town {
    world: World,
    people: Vec<Person>,
    rng: TestRng,
    coupons: Vec<Followed>,
    /// What each account should come to.
    expected: Vec<i64>,
    spent: i64,
    /// Transfers that were said, to be said again.
    said: Vec<(usize, CouponId, Vec<u8>, [u8; 32])>,
    number: u8,
}

impl Town {
    fn new(seed: u64, is_spread: bool) -> Self {
        let mut world = world();
        if is_spread {
            world.spread_coupons(4);
        }
        let seeds = 1..=PEOPLE as u64;
        Self {
            people: seeds.map(|seed| Person::new(&world, seed)).collect(),
            world,
            rng: TestRng::new(seed),
            coupons: Vec::new(),
            expected: vec![50_000; PEOPLE],
            spent: 0,
            said: Vec::new(),
            number: 0,
        }
    }

    fn below(&mut self, limit: usize) -> usize {
        let mut bytes = [0; 8];
        rand_core::Rng::fill_bytes(&mut self.rng, &mut bytes);
        usize::try_from(u64::from_le_bytes(bytes) % limit as u64).unwrap()
    }

    fn owner_of(&self, index: usize) -> Option<(usize, Held)> {
        let followed = &self.coupons[index];
        followed.owner.map(|owner| (owner, followed.coupon.clone()))
    }

    fn moved(&mut self, index: usize, to: usize) {
        let id = self.coupons[index].coupon.id();
        self.coupons[index].coupon = self.people[to].fetch(&self.world, id);
        self.coupons[index].owner = Some(to);
    }

    fn charge(&mut self, index: usize, minor: u64) {
        let followed = &self.coupons[index];
        if followed.is_postpaid {
            self.expected[followed.issuee] -= i64::try_from(minor).unwrap();
        }
    }

    fn issue(&mut self) {
        let (who, value) = (self.below(PEOPLE), 1 + self.below(900) as u64);
        let is_postpaid = self.below(2) == 0;
        let funding = if is_postpaid {
            Funding::Postpaid
        } else {
            self.expected[who] -= i64::try_from(value).unwrap();
            Funding::Prepaid
        };
        let coupon = self.people[who].buy(&self.world, funding, value);
        self.coupons.push(Followed {
            coupon,
            issuee: who,
            value,
            is_postpaid,
            owner: Some(who),
        });
    }

    fn give(&mut self, index: usize) {
        let Some((owner, coupon)) = self.owner_of(index) else {
            return;
        };
        let to = self.below(PEOPLE);
        let by = self.below(PEOPLE);
        let receiver = self.people[to].owner();
        let transfer = self.people[by].transfer(&self.world, &coupon, receiver);
        let signed = self.people[by].sign(&transfer);
        let (about, asked) = (Some(coupon.id()), asked_digest(&transfer));
        let path = "/v1/coupon-transfers";
        let told = self.people[by].bring(&self.world, path, about, &signed, asked);
        let expected = if by != owner {
            CouponOutcome::NotOwner
        } else if to == owner {
            CouponOutcome::NotOffered
        } else {
            CouponOutcome::Done
        };
        assert_eq!(told.unwrap().outcome(), expected);
        self.said.push((by, coupon.id(), signed, asked));
        if expected == CouponOutcome::Done {
            self.moved(index, to);
        }
    }

    fn spend(&mut self, index: usize) {
        let Some((owner, coupon)) = self.owner_of(index) else {
            return;
        };
        let given = self.people[owner].give(&self.world, &coupon, shop());
        assert_eq!(given.unwrap(), CouponOutcome::Done);
        let value = self.coupons[index].value;
        self.charge(index, value);
        self.spent += i64::try_from(value).unwrap();
        self.coupons[index].owner = None;
    }

    fn ask(&mut self, index: usize) {
        let Some((owner, coupon)) = self.owner_of(index) else {
            return;
        };
        let by = (owner + 1 + self.below(PEOPLE - 1)) % PEOPLE;
        let request = self.people[by].change_request(&self.world, &coupon);
        let told = self.people[by].want(&self.world, &request).outcome();
        if told == CouponOutcome::Denied {
            return; // as before
        }
        assert_eq!(told, CouponOutcome::Waiting);
        let agrees = self.below(2) == 0;
        let replied = self.people[owner].reply(&self.world, coupon.id(), agrees);
        assert_eq!(replied, CouponOutcome::Done);
        if agrees {
            self.moved(index, by);
        }
    }

    fn link(&mut self, index: usize) {
        let Some((owner, coupon)) = self.owner_of(index) else {
            return;
        };
        let link = [1 + self.below(200) as u8; 32];
        let offered = self.people[owner].offer(&self.world, &coupon, link);
        assert_eq!(offered, CouponOutcome::Done);
        if self.below(3) == 0 {
            let back = self.people[owner].take_back(&self.world, &coupon, link);
            assert_eq!(back, CouponOutcome::Done);
            return;
        }
        let by = self.below(PEOPLE);
        let redeemed = self.people[by].redeem(&self.world, coupon.id(), link);
        assert_eq!(redeemed.unwrap().outcome(), CouponOutcome::Done);
        self.moved(index, by);
    }

    fn convert(&mut self, index: usize) {
        let Some((owner, coupon)) = self.owner_of(index) else {
            return;
        };
        let converted = self.people[owner].convert(&self.world, &coupon);
        assert_eq!(converted, CouponOutcome::Done);
        let value = self.coupons[index].value;
        self.charge(index, value);
        self.expected[owner] += i64::try_from(value).unwrap();
        self.coupons[index].owner = None;
    }

    /// Held for an order, and taken in part or whole, or given free.
    fn check_out(&mut self, index: usize) {
        let Some((owner, coupon)) = self.owner_of(index) else {
            return;
        };
        let transfer = self.people[owner].transfer(&self.world, &coupon, shop());
        let signed = self.people[owner].sign(&transfer);
        let mut said = presentation(&self.world, &coupon, Some(signed));
        said.held_for = Some(ORDER);
        let answer = present(&self.world, &by_shop(&self.world, &said)).unwrap();
        assert_eq!(answer.outcome, CouponOutcome::Done);
        self.number = self.number.wrapping_add(1);
        let value = self.coupons[index].value;
        let amount = 1 + self.below(usize::try_from(value).unwrap()) as u64;
        let what = if self.below(3) == 0 {
            (SettlementKind::Free, None)
        } else {
            (SettlementKind::Take, Some(amount))
        };
        let body = settlement(&self.world, coupon.id(), what, self.number);
        assert_eq!(settle(&self.world, &body), CouponOutcome::Done);
        if what.1.is_none() {
            return;
        }
        self.charge(index, amount);
        self.spent += i64::try_from(amount).unwrap();
        self.coupons[index].owner = None;
        let made = self.people[owner]
            .look(&self.world, coupon.id())
            .unwrap()
            .made;
        assert_eq!(made.is_some(), amount < value);
        if let Some(made) = made {
            let rest = self.people[owner].fetch(&self.world, made);
            let (issuee, is_postpaid) =
                (self.coupons[index].issuee, self.coupons[index].is_postpaid);
            self.coupons.push(Followed {
                coupon: held(&self.world, rest.bytes),
                issuee,
                value: value - amount,
                is_postpaid,
                owner: Some(owner),
            });
        }
    }

    /// Says something once more that was said before: it changes nothing.
    fn say_again(&mut self) {
        if self.said.is_empty() {
            return;
        }
        let at = self.below(self.said.len());
        let (by, coupon, signed, asked) = self.said[at].clone();
        let path = "/v1/coupon-transfers";
        let told = self.people[by].bring(&self.world, path, Some(coupon), &signed, asked);
        told.unwrap();
    }

    fn step(&mut self) {
        // Nobody is held to few requests here.
        self.world.clock.set((self.world.now().0 + 30) * 1000);
        let what = self.below(10);
        if self.coupons.is_empty() || what < 2 {
            return self.issue();
        }
        let index = self.below(self.coupons.len());
        match what {
            2 | 3 => self.give(index),
            4 => self.spend(index),
            5 => self.ask(index),
            6 => self.link(index),
            7 => self.convert(index),
            8 => self.check_out(index),
            _ if self.below(3) == 0 => {
                let all = objects(&self.world);
                let object = all[self.below(all.len())];
                self.world.restart(object);
            }
            _ => self.say_again(),
        }
    }

    /// The registry says of every coupon what the test has followed.
    fn require_owners(&self) {
        for followed in &self.coupons {
            let id = followed.coupon.id();
            let owner = match followed.owner {
                Some(owner) => {
                    let owner = encode_value(&self.people[owner].owner());
                    format!("owner = x'{}' AND state = 'owned'", hex(&owner))
                }
                None => "state IN ('spent', 'converted')".to_owned(),
            };
            let sql = format!("SELECT count(*) FROM coupons WHERE id = x'{id}' AND {owner}");
            assert_eq!(self.count(&sql), 1, "{id}");
        }
        let all = "SELECT count(*) FROM coupons";
        let followed = i64::try_from(self.coupons.len()).unwrap();
        assert_eq!(self.count(all), followed);
        require_books(&self.world);
    }

    /// Over all objects of the office.
    fn count(&self, sql: &str) -> i64 {
        let all = objects(&self.world).into_iter();
        all.map(|object| self.world.number(object, sql)).sum()
    }
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

#[test]
fn whatever_is_done_in_whatever_order_there_is_one_owner_and_every_unit_is_accounted_for() {
    for seed in 1..=8 {
        let mut town = Town::new(seed, seed % 4 == 0);
        for _ in 0..STEPS {
            town.step();
            town.require_owners();
        }
        assert!(
            town.spent > 0 && town.coupons.len() > 4,
            "seed {seed} does too little"
        );
        // What is on its way between objects arrives first.
        town.world.run_for(10_000);
        period_passes(&town.world);
        assert_eq!(
            balance(&town.world, "payable to kiso-tea.localhost"),
            town.spent
        );
        for (index, expected) in town.expected.iter().enumerate() {
            let name = format!("holder {}", index + 1);
            assert_eq!(
                balance(&town.world, &name),
                *expected,
                "seed {seed}, {name}"
            );
        }
        require_books(&town.world);
    }
}
