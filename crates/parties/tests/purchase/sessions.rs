//! Sessions at the shop (source document 000, H6 and H8), begun by a test in the proxy's place.

use http::Response;
use tallystick_protocol::home::Entrance;
use tallystick_protocol::home::agreement::{
    Agreed, Confirmation, Finish, Hello, HelloAnswer, Initiator, Profile, Received,
};
use tallystick_protocol::home::calls::{InnerRequest, InnerResponse};
use tallystick_protocol::home::records::{Record, RecordKeys, Side};
use tallystick_protocol::test_keys::{TEST_KEYS, TestAuthority, TestRng};
use tallystick_protocol::trust::holder::UnsignedByHolder;
use tallystick_protocol::trust::signature::sign_pss;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::{HolderId, Role};

use super::holder::{CBOR, Holder, Order};
use super::search::holds;
use super::talk::form;
use super::world::{OTHER_SHOP, SHOP, World, domain, problem, text};

const TEA: &[(&str, u32)] = &[("hojicha-100", 1)];

/// A holder who enters the shop by a proxy, and the byte by which the order's form is found.
struct Visit<'w> {
    world: &'w World,
    rng: TestRng,
    start: u8,
    profile: Profile,
}

/// The session once the key is known.
struct Session {
    keys: RecordKeys,
    path: String,
}

impl<'w> Visit<'w> {
    fn new(world: &'w World, start: u8) -> Self {
        Self {
            world,
            rng: TestRng::new(77),
            start,
            profile: Profile::KeyAgreement,
        }
    }

    fn path(&self) -> String {
        format!("/v1/sessions/{:02x}", self.start)
    }

    fn say(&self, hello: &Hello) -> Response<Vec<u8>> {
        self.world.post(SHOP, &self.path(), CBOR, encode(hello))
    }

    fn begin(&mut self) -> Received {
        let initiator = Initiator::new(&mut self.rng, domain(SHOP), self.profile, None);
        let answer = self.say(initiator.hello());
        assert!(answer.status().is_success(), "{}", text(&answer));
        let answer: HelloAnswer = decode(answer.body()).unwrap();
        let (world, role) = (self.world, Role::Shop);
        let received = initiator.receive(answer, &world.anchors, world.now(), role);
        received.unwrap()
    }

    /// What the card at home signs.
    fn entrance(&mut self, holder: &Holder, received: &Received) -> Vec<u8> {
        let entrance = entrance(self.world, holder.id, received);
        signed(&mut self.rng, holder, &entrance)
    }

    fn finish(&mut self, received: Received, signed: &[u8]) -> (Finish, Agreed, String) {
        let (finish, agreed) = received.finish(&mut self.rng, signed).unwrap();
        let name = data_encoding::HEXLOWER.encode(&agreed.session);
        (finish, agreed, format!("{}/{name}", self.path()))
    }

    /// What the shop says to an entrance.
    fn enters(&mut self, received: Received, signed: &[u8]) -> Response<Vec<u8>> {
        let (finish, _, path) = self.finish(received, signed);
        self.world.post(SHOP, &path, CBOR, encode(&finish))
    }

    fn enter(&mut self, holder: &Holder) -> Session {
        let received = self.begin();
        let signed = self.entrance(holder, &received);
        let (finish, agreed, path) = self.finish(received, &signed);
        let answer = self.world.post(SHOP, &path, CBOR, encode(&finish));
        assert!(answer.status().is_success(), "{}", text(&answer));
        let confirmation: Confirmation = decode(answer.body()).unwrap();
        let key = agreed.confirm(&confirmation).unwrap();
        // Said again, it is answered with the same bytes.
        let again = self.world.post(SHOP, &path, CBOR, encode(&finish));
        assert_eq!(again.body(), answer.body());
        Session {
            keys: key.record_keys(Side::Initiator),
            path: format!("{path}/records"),
        }
    }
}

impl Session {
    fn post(&self, world: &World, record: &[u8]) -> Response<Vec<u8>> {
        world.post(SHOP, &self.path, CBOR, record.to_vec())
    }

    fn ask(&mut self, world: &World, request: &InnerRequest) -> InnerResponse {
        let record = self.keys.seal(&encode(request), false).unwrap();
        let answer = self.post(world, &record);
        assert!(answer.status().is_success(), "{}", text(&answer));
        decode(&self.keys.open(answer.body()).unwrap()).unwrap()
    }
}

