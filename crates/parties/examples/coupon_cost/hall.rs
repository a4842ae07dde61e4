//! A coupon office on some objects, with holders who hand each other their coupons.

use std::rc::Rc;

use rsa::RsaPrivateKey;
use sha2::{Digest, Sha256};
use tallystick_parties::Party as _;
use tallystick_parties::coupon_office::{LINKS_MAX, campaign_of};
use tallystick_parties::native::{Machine, SqliteDatabase, block_on};
use tallystick_parties::office::place::{Place, Shards};
use tallystick_parties::ports::database::in_transaction;
use tallystick_parties::ports::{Clock as _, DatabaseError, Tables as _};
use tallystick_protocol::coupon::{
    Coupon, CouponAnswer, CouponId, CouponOutcome, CouponTransfer, CouponVerification, Funding,
};
use tallystick_protocol::test_keys::TestRng;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::Role;
use tallystick_simulation::cast::{Cast, handles_of};

use super::coupon::{Person, command, office_key, require_books};
use super::holder::CBOR;
use super::meter::{Meter, Metered, Took};
use super::world::{COUPONS, World, domain, text};

/// How many hand on coupons, each with a key of their own.
const HOLDERS: u64 = 16;
/// Between two of what a holder does.
const PAUSE_MS: u64 = 1_000;
/// What a coupon is worth, in yen.
const VALUE: u64 = 100;

/// A coupon, at whom it is and how often it changed its owner.
struct Moving {
    coupon: CouponId,
    at: usize,
    change: u32,
    bytes: Vec<u8>,
}

/// The office and everybody around it.
pub struct Hall {
    world: World,
    objects: Vec<(Machine, Metered)>,
    people: Vec<Person>,
    coupons: Vec<Moving>,
    key: VerifyingKey,
    meter: Meter,
    next: usize,
}

/// A key for each holder.
pub fn keys() -> Vec<RsaPrivateKey> {
    let mut rng = TestRng::new(1);
    let drawn = (0..HOLDERS).map(|_| RsaPrivateKey::new(&mut rng, 2048).unwrap());
    drawn.collect()
}

impl Hall {
    /// An office on so many objects; with `coupons`, so many more are out at its one object.
    pub fn new(objects: u16, coupons: u32, keys: &[RsaPrivateKey]) -> Self {
        let cast = Cast {
            real_degrees: true,
            coupon_shards: Shards::new(objects).unwrap(),
            ..Cast::default()
        };
        let world = World::with_coupons(cast);
        let meter = Meter::default();
        let objects = open(&world, &cast, &meter);
        let mut hall = Self {
            key: office_key(&world),
            world,
            objects,
            people: Vec::new(),
            coupons: Vec::new(),
            meter,
            next: 0,
        };
        hall.pass(5 * PAUSE_MS);
        for (seed, key) in (1..=HOLDERS).zip(keys) {
            let mut person = Person::with_key(&hall.world, seed, key.clone());
            hall.pass(PAUSE_MS);
            let own = person.buy(&hall.world, Funding::Prepaid, VALUE);
            hall.coupons.push(Moving {
                coupon: own.id(),
                at: hall.people.len(),
                change: 0,
                bytes: own.bytes,
            });
            hall.people.push(person);
        }
        if coupons > 0 {
            copy(&hall.objects[0].0.database, coupons);
        }
        hall.meter.take(1);
        hall
    }

    /// Lets time pass for the office.
    fn pass(&self, milliseconds: u64) {
        let end = self.world.clock.now_ms() + milliseconds;
        self.world.clock.set(end);
        for (machine, party) in &self.objects {
            let alarm = || machine.database.alarm().unwrap();
            while alarm().is_some_and(|at| at <= end) {
                machine.database.take_alarm().unwrap();
                block_on(party.wake());
            }
        }
    }

    /// So many coupons go to the next holder each, one after the other, as the card of whoever has it signs.
    pub fn hand_on(&mut self, count: u32) -> Took {
        self.meter.take(1);
        for _ in 0..count {
            let moving = self.next % self.coupons.len();
            self.next += 1;
            self.hand_on_one(moving);
            self.pass(PAUSE_MS);
        }
        self.meter.take(count)
    }

    fn hand_on_one(&mut self, moving: usize) {
        let moving = &mut self.coupons[moving];
        let to = (moving.at + 1) % self.people.len();
        let owner = self.people[to].owner();
        let from = &mut self.people[moving.at];
        let now = self.world.now();
        let transfer = CouponTransfer {
            office: domain(COUPONS),
            holder: from.id(),
            coupon: moving.coupon,
            change: moving.change,
            to: owner,
            until: now.plus_seconds(86_400),
            at: now,
            nonce: from.nonce(),
        };
        let signed = from.sign(&transfer);
        let (question, nonce) = from.question(Some(moving.coupon), &signed);
        let answer = self
            .world
            .post(COUPONS, "/v1/coupon-transfers", CBOR, question);
        let said = from.opened(nonce, &answer).unwrap();
        let said: CouponAnswer = keyed::open(&said, &self.key).unwrap();
        assert_eq!(said.outcome, CouponOutcome::Done);
        moving.at = to;
        moving.change += 1;
    }

