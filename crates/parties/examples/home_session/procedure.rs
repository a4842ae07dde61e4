//! One procedure of a terminal, from who it is to what it asks the shop, stage by stage.

use std::time::Instant;

use serde_json::{Value as Json, json};
use tallystick_protocol::home::agreement::{Confirmation, Profile};
use tallystick_protocol::home::calls::{InnerRequest, InnerResponse, SessionAskKind};
use tallystick_protocol::home::records::Side;
use tallystick_protocol::keys::sealed_share::enrolment_public_key;
use tallystick_protocol::wire::cbor::{decode, encode};

use super::holder::CBOR;
use super::home_proxy::ends::{Home, Opened, SECOND, Session, Terminal};
use super::relay::Relay;
use super::station::{Used, of_this_thread};
use super::world::{SHOP, World, domain, text};

/// The secret of the terminal's share in the key with the shop.
const OWN: [u8; 32] = [7; 32];
/// What stands for the parts and leaves of an order of one article that go to the card, in bytes.
const ORDER_BYTES: usize = 1_800;

/// Who is counted, by name.
#[derive(Default)]
pub struct Counted {
    /// Processor time of others than the terminal.
    pub stations: Vec<(&'static str, Used)>,
    /// Ways over which they talk.
    pub ways: Vec<(&'static str, Relay)>,
}

/// Notes what each stage took.
struct Stages<'c> {
    counted: &'c Counted,
    stages: Vec<Json>,
    began: Instant,
    own: u64,
    used: Vec<u64>,
    trips: Vec<u64>,
}

impl<'c> Stages<'c> {
    fn begin(counted: &'c Counted) -> Self {
        let mut stages = Self {
            counted,
            stages: Vec::new(),
            began: Instant::now(),
            own: 0,
            used: Vec::new(),
            trips: Vec::new(),
        };
        stages.reset();
        stages
    }

    fn reset(&mut self) {
        self.used = self
            .counted
            .stations
            .iter()
            .map(|(_, used)| used.ns())
            .collect();
        self.trips = self
            .counted
            .ways
            .iter()
            .map(|(_, way)| way.trips())
            .collect();
        self.own = of_this_thread();
        self.began = Instant::now();
    }

    fn end(&mut self, stage: &str) {
        let ms = self.began.elapsed().as_secs_f64() * 1e3;
        let own = of_this_thread() - self.own;
        let in_ms = |ns: u64| json!(ns as f64 / 1e6);
        let mut processor = serde_json::Map::new();
        processor.insert("terminal".to_owned(), in_ms(own));
        for ((name, used), before) in self.counted.stations.iter().zip(&self.used) {
            processor.insert((*name).to_owned(), in_ms(used.ns() - before));
        }
        let ways = self.counted.ways.iter().zip(&self.trips);
        let trips =
            ways.map(|((name, way), before)| ((*name).to_owned(), json!(way.trips() - before)));
        let trips: serde_json::Map<_, _> = trips.collect();
        self.stages
            .push(json!({ "stage": stage, "ms": ms, "processorMs": processor, "trips": trips }));
        self.reset();
    }
}

/// Goes through all of it, in that profile between proxy and shop, and says what each stage took.
pub fn whole(
    (world, counted): (&World, &Counted),
    terminal: &mut Terminal<'_>,
    home: &Home,
    profile: Profile,
) -> Json {
    let mut stages = Stages::begin(counted);
    let nonce = terminal.nonce(home);
    stages.end("identify");
    let opened = terminal.opens_by(home, nonce);
    stages.end("open");
    let mut session = agree(terminal, home);
    stages.end("agree");
    release(terminal, home, &opened, &mut session);
    stages.end("release");
    let share = enrolment_public_key(&OWN).unwrap();
    let handover = terminal.enters_in(profile, &mut session, 0, Some(share));
    let handover = handover.unwrap();
    let asked = (&domain(SHOP), profile);
    let key = handover.key_with(asked, Some(&OWN), &world.anchors, world.now());
    let mut keys = key.unwrap().record_keys(Side::Initiator);
    stages.end("enter");
    let channel = session.channel.as_mut().unwrap();
    let order = channel.seal(&vec![7; ORDER_BYTES], false).unwrap();
    let signed = terminal.asks_within(&mut session, SessionAskKind::Sign, order, None);
    assert_eq!(signed.refusal, None);
    session
        .channel
        .as_mut()
        .unwrap()
        .open(&signed.content)
        .unwrap();
    stages.end("sign");
    let request = InnerRequest {
        posts: false,
        path: format!("/v1/orders/00{}", "00".repeat(32)),
        content_type: CBOR.to_owned(),
        body: Vec::new(),
    };
    let record = keys.seal(&encode(&request), false).unwrap();
    let name = data_encoding::HEXLOWER.encode(&handover.session);
    let path = format!("/v1/sessions/00/{name}/records");
    let answer = world.send("terminal", SHOP, "POST", &path, CBOR, record);
    assert!(answer.status().is_success(), "{}", text(&answer));
    let said: InnerResponse = decode(&keys.open(answer.body()).unwrap()).unwrap();
    assert!(said.status >= 400, "there is no such order");
    stages.end("order");
    let ended = terminal.asks_within(&mut session, SessionAskKind::End, Vec::new(), None);
    assert_eq!(ended.refusal, None);
    stages.stages.into()
}

/// H3: both have shown themselves, and the key is confirmed.
fn agree(terminal: &mut Terminal<'_>, home: &Home) -> Session {
    let (finish, agreed, path) = terminal.greets(home).unwrap();
    let answer = terminal.post(&path, encode(&finish));
    assert!(answer.status().is_success(), "{}", text(&answer));
    let confirmation: Confirmation = decode(answer.body()).unwrap();
    let key = agreed.confirm(&confirmation).unwrap();
    Session {
        keys: key.record_keys(Side::Initiator),
        path: format!("{path}/records"),
        agreed,
        channel: None,
    }
}

/// H5.
fn release(terminal: &mut Terminal<'_>, home: &Home, opened: &Opened, session: &mut Session) {
    let refused = terminal.releases(home, opened, session, SECOND);
    assert_eq!(refused, None);
}