fn entrance(world: &World, holder: HolderId, received: &Received) -> Entrance {
    Entrance {
        holder,
        shop: domain(SHOP),
        transcript: *received.transcript(),
        expires_at: world.now().plus_seconds(300),
    }
}

fn signed(rng: &mut TestRng, holder: &Holder, entrance: &Entrance) -> Vec<u8> {
    let unsigned = UnsignedByHolder::new(entrance, &holder.certificate);
    let signature = sign_pss(rng, &holder.key, &unsigned.to_be_signed()).unwrap();
    unsigned.finish(&signature).unwrap()
}

fn order_of(order: &Order) -> InnerRequest {
    InnerRequest {
        posts: true,
        path: "/v1/orders".to_owned(),
        content_type: CBOR.to_owned(),
        body: order.bytes.clone(),
    }
}

fn reading(path: &str) -> InnerRequest {
    InnerRequest {
        posts: false,
        path: path.to_owned(),
        content_type: String::new(),
        body: Vec::new(),
    }
}

fn problem_in(response: &InnerResponse) -> String {
    let mut answer = Response::new(response.body.clone());
    *answer.status_mut() = http::StatusCode::from_u16(response.status).unwrap();
    problem(&answer)
}

fn world_and_order() -> (World, Holder, Order) {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Tanaka", "03-1234-5678");
    assert!(holder.confirms(&world, Role::Shop, SHOP));
    let offered = form(&world, TEA);
    let wish = holder.wish();
    let order = holder.order(&world, &offered, &wish);
    (world, holder, order)
}

#[test]
fn t000_1_an_order_travels_under_the_agreed_key_and_is_taken_as_if_from_home() {
    let (world, holder, order) = world_and_order();
    let mut session = Visit::new(&world, order.form_digest[0]).enter(&holder);
    let taken = session.ask(&world, &order_of(&order));
    assert_eq!(taken.status, 200, "{}", problem_in(&taken));
    assert_eq!(taken.content_type, "application/cose");
    world.run_for(10_000);
    let shown = session.ask(&world, &reading(&order.path()));
    assert_eq!(shown.status, 200);
    let from_outside = world.get(SHOP, &order.path());
    assert_eq!(shown.body, *from_outside.body());
    // Nobody between terminal and shop sees the order.
    let root = order.root.0;
    let seen = world.hub.received();
    let at_the_shop = seen.iter().filter(|one| one.what.contains("/records"));
    assert!(at_the_shop.clone().count() >= 4);
    for one in at_the_shop {
        assert!(!holds(&one.bytes, &root) && !holds(&one.bytes, &order.id.0));
    }
}

#[test]
fn a_session_goes_on_after_the_sealing_key_changed() {
    let (mut world, holder, order) = world_and_order();
    let mut session = Visit::new(&world, order.form_digest[0]).enter(&holder);
    let places = world.change_sealing_key();
    let place = format!("{SHOP} shop_sessions.kept");
    assert!(places.contains(&place), "{places:?}");
    let taken = session.ask(&world, &order_of(&order));
    assert_eq!(taken.status, 200, "{}", problem_in(&taken));
}

#[test]
fn t000_1_the_keys_of_a_session_are_not_in_the_shop_s_tables() {
    let (world, holder, order) = world_and_order();
    let mut session = Visit::new(&world, order.form_digest[0]).enter(&holder);
    session.ask(&world, &reading(&order.path()));
    let kept = tallystick_protocol::wire::cbor::encode_value(&session.keys);
    // The keys stand in it as byte strings of 32.
    let held = world.machine(SHOP).database.bytes().unwrap();
    let keys: Vec<_> = kept
        .windows(34)
        .filter(|window| window[..2] == [0x58, 32])
        .collect();
    assert_eq!(keys.len(), 2);
    for key in keys {
        assert!(!holds(&held, &key[2..]));
    }
}

#[test]
fn a_record_that_is_said_again_gets_the_same_bytes_and_orders_nothing_twice() {
    let (world, holder, order) = world_and_order();
    let mut session = Visit::new(&world, order.form_digest[0]).enter(&holder);
    let record = session
        .keys
        .seal(&encode(&order_of(&order)), false)
        .unwrap();
    let first = session.post(&world, &record);
    assert!(first.status().is_success(), "{}", text(&first));
    let again = session.post(&world, &record);
    assert_eq!(first.body(), again.body());
    assert_eq!(world.number(SHOP, "SELECT count(*) FROM shop_orders"), 1);
}