    /// The office says so many times whether a coupon is good.
    pub fn ask_verdict(&mut self, count: u32) -> Took {
        self.meter.take(1);
        for number in 0..count {
            let shown = &self.coupons[number as usize % self.coupons.len()];
            let asked = CouponVerification {
                coupon: shown.bytes.clone(),
                nonce: [3; 32],
            };
            let path = "/v1/coupon-verifications";
            let answer = self.world.post(COUPONS, path, CBOR, encode(&asked));
            assert!(answer.status().is_success(), "{}", text(&answer));
            self.pass(PAUSE_MS);
        }
        self.meter.take(count)
    }

    /// Whoever was shown a coupon verifies it so many times, without the office.
    pub fn verify(&mut self, count: u32) -> Took {
        self.meter.take(1);
        let office = domain(COUPONS);
        for number in 0..count {
            let shown = &self.coupons[number as usize % self.coupons.len()];
            let opened = self.meter.count(async {
                Coupon::open(&shown.bytes, (&office, &self.key), self.world.now())
            });
            block_on(opened).unwrap();
        }
        self.meter.take(count)
    }

    /// Issues so many links of a campaign, list by list.
    pub fn issue_links(&mut self, count: u32) -> Took {
        let told = [
            ("party", "kiso-tea.localhost".to_owned()),
            ("amount", "100".to_owned()),
            ("count", count.to_string()),
            ("each", "1".to_owned()),
            ("budget", (u64::from(count) * 100).to_string()),
            ("days", "30".to_owned()),
            ("minimum", "0".to_owned()),
            ("once", "0".to_owned()),
            ("condition", String::new()),
        ];
        command(&self.world, "open-campaign", &told, "1");
        let campaign = campaign_of(&format!("command-{:0>16}", "1"));
        let path = format!("/v1/console/campaigns/{campaign}/links");
        let claims: Vec<[u8; 32]> = (0..count)
            .map(|number| Sha256::digest(number.to_be_bytes()).into())
            .collect();
        self.meter.take(1);
        for (at, list) in claims.chunks(LINKS_MAX).enumerate() {
            let bytes = list.concat();
            let called = data_encoding::HEXLOWER.encode(&Sha256::digest(&bytes));
            let sent = self
                .world
                .post(COUPONS, &path, "application/octet-stream", bytes);
            assert!(sent.status().is_success(), "{}", text(&sent));
            let told = [("campaign", campaign.to_string()), ("list", called)];
            command(&self.world, "issue-links", &told, &(at + 2).to_string());
            self.pass(PAUSE_MS);
        }
        self.meter.take(1)
    }

    /// Requires that the books are right.
    pub fn require_books(&self) {
        if self.objects.len() == 1 && !self.has_copies() {
            require_books(&self.world);
        }
    }

    /// Coupons that were copied have values for which nothing was booked.
    fn has_copies(&self) -> bool {
        let count = self.objects[0]
            .0
            .database
            .run("SELECT count(*) FROM coupons", &[]);
        count.unwrap()[0].integer(0).unwrap() > self.coupons.len() as i64
    }
}

/// Starts the office's objects, each behind the meter.
fn open(world: &World, cast: &Cast, meter: &Meter) -> Vec<(Machine, Metered)> {
    let shards = cast.coupon_shards;
    let mut objects = Vec::new();
    for place in core::iter::once(Place::Office).chain(shards.all()) {
        let machine = match place {
            Place::Office => world.machine(COUPONS).clone(),
            place => Machine::at(&world.hub, COUPONS, place, &world.clock).unwrap(),
        };
        let party = cast.start(machine.clone(), COUPONS);
        let metered = |party| Metered {
            party,
            meter: meter.clone(),
        };
        world
            .hub
            .connect_at(COUPONS, place, Rc::new(metered(party.clone())));
        machine.database.set_alarm(world.clock.now_ms()).unwrap();
        objects.push((machine, metered(party)));
    }
    let handles = handles_of(Role::Issuer, COUPONS);
    world.hub.spread(COUPONS, Role::Issuer, shards, handles);
    objects
}

/// Coupons that are out and do nothing: copies of those that are there, with numbers and accounts of their own, and what
/// happened to them.
fn copy(database: &SqliteDatabase, count: u32) {
    in_transaction(database, |tables| {
        let run = |sql: &str| tables.run(sql, &[]);
        let columns = run("SELECT name FROM pragma_table_info('coupons')")?;
        let columns: Vec<&str> = columns
            .iter()
            .map(|row| row.text(0))
            .collect::<Result<_, _>>()?;
        let values = columns.iter().map(|name| match *name {
            "id" => "n.id".to_owned(),
            "account" => "1000 + n.i".to_owned(),
            name => format!("s.{name}"),
        });
        let values: Vec<String> = values.collect();
        run("CREATE TABLE copies (i INTEGER PRIMARY KEY, id BLOB)")?;
        run(&format!(
            "INSERT INTO copies WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
             SELECT i, randomblob(16) FROM n"
        ))?;
        run(&format!(
            "INSERT INTO coupons ({}) SELECT {} FROM copies n, (SELECT * FROM coupons LIMIT 1) s",
            columns.join(", "),
            values.join(", ")
        ))?;
        run("INSERT INTO coupon_history (coupon, step, change, owner, at)
             SELECT n.id, h.step, h.change, h.owner, h.at FROM copies n, (SELECT * FROM coupon_history LIMIT 1) h")?;
        run("DROP TABLE copies")?;
        Ok::<_, DatabaseError>(())
    })
    .unwrap_or_else(|error| panic!("the copies of coupons: {error}"));
}
