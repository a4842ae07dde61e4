//! What changes nothing: strangers, wrong signatures, another order than claim 3's, homes that stall or lie.

use std::rc::Rc;

use tallystick_parties::home_proxy::{HomeProxy, HomeProxyConfig};
use tallystick_protocol::home::access::AccessPurpose;
use tallystick_protocol::home::calls::{HomeCallKind, SessionAnswer, SessionAskKind};
use tallystick_protocol::home::{AccessAnswer, HomeRefusal};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::Role;
use tallystick_simulation::cast::Running;

use super::super::world::{HOME_PROXY, OTHER_SHOP, SHOP, World, domain, problem, settings, text};
use super::ends::{Home, SECOND, Terminal};
use super::proxying::{connected, holder};

#[test]
fn a_request_that_is_another_s_old_said_before_or_for_something_else_is_refused() {
    let world = World::with_home_proxy();
    let holder = holder(&world);
    let mut terminal = Terminal::new(&world, 20);
    let stranger = Terminal::new(&world, 21);
    let mut home = Home::new(10, &[&terminal]);
    home.register(&world);
    let _line = home.connect(&world, &holder);
    let path = home.path("requests");
    let request = terminal.request(&home, AccessPurpose::Open);
    let forged = stranger.keys.sign(&request);
    assert_eq!(problem(&terminal.post(&path, forged)), "home-bad-signature");
    let mut old = terminal.request(&home, AccessPurpose::Open);
    old.at = world.now().minus_seconds(301);
    let old = terminal.keys.sign(&old);
    assert_eq!(problem(&terminal.post(&path, old)), "wrong-clock");
    let mut elsewhere = terminal.request(&home, AccessPurpose::Open);
    elsewhere.proxy = domain(SHOP);
    let elsewhere = terminal.keys.sign(&elsewhere);
    assert_eq!(problem(&terminal.post(&path, elsewhere)), "wrong-recipient");
    let fetch = terminal.signed(&home, AccessPurpose::Fetch);
    assert_eq!(problem(&terminal.post(&path, fetch)), "malformed");
    assert!(home.calls().is_empty());
    let signed = terminal.keys.sign(&request);
    let answer = terminal.post(&path, signed.clone());
    assert!(answer.status().is_success(), "{}", text(&answer));
    assert_eq!(problem(&terminal.post(&path, signed)), "home-bad-signature");
    assert_eq!(home.calls(), [HomeCallKind::Access]);
    for rubbish in [Vec::new(), b"rubbish".to_vec(), vec![0xd2, 0x84]] {
        assert_eq!(problem(&terminal.post(&path, rubbish)), "malformed");
    }
}

#[test]
fn t000_3_a_session_before_the_first_password_and_asks_before_the_second_are_refused() {
    let world = World::with_home_proxy();
    let holder = holder(&world);
    let mut terminal = Terminal::new(&world, 20);
    let mut other = Terminal::new(&world, 21);
    let mut home = Home::new(10, &[&terminal, &other]);
    home.register(&world);
    let _line = home.connect(&world, &holder);
    assert_eq!(terminal.begins(&home).err().unwrap(), "home-out-of-order");
    let opened = terminal.opens(&home);
    assert_eq!(other.begins(&home).err().unwrap(), "home-out-of-order");
    let mut session = terminal.begins(&home).unwrap();
    let again = terminal.begins(&home).err();
    assert_eq!(
        again.unwrap(),
        "home-out-of-order",
        "one session an opening"
    );
    let early = terminal.enters(&mut session, 0, None).err();
    assert_eq!(early, Some(HomeRefusal::OutOfOrder));
    let early = terminal.asks_within(&mut session, SessionAskKind::Sign, vec![1], None);
    assert_eq!(early.refusal, Some(HomeRefusal::OutOfOrder));
    let wrong = terminal.releases(&home, &opened, &mut session, "spring moon");
    assert_eq!(wrong, Some(HomeRefusal::WrongSecondPassword));
    let early = terminal.enters(&mut session, 0, None).err();
    assert_eq!(early, Some(HomeRefusal::OutOfOrder));
    let right = terminal.releases(&home, &opened, &mut session, SECOND);
    assert_eq!(right, None);
    assert!(terminal.enters(&mut session, 0, None).is_ok());
}