#[test]
fn t000_1_replayed_reordered_altered_and_late_records_are_refused_and_change_nothing() {
    let (world, holder, order) = world_and_order();
    let mut session = Visit::new(&world, order.form_digest[0]).enter(&holder);
    let path = order.path();
    let mut seal = |is_last| {
        session
            .keys
            .seal(&encode(&reading(&path)), is_last)
            .unwrap()
    };
    let (first, second, third, last) = (seal(false), seal(false), seal(false), seal(true));
    let refused = |record: &[u8]| problem(&world.post(SHOP, &session.path, CBOR, record.to_vec()));
    assert_eq!(refused(&second), "replayed", "it comes too early");
    assert!(refused(&first).is_empty());
    assert!(refused(&second).is_empty());
    assert_eq!(refused(&first), "replayed", "something came since");
    let mut altered: Record = decode(&third).unwrap();
    altered.ciphertext[3] ^= 1;
    assert_eq!(refused(&encode(&altered)), "bad-signature");
    let mut cut: Record = decode(&third).unwrap();
    cut.is_last = true;
    assert_eq!(refused(&encode(&cut)), "bad-signature");
    assert_eq!(refused(&third[..third.len() - 1]), "malformed");
    assert!(refused(&third).is_empty());
    assert!(refused(&last).is_empty());
    let after = Record {
        number: 4,
        ..decode(&last).unwrap()
    };
    assert_eq!(
        refused(&encode(&after)),
        "replayed",
        "the last one was said"
    );
    world.run_for(16 * 60_000);
    assert_eq!(refused(&last), "expired");
}

#[test]
fn an_order_of_another_holder_than_the_session_s_is_refused() {
    let (world, holder, _) = world_and_order();
    let mut other = Holder::enrol(&world, 2, "Taro Sato", "03-9999-0000");
    assert!(other.confirms(&world, Role::Shop, SHOP));
    let offered = form(&world, TEA);
    let wish = other.wish();
    let order = other.order(&world, &offered, &wish);
    let mut session = Visit::new(&world, order.form_digest[0]).enter(&holder);
    let refused = session.ask(&world, &order_of(&order));
    assert_eq!(problem_in(&refused), "wrong-sender");
    assert_eq!(world.number(SHOP, "SELECT count(*) FROM shop_orders"), 0);
}

#[test]
fn only_what_a_wallet_asks_about_an_order_is_answered_within_a_session() {
    let (world, holder, order) = world_and_order();
    let mut session = Visit::new(&world, order.form_digest[0]).enter(&holder);
    for path in [
        "/v1/console",
        "/v1/sessions/00",
        "/siblings/known/v1/orders",
        "/v1/forms",
        "//",
        "/\u{0}",
    ] {
        let answer = session.ask(&world, &reading(path));
        assert!((400..500).contains(&answer.status), "{path}");
    }
    let answer = session.ask(&world, &reading("v1/orders"));
    assert_eq!(problem_in(&answer), "malformed");
    let record = session.keys.seal(b"no request", false).unwrap();
    let answer = session.post(&world, &record);
    let answer: InnerResponse = decode(&session.keys.open(answer.body()).unwrap()).unwrap();
    assert_eq!(problem_in(&answer), "malformed");
}

#[test]
fn t000_2_an_entrance_about_another_session_shop_time_or_by_nobody_is_refused() {
    let (world, holder, _) = world_and_order();
    let mut visit = Visit::new(&world, 0);
    let other = visit.begin();
    let refused = |visit: &mut Visit<'_>, change: &dyn Fn(&mut Entrance)| {
        let received = visit.begin();
        let mut entrance = entrance(&world, holder.id, &received);
        change(&mut entrance);
        let signed = signed(&mut visit.rng, &holder, &entrance);
        problem(&visit.enters(received, &signed))
    };
    assert!(refused(&mut visit, &|_| {}).is_empty());
    let transcript = *other.transcript();
    let kind = refused(&mut visit, &|entrance| entrance.transcript = transcript);
    assert_eq!(kind, "wrong-transaction");
    let kind = refused(&mut visit, &|entrance| entrance.shop = domain(OTHER_SHOP));
    assert_eq!(kind, "wrong-recipient");
    let now = world.now();
    let kind = refused(&mut visit, &|entrance| entrance.expires_at = now);
    assert_eq!(kind, "expired");
    // Without the home card nobody can sign: what is there instead is refused.
    let received = visit.begin();
    assert_eq!(problem(&visit.enters(received, b"")), "malformed");
    let received = visit.begin();
    let mut forged = visit.entrance(&holder, &received);
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(problem(&visit.enters(received, &forged)), "bad-signature");
}

