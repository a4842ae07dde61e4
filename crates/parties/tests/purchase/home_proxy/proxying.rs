//! From the terminal's request to an order under the key that it was told.

use tallystick_parties::native::{Line, Machine};
use tallystick_protocol::home::AccessPurpose;
use tallystick_protocol::home::agreement::Profile;
use tallystick_protocol::home::calls::{
    HomeCallKind, InnerRequest, InnerResponse, LentList, SessionAskKind,
};
use tallystick_protocol::home::records::Side;
use tallystick_protocol::home::{Loan, loan::Lent};
use tallystick_protocol::keys::sealed::seal_to;
use tallystick_protocol::test_keys::{TEST_KEYS, TestRng};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_simulation::cast::Running;

use super::super::holder::{CBOR, Holder, Order};
use super::super::search::holds;
use super::super::talk::form;
use super::super::world::{HOME_PROXY, SHOP, World, problem, text};
use super::ends::{FIRST, Home, SECOND, Terminal};

pub fn holder(world: &World) -> Holder {
    let mut holder = Holder::enrol(world, 1, "Hanako Tanaka", "03-1234-5678");
    assert!(holder.confirms(world, Role::Shop, SHOP));
    holder
}

/// A terminal, and the home that knows it, registered and connected.
pub fn connected(world: &World) -> (Terminal<'_>, Home, Line<Running<Machine>>) {
    let holder = holder(world);
    let terminal = Terminal::new(world, 20);
    let mut home = Home::new(10, &[&terminal]);
    home.register(world);
    let line = home.connect(world, &holder);
    (terminal, home, line)
}

#[test]
fn t000_10_a_terminal_sends_its_name_and_request_to_the_first_server_and_has_the_secret_from_the_second()
 {
    let world = World::with_home_proxy();
    let mut holder = holder(&world);
    let mut terminal = Terminal::new(&world, 20);
    let mut home = Home::new(10, &[&terminal]);
    home.register(&world);
    let _line = home.connect(&world, &holder);
    let offered = form(&world, &[("hojicha-100", 1)]);
    let wish = holder.wish();
    let order = holder.order(&world, &offered, &wish);
    orders(&world, &mut terminal, &home, &order);
    let kinds = [
        HomeCallKind::Access,
        HomeCallKind::Open,
        HomeCallKind::Release,
        HomeCallKind::Enter,
        HomeCallKind::End,
    ];
    assert_eq!(home.calls(), kinds);
    // The passwords were nowhere in clear but at the two ends.
    let held = world.machine(HOME_PROXY).database.bytes().unwrap();
    for word in [FIRST, SECOND] {
        assert!(!holds(&held, word.as_bytes()));
        assert!(!holds(&world.received_by(HOME_PROXY), word.as_bytes()));
    }
}

#[test]
fn what_is_kept_of_a_session_with_a_terminal_is_sealed_anew_under_a_new_sealing_key() {
    let mut world = World::with_home_proxy();
    {
        let (mut terminal, home, _line) = connected(&world);
        terminal.released(&home);
    }
    let places = world.change_sealing_key();
    let place = format!("{HOME_PROXY} home_sessions.kept");
    assert!(places.contains(&place), "{places:?}");
}

/// Enters the shop with the home's card, and orders within the session, which it ends.
pub fn orders(world: &World, terminal: &mut Terminal<'_>, home: &Home, order: &Order) {
    let mut session = terminal.released(home);
    let secret = [7; 32];
    let share = x25519(&secret);
    let handover = terminal.enters(&mut session, 0, Some(share)).unwrap();
    // T000-1: what terminal and shop say decrypts under the key, which the shop confirmed.
    let key = handover.key(Some(&secret)).unwrap();
    let mut keys = key.record_keys(Side::Initiator);
    let request = InnerRequest {
        posts: true,
        path: "/v1/orders".to_owned(),
        content_type: CBOR.to_owned(),
        body: order.bytes.clone(),
    };
    let record = keys.seal(&encode(&request), false).unwrap();
    let name = data_encoding::HEXLOWER.encode(&handover.session);
    let path = format!("/v1/sessions/00/{name}/records");
    let answer = world.send("terminal", SHOP, "POST", &path, CBOR, record);
    assert!(answer.status().is_success(), "{}", text(&answer));
    let said: InnerResponse = decode(&keys.open(answer.body()).unwrap()).unwrap();
    assert_eq!(said.status, 200);
    let ended = terminal.asks_within(&mut session, SessionAskKind::End, Vec::new(), None);
    assert_eq!(ended.refusal, None);
}

fn x25519(secret: &[u8; 32]) -> [u8; 32] {
    tallystick_protocol::keys::sealed_share::enrolment_public_key(secret).unwrap()
}