#[test]
fn t000_3_a_second_password_bound_to_another_session_is_refused() {
    let world = World::with_home_proxy();
    let (mut terminal, home, _line) = connected(&world);
    let before = terminal.released(&home);
    let opened = terminal.opens(&home);
    let mut session = terminal.begins(&home).unwrap();
    let (signed, _) = terminal.release(&home, &opened, &before, SECOND);
    let answer = terminal.asks_within(&mut session, SessionAskKind::Release, signed, None);
    assert_eq!(answer.refusal, Some(HomeRefusal::BadSignature));
}

#[test]
fn a_proof_that_another_made_or_that_is_about_something_else_begins_no_session() {
    let world = World::with_home_proxy();
    let holder = holder(&world);
    let mut terminal = Terminal::new(&world, 20);
    let mut stranger = Terminal::new(&world, 21);
    let mut home = Home::new(10, &[&terminal]);
    home.register(&world);
    let _line = home.connect(&world, &holder);
    terminal.opens(&home);
    let id = terminal.id();
    let (finish, _, path) = stranger
        .greets_as(&home, |proof| proof.terminal = id)
        .unwrap();
    let refused = terminal.post(&path, encode(&finish));
    assert_eq!(problem(&refused), "home-bad-signature");
    let (finish, _, path) = stranger.greets(&home).unwrap();
    assert_eq!(
        problem(&terminal.post(&path, encode(&finish))),
        "home-unknown"
    );
    let changed = terminal.greets_as(&home, |proof| proof.transcript = [0; 32]);
    let (finish, _, path) = changed.unwrap();
    let refused = terminal.post(&path, encode(&finish));
    assert_eq!(problem(&refused), "home-bad-signature");
    let changed = terminal.greets_as(&home, |proof| proof.proxy = domain(OTHER_SHOP));
    let (finish, _, path) = changed.unwrap();
    let refused = terminal.post(&path, encode(&finish));
    assert_eq!(problem(&refused), "home-bad-signature");
    assert!(terminal.begins(&home).is_ok());
}

#[test]
fn a_record_that_is_said_again_is_answered_with_the_same_bytes_and_asks_home_once() {
    let world = World::with_home_proxy();
    let (mut terminal, home, _line) = connected(&world);
    let mut session = terminal.released(&home);
    let mut channel = session.channel.take().unwrap();
    let asked = tallystick_protocol::home::calls::SessionAsk {
        kind: SessionAskKind::Sign,
        sealed: channel.seal(b"an order", false).unwrap(),
        enter: None,
    };
    let record = session.keys.seal(&encode(&asked), false).unwrap();
    let first = terminal.post(&session.path, record.clone());
    let again = terminal.post(&session.path, record.clone());
    assert_eq!(first.body(), again.body());
    let answer: SessionAnswer = decode(&session.keys.open(first.body()).unwrap()).unwrap();
    assert_eq!(*channel.open(&answer.content).unwrap(), b"an order");
    let signed = home.calls().into_iter();
    assert_eq!(signed.filter(|kind| *kind == HomeCallKind::Sign).count(), 1);
    let rubbish = session.keys.seal(b"rubbish", false).unwrap();
    let answer = terminal.post(&session.path, rubbish);
    let answer: SessionAnswer = decode(&session.keys.open(answer.body()).unwrap()).unwrap();
    assert_eq!(answer.refusal, Some(HomeRefusal::Malformed));
    assert_eq!(problem(&terminal.post(&session.path, record)), "replayed");
    world.run_for(16 * 60_000);
    let late = session.keys.seal(b"", false).unwrap();
    assert_eq!(
        problem(&terminal.post(&session.path, late)),
        "home-no-session"
    );
    assert_eq!(
        home.calls().last(),
        Some(&HomeCallKind::End),
        "the release is forgotten"
    );
}