#[test]
fn t000_2_a_holder_s_certificate_of_nobody_we_trust_or_out_of_time_shows_no_holder() {
    let (world, mut holder, _) = world_and_order();
    let (now, certificate) = (world.now(), holder.certificate.clone());
    let mut stranger = TestAuthority::new(now);
    holder.certificate = stranger.holder("Hanako Tanaka", 7).as_der().to_vec();
    let mut visit = Visit::new(&world, 0);
    let received = visit.begin();
    let signed = visit.entrance(&holder, &received);
    let answer = visit.enters(received, &signed);
    assert_eq!(problem(&answer), "untrusted-certificate");
    holder.certificate = certificate;
    world.run_for(400 * 86_400_000);
    let received = visit.begin();
    let signed = visit.entrance(&holder, &received);
    let answer = visit.enters(received, &signed);
    assert_eq!(problem(&answer), "untrusted-certificate");
}

#[test]
fn a_session_without_a_shown_holder_answers_no_record_and_ends_after_two_minutes() {
    let (world, holder, order) = world_and_order();
    let mut visit = Visit::new(&world, order.form_digest[0]);
    let received = visit.begin();
    let signed = visit.entrance(&holder, &received);
    let (finish, agreed, path) = visit.finish(received, &signed);
    let early = world.post(SHOP, &format!("{path}/records"), CBOR, vec![0; 40]);
    assert_eq!(problem(&early), "conflict");
    world.run_for(121_000);
    let late = world.post(SHOP, &path, CBOR, encode(&finish));
    assert_eq!(problem(&late), "expired");
    drop(agreed);
    assert_eq!(
        problem(&world.post(SHOP, "/v1/sessions/0g", CBOR, encode(&finish))),
        "not-found"
    );
}

#[test]
fn a_hello_to_another_shop_is_refused() {
    let world = World::new();
    let mut visit = Visit::new(&world, 3);
    let hello = |rng: &mut TestRng, to, profile| {
        Initiator::new(rng, domain(to), profile, None)
            .hello()
            .clone()
    };
    let other = hello(&mut visit.rng, OTHER_SHOP, Profile::KeyAgreement);
    assert_eq!(problem(&visit.say(&other)), "wrong-recipient");
}

#[test]
fn a_shop_in_shards_has_each_session_where_the_order_s_form_is() {
    let mut world = World::new();
    world.spread_shop(4);
    let mut holder = Holder::enrol(&world, 1, "Hanako Tanaka", "03-1234-5678");
    assert!(holder.confirms(&world, Role::Shop, SHOP));
    for _ in 0..3 {
        let offered = form(&world, TEA);
        let wish = holder.wish();
        let order = holder.order(&world, &offered, &wish);
        let start = order.split.form_start.unwrap();
        let mut session = Visit::new(&world, start).enter(&holder);
        let taken = session.ask(&world, &order_of(&order));
        assert_eq!(taken.status, 200, "{}", problem_in(&taken));
        let elsewhere = Visit::new(&world, start.wrapping_add(1)).enter(&holder);
        let mut elsewhere = elsewhere;
        let refused = elsewhere.ask(&world, &order_of(&order));
        assert_eq!(problem_in(&refused), "starting");
    }
}

#[test]
fn t000_1_in_the_document_s_own_form_the_secret_is_sent_under_a_key_of_the_shop() {
    let (world, holder, order) = world_and_order();
    world.machine(SHOP).signing.prepare(TEST_KEYS[6]);
    let mut visit = Visit::new(&world, order.form_digest[0]);
    visit.profile = Profile::KeyTransport;
    let mut session = visit.enter(&holder);
    let taken = session.ask(&world, &order_of(&order));
    assert_eq!(taken.status, 200, "{}", problem_in(&taken));
    // The next session is under the same key, and what was sent for one opens no other.
    let received = visit.begin();
    let signed = visit.entrance(&holder, &received);
    let (mut finish, _, path) = visit.finish(received, &signed);
    finish.transported = Some(vec![1; 256]);
    let refused = world.post(SHOP, &path, CBOR, encode(&finish));
    assert_eq!(problem(&refused), "bad-signature");
    finish.transported = None;
    let refused = world.post(SHOP, &path, CBOR, encode(&finish));
    assert_eq!(problem(&refused), "bad-signature");
    let held = world.machine(SHOP).database.bytes().unwrap();
    assert!(!holds(&held, &TEST_KEYS[6][400..500]), "it rests sealed");
}
