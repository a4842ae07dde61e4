//! T000-4: each decision of the card is logged in it, its amount subtracted there, and mailed by the proxy.

use tallystick_parties::native::{TakenMail, block_on};
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::HomeMailView;

use super::ends::{Away, FIRST, Home, PRICE, SECOND, both};
use super::world::{Between, HOME_PROXY, SHOP, World};

const AIKO: &str = "aiko@example.jp";
const DAY_MS: u64 = 86_400_000;

fn taken(world: &World) -> Vec<TakenMail> {
    world.run_for(1_000);
    world.machine(HOME_PROXY).mail.taken()
}

fn subjects(world: &World) -> Vec<String> {
    let mails = taken(world).into_iter();
    let subjects = mails.map(|mail| mail.header("Subject").unwrap().to_owned());
    subjects.filter(|one| one.contains("paid")).collect()
}

fn code(world: &World) -> String {
    let mails = taken(world);
    let subject = mails.last().unwrap().header("Subject").unwrap();
    subject.split(' ').next().unwrap().to_owned()
}

fn confirmed(world: &World, home: &Home<'_>) {
    block_on(home.wallet.home_mail_ask(AIKO)).unwrap();
    block_on(home.wallet.home_mail_confirm(&code(world))).unwrap();
}

fn buys(away: &Away<'_>) {
    let request = away.asked();
    away.approve(&request, FIRST, SECOND).unwrap();
}

fn tells(home: &Home<'_>) {
    block_on(home.wallet.home_tell()).unwrap();
}

fn mail_of(home: &Home<'_>) -> HomeMailView {
    home.view().mail
}

#[test]
fn t000_4_what_the_card_subtracted_is_what_is_mailed_once_however_often_it_is_told() {
    let world = World::with_home_proxy();
    let (home, away, _line) = both(&world);
    confirmed(&world, &home);
    let before = home.view().loans[0].left_minor;
    buys(&away);
    for _ in 0..3 {
        tells(&home);
    }
    let view = home.view();
    let subtracted = before - view.loans[0].left_minor;
    assert_eq!(subtracted, PRICE);
    assert_eq!(view.uses[0].amount_minor, subtracted);
    let said = format!("Your card at home paid {subtracted} JPY at {SHOP}");
    assert_eq!(subjects(&world), [said]);
    let text = taken(&world).last().unwrap().text().unwrap();
    assert!(text.contains("Travel laptop"), "{text}");
}

#[test]
fn t000_4_what_was_decided_while_the_proxy_heard_nothing_is_told_when_home_connects_again() {
    let world = World::with_home_proxy();
    let (home, away, line) = both(&world);
    confirmed(&world, &home);
    buys(&away);
    // The browser dies before it tells: nobody calls.
    assert!(mail_of(&home).is_waiting);
    drop(line);
    assert!(subjects(&world).is_empty());
    world.hub.cut(HOME_PROXY, true);
    tells(&home);
    world.hub.cut(HOME_PROXY, false);
    let _line = home.connect();
    assert_eq!(subjects(&world).len(), 1);
    assert!(!mail_of(&home).is_waiting);
}

#[test]
fn t000_4_a_lost_answer_is_no_second_mail_under_another_name() {
    let world = World::with_home_proxy();
    let (home, away, _line) = both(&world);
    confirmed(&world, &home);
    buys(&away);
    world.machine(HOME_PROXY).mail.drop_after_data(1);
    // The proxy hears it, and its answer is lost.
    world.put_between(HOME_PROXY, |_| {
        let mut lost = http::Response::new(Vec::new());
        *lost.status_mut() = http::StatusCode::BAD_GATEWAY;
        Between::Afterwards(lost)
    });
    tells(&home);
    world.connect_again(HOME_PROXY);
    assert!(mail_of(&home).is_waiting);
    tells(&home);
    assert!(!mail_of(&home).is_waiting);
    world.run_for(DAY_MS);
    let mails = taken(&world).split_off(1);
    assert_eq!(mails.len(), 2, "once more, because the server hung up");
    let ids: Vec<_> = mails.iter().map(|mail| mail.header("Message-ID")).collect();
    assert_eq!(ids[0], ids[1]);
}

#[test]
fn t000_4_without_a_confirmed_address_nothing_is_told() {
    let world = World::with_home_proxy();
    let (home, away, _line) = both(&world);
    let wrong = block_on(home.wallet.home_mail_ask("no address")).unwrap_err();
    assert_eq!(wrong.kind, ErrorKind::MailAddressInvalid);
    block_on(home.wallet.home_mail_ask(AIKO)).unwrap();
    assert_eq!(mail_of(&home).asked.as_deref(), Some(AIKO));
    for code in ["1234", "12345678"] {
        let wrong = block_on(home.wallet.home_mail_confirm(code)).unwrap_err();
        assert_eq!(wrong.kind, ErrorKind::HomeWrongCode);
    }
    buys(&away);
    tells(&home);
    assert!(subjects(&world).is_empty());
    // What was decided before is not mailed afterwards either.
    block_on(home.wallet.home_mail_confirm(&code(&world))).unwrap();
    let mail = mail_of(&home);
    assert_eq!(
        (mail.address.as_deref(), mail.is_waiting),
        (Some(AIKO), false)
    );
    tells(&home);
    assert!(subjects(&world).is_empty());
}

#[test]
fn t000_4_an_address_that_is_removed_at_home_is_removed_at_the_proxy_as_soon_as_it_hears() {
    let world = World::with_home_proxy();
    let (home, away, _line) = both(&world);
    confirmed(&world, &home);
    world.hub.cut(HOME_PROXY, true);
    block_on(home.wallet.home_mail_remove()).unwrap();
    let mail = mail_of(&home);
    assert_eq!((mail.address, mail.is_waiting), (None, true));
    world.hub.cut(HOME_PROXY, false);
    tells(&home);
    assert!(!mail_of(&home).is_waiting);
    buys(&away);
    tells(&home);
    assert!(subjects(&world).is_empty());
}