#[test]
fn t000_8_only_stored_terminals_are_let_through_and_the_key_is_told_within_their_session() {
    let world = World::with_home_proxy();
    let holder = holder(&world);
    let mut known = Terminal::new(&world, 20);
    let mut unknown = Terminal::new(&world, 21);
    let mut home = Home::new(10, &[&known]);
    assert_eq!(
        problem(&known.asks(&home)),
        "home-unknown",
        "no such home yet"
    );
    home.register(&world);
    let _line = home.connect(&world, &holder);
    assert_eq!(problem(&unknown.asks(&home)), "home-unknown");
    assert!(home.calls().is_empty(), "home heard nothing of it");
    let mut session = known.released(&home);
    let handover = known.enters(&mut session, 0, None).unwrap();
    let told = encode(&handover);
    assert!(handover.key(None).is_ok());
    for one in world.hub.received() {
        assert!(
            !holds(&one.bytes, &told[8..40]),
            "the key in clear at {}",
            one.by
        );
    }
}

#[test]
fn t000_2_without_the_home_end_no_key_is_agreed_on_with_the_shop() {
    let world = World::with_home_proxy();
    let holder = holder(&world);
    let mut terminal = Terminal::new(&world, 20);
    let mut home = Home::new(10, &[&terminal]);
    home.register(&world);
    assert_eq!(problem(&terminal.asks(&home)), "home-not-connected");
    let line = home.connect(&world, &holder);
    let mut session = terminal.released(&home);
    line.hang_up();
    let refused = terminal.enters(&mut session, 0, None).err();
    assert_eq!(refused.unwrap().as_str(), "not-connected");
    let begun = world.number(
        SHOP,
        "SELECT count(*) FROM shop_sessions WHERE holder IS NOT NULL",
    );
    assert_eq!(begun, 0);
    // Home is back, and the session goes on where it was.
    let _line = home.connect(&world, &holder);
    assert!(terminal.enters(&mut session, 0, None).is_ok());
}

#[test]
fn what_is_lent_is_fetched_by_its_terminal_alone() {
    let world = World::with_home_proxy();
    let holder = holder(&world);
    let mut terminal = Terminal::new(&world, 20);
    let mut other = Terminal::new(&world, 21);
    let mut home = Home::new(10, &[&terminal, &other]);
    home.register(&world);
    let loan = Loan {
        home: home.id(),
        number: 1,
        terminal: terminal.id(),
        holder: holder.id,
        shops: Vec::new(),
        each: Money::new(3_000, Currency::Jpy),
        total: 9_000,
        count: 3,
        ends_at: world.now().plus_seconds(86_400),
        account: [0; 32],
    };
    let sealing = terminal.keys.public().sealing;
    let lent = encode(&Lent {
        loan: home.keys.sign(&loan),
        account: seal_to(&mut TestRng::new(1), &sealing, b"info", b"account").unwrap(),
    });
    let list = |token, lent: Vec<u8>| LentList {
        home: home.id(),
        token,
        terminal: terminal.id(),
        lent: vec![lent.into()],
    };
    let leave = |list: &LentList| world.post(HOME_PROXY, "/v1/homes/lent", CBOR, encode(list));
    assert_eq!(
        problem(&leave(&list([0; 32], lent.clone()))),
        "unauthorised"
    );
    let forged = encode(&Lent {
        loan: terminal.keys.sign(&loan),
        account: seal_to(&mut TestRng::new(1), &sealing, b"info", b"account").unwrap(),
    });
    assert_eq!(
        problem(&leave(&list(home.token, forged))),
        "home-bad-signature"
    );
    assert_eq!(leave(&list(home.token, lent.clone())).status(), 204);
    let fetch = |who: &mut Terminal<'_>| {
        let signed = who.signed(&home, AccessPurpose::Fetch);
        let answer = who.post(&home.path("lent"), signed);
        let list: LentList = decode(answer.body()).unwrap();
        assert_eq!(list.token, [0; 32]);
        list.lent
    };
    assert_eq!(fetch(&mut terminal), [lent.into()]);
    assert!(fetch(&mut other).is_empty());
}

#[test]
fn t000_1_the_key_is_agreed_on_in_the_document_s_own_form_as_well() {
    let world = World::with_home_proxy();
    let holder = holder(&world);
    world.machine(SHOP).signing.prepare(TEST_KEYS[6]);
    let mut terminal = Terminal::new(&world, 20);
    let mut home = Home::new(10, &[&terminal]);
    home.register(&world);
    let _line = home.connect(&world, &holder);
    let mut session = terminal.released(&home);
    let own = [7; 32];
    for second in [None, Some(own)] {
        let share = second.as_ref().map(x25519);
        let handover = terminal.enters_in(Profile::KeyTransport, &mut session, 0, share);
        let key = handover.unwrap().key(second.as_ref());
        assert!(key.is_ok());
    }
}