#[test]
fn a_home_that_stalls_lies_or_refuses_is_told_by_name() {
    let world = World::with_home_proxy();
    let (mut terminal, home, _line) = connected(&world);
    home.card.borrow_mut().is_silent = true;
    let began = world.now();
    assert_eq!(problem(&terminal.asks(&home)), "home-not-connected");
    assert_eq!(world.now().seconds_since(began), 20, "nobody waits longer");
    home.card.borrow_mut().is_silent = false;
    home.card.borrow_mut().lies = true;
    assert_eq!(problem(&terminal.asks(&home)), "home-no-card");
    home.card.borrow_mut().lies = false;
    for refusal in HomeRefusal::ALL {
        home.card.borrow_mut().refuses = Some(refusal);
        let kind = format!("home-{}", refusal.as_str());
        assert_eq!(problem(&terminal.asks(&home)), kind);
    }
    home.card.borrow_mut().refuses = None;
    let answer = terminal.asks(&home);
    let AccessAnswer { nonce } = decode(answer.body()).unwrap();
    let (wrong, _) = terminal.opening(&home, nonce, "plum tree");
    let refused = terminal.post(&home.path("openings"), wrong);
    assert_eq!(problem(&refused), "home-wrong-first-password");
    assert_eq!(terminal.begins(&home).err().unwrap(), "home-out-of-order");
}

#[test]
fn a_shop_that_is_another_or_does_not_answer_is_not_entered() {
    let world = World::with_home_proxy();
    let (mut terminal, home, _line) = connected(&world);
    let mut session = terminal.released(&home);
    world.hub.cut(SHOP, true);
    let refused = terminal.enters(&mut session, 0, None).err();
    assert_eq!(refused, Some(HomeRefusal::ShopUnreachable));
    world.hub.cut(SHOP, false);
    // Somebody certified in another role stands at the shop's domain.
    world.hub.connect(SHOP, Rc::new(world.running(HOME_PROXY)));
    let refused = terminal.enters(&mut session, 0, None).err();
    assert_eq!(refused, Some(HomeRefusal::ShopNotConfirmed));
    assert!(!home.calls().contains(&HomeCallKind::Enter));
    world.connect_again(SHOP);
    assert!(terminal.enters(&mut session, 0, None).is_ok());
}

#[test]
fn passwords_are_tried_ten_times_a_minute_and_no_more() {
    let world = World::with_home_proxy();
    let (mut terminal, home, _line) = connected(&world);
    let path = home.path("openings");
    let mut kinds = Vec::new();
    for _ in 0..12 {
        let (wrong, _) = terminal.opening(&home, [1; 32], "plum tree");
        kinds.push(problem(&terminal.post(&path, wrong)));
    }
    assert!(kinds[..10].iter().all(|kind| kind == "home-bad-signature"));
    assert!(kinds[10..].iter().all(|kind| kind == "home-too-many"));
    assert_eq!(home.calls().len(), 10);
    assert_eq!(
        world.number(HOME_PROXY, "SELECT count(*) FROM home_gates"),
        0
    );
}

#[test]
fn a_terminal_has_four_sessions_and_with_a_fifth_the_one_unused_the_longest_ends() {
    let world = World::with_home_proxy();
    let (mut terminal, home, _line) = connected(&world);
    let mut sessions: Vec<_> = (0..4).map(|_| terminal.released(&home)).collect();
    assert!(terminal.enters(&mut sessions[0], 0, None).is_ok());
    let mut fifth = terminal.released(&home);
    assert!(terminal.enters(&mut fifth, 1, None).is_ok());
    let record = sessions[1].keys.seal(&[1], false).unwrap();
    let refused = terminal.post(&sessions[1].path, record);
    assert_eq!(problem(&refused), "home-no-session");
    for going_on in [0, 2, 3] {
        let session = &mut sessions[going_on];
        let ended = terminal.asks_within(session, SessionAskKind::End, Vec::new(), None);
        assert_eq!(ended.refusal, None);
    }
}

#[test]
fn t000_8_a_proxy_whose_operator_lists_the_terminals_in_memory_lets_through_no_other() {
    let world = World::with_home_proxy();
    let holder = holder(&world);
    let mut listed = Terminal::new(&world, 20);
    let mut registered = Terminal::new(&world, 21);
    let mut home = Home::new(10, &[&registered]);
    let mut config = HomeProxyConfig::new(settings(Role::HomeProxy, HOME_PROXY));
    config.terminals = Some(vec![(home.id(), listed.keys.public())]);
    let machine = world.machine(HOME_PROXY).clone();
    let proxy = Running::HomeProxy(Rc::new(HomeProxy::new(machine, config)));
    world.hub.connect(HOME_PROXY, Rc::new(proxy.clone()));
    home.register(&world);
    let line = home.arrive_at(&world, &holder, proxy).unwrap();
    line.say(&home.token());
    assert_eq!(problem(&registered.asks(&home)), "home-unknown");
    listed.released(&home);
}
