//! T000-4: each decision is mailed, at least once, every retry under the same Message-ID; and to nobody who did not
//! confirm the address.

use http::Response;
use tallystick_parties::native::TakenMail;
use tallystick_protocol::home::decisions::{HomeDecisions, HomeMailAddress, ToldDecision};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::money::{Currency, Money};

use super::super::holder::CBOR;
use super::super::world::{HOME_PROXY, SHOP, World, domain, problem};
use super::ends::Home;

const AIKO: &str = "aiko@example.jp";
const DAY_MS: u64 = 86_400_000;

fn home(world: &World, number: u8) -> Home {
    let mut home = Home::new(number, &[]);
    home.register(world);
    home
}

fn says(
    world: &World,
    home: &Home,
    address: Option<&str>,
    code: Option<&str>,
) -> Response<Vec<u8>> {
    let said = HomeMailAddress {
        home: home.id(),
        token: home.token,
        address: address.map(|address| address.parse().unwrap()),
        code: code.map(Into::into),
    };
    world.post(HOME_PROXY, "/v1/homes/mail-address", CBOR, encode(&said))
}

fn decision(number: u32) -> ToldDecision {
    ToldDecision {
        number,
        terminal_name: "愛子の携帯".into(),
        shop: domain(SHOP),
        amount: Money::new(1_000 + u64::from(number), Currency::Jpy),
        at: tallystick_protocol::wire::time::Timestamp(1_800_000_000),
    }
}

fn tells(world: &World, home: &Home, numbers: &[u32]) -> Response<Vec<u8>> {
    let said = HomeDecisions {
        home: home.id(),
        token: home.token,
        decisions: numbers.iter().map(|number| decision(*number)).collect(),
    };
    world.post(HOME_PROXY, "/v1/homes/decisions", CBOR, encode(&said))
}

fn taken(world: &World) -> Vec<TakenMail> {
    world.run_for(1_000);
    world.machine(HOME_PROXY).mail.taken()
}

/// The code that was mailed last.
fn code(world: &World) -> String {
    let mails = taken(world);
    let subject = mails.last().unwrap().header("Subject").unwrap();
    subject.split(' ').next().unwrap().to_owned()
}

fn confirmed(world: &World, home: &Home) {
    assert_eq!(says(world, home, Some(AIKO), None).status(), 204);
    let code = code(world);
    assert_eq!(says(world, home, Some(AIKO), Some(&code)).status(), 204);
}

fn about_decisions(world: &World) -> Vec<TakenMail> {
    let mails = taken(world).into_iter();
    mails
        .filter(|mail| mail.header("Subject").unwrap().contains("paid"))
        .collect()
}

#[test]
fn an_address_and_a_code_that_was_mailed_open_under_a_new_sealing_key() {
    let mut world = World::with_home_proxy();
    let (home, other) = (home(&world, 10), home(&world, 11));
    confirmed(&world, &home);
    let second = "ben@example.jp";
    assert_eq!(says(&world, &other, Some(second), None).status(), 204);
    let mailed = code(&world);
    let places = world.change_sealing_key();
    for place in ["home_mail.address", "home_codes.sealed"] {
        assert!(
            places.contains(&format!("{HOME_PROXY} {place}")),
            "{places:?}"
        );
    }
    assert_eq!(
        says(&world, &other, Some(second), Some(&mailed)).status(),
        204
    );
    assert_eq!(tells(&world, &home, &[1]).status(), 204);
    assert_eq!(about_decisions(&world).len(), 1);
}

#[test]
fn t000_4_what_home_tells_is_mailed_with_its_amount_and_told_again_it_is_no_other_mail() {
    let world = World::with_home_proxy();
    let home = home(&world, 10);
    confirmed(&world, &home);
    for numbers in [[1].as_slice(), &[1], &[1, 2], &[2]] {
        assert_eq!(tells(&world, &home, numbers).status(), 204);
    }
    let mails = about_decisions(&world);
    let subjects: Vec<_> = mails.iter().map(|mail| mail.header("Subject")).collect();
    let paid = |amount| format!("Your card at home paid {amount} JPY at {SHOP}");
    let expected = [paid(1001), paid(1002)];
    assert_eq!(
        subjects,
        expected
            .iter()
            .map(|one| Some(one.as_str()))
            .collect::<Vec<_>>()
    );
    let ids: Vec<_> = mails.iter().map(|mail| mail.header("Message-ID")).collect();
    assert_ne!(ids[0], ids[1]);
    assert!(mails.iter().all(|mail| mail.to == AIKO));
    assert!(mails[0].text().unwrap().contains("愛子の携帯"));
}

#[test]
fn t000_4_a_server_that_hangs_up_after_the_mail_is_told_the_same_again_under_the_same_message_id() {
    let world = World::with_home_proxy();
    let home = home(&world, 10);
    confirmed(&world, &home);
    let server = &world.machine(HOME_PROXY).mail;
    server.drop_after_data(2);
    assert_eq!(tells(&world, &home, &[1]).status(), 204);
    world.run_for(DAY_MS);
    let mails = about_decisions(&world);
    assert_eq!(mails.len(), 3);
    assert!(mails.iter().all(|mail| *mail == mails[0]));
}

#[test]
fn t000_4_a_mail_waits_for_a_server_that_is_down_and_for_a_proxy_that_starts_again() {
    let mut world = World::with_home_proxy();
    let home = home(&world, 10);
    confirmed(&world, &home);
    world.machine(HOME_PROXY).mail.set_down(true);
    assert_eq!(tells(&world, &home, &[1]).status(), 204);
    assert!(about_decisions(&world).is_empty());
    world.restart(HOME_PROXY);
    world.machine(HOME_PROXY).mail.set_down(false);
    world.run_for(DAY_MS);
    assert_eq!(about_decisions(&world).len(), 1);
}

#[test]
fn t000_4_an_address_that_is_not_confirmed_is_mailed_nothing_but_its_code() {
    let world = World::with_home_proxy();
    let home = home(&world, 10);
    assert_eq!(problem(&tells(&world, &home, &[1])), "home-no-address");
    assert_eq!(says(&world, &home, Some(AIKO), None).status(), 204);
    assert_eq!(problem(&tells(&world, &home, &[1])), "home-no-address");
    let code = code(&world);
    let wrong = if code == "00000000" {
        "00000001"
    } else {
        "00000000"
    };
    let refused = says(&world, &home, Some(AIKO), Some(wrong));
    assert_eq!(problem(&refused), "home-wrong-code");
    let other = says(&world, &home, Some("other@example.jp"), Some(&code));
    assert_eq!(problem(&other), "home-wrong-code");
    assert_eq!(problem(&tells(&world, &home, &[1])), "home-no-address");
    assert_eq!(taken(&world).len(), 1);
    assert_eq!(says(&world, &home, Some(AIKO), Some(&code)).status(), 204);
    // Said again, it is confirmed.
    assert_eq!(says(&world, &home, Some(AIKO), Some(&code)).status(), 204);
    assert_eq!(tells(&world, &home, &[1]).status(), 204);
}

#[test]
fn t000_4_a_code_is_over_after_an_hour_and_after_five_tries() {
    let world = World::with_home_proxy();
    let home = home(&world, 10);
    says(&world, &home, Some(AIKO), None);
    let first = code(&world);
    world.run_for(3_600_000);
    let late = says(&world, &home, Some(AIKO), Some(&first));
    assert_eq!(problem(&late), "home-wrong-code");
    says(&world, &home, Some(AIKO), None);
    let second = code(&world);
    for _ in 0..5 {
        says(&world, &home, Some(AIKO), Some("12345678"));
    }
    let spent = says(&world, &home, Some(AIKO), Some(&second));
    assert_eq!(problem(&spent), "home-wrong-code");
}

#[test]
fn t000_4_nobody_is_mailed_codes_at_will() {
    let world = World::with_home_proxy();
    let homes: Vec<_> = (10..14).map(|number| home(&world, number)).collect();
    // The same request twice is one code.
    assert_eq!(says(&world, &homes[0], Some(AIKO), None).status(), 204);
    assert_eq!(says(&world, &homes[0], Some(AIKO), None).status(), 204);
    assert_eq!(taken(&world).len(), 1);
    for home in &homes[1..3] {
        assert_eq!(
            says(&world, home, Some("Aiko@example.jp"), None).status(),
            204
        );
    }
    let fourth = says(&world, &homes[3], Some(AIKO), None);
    assert_eq!(problem(&fourth), "home-too-many");
    for number in 0..6 {
        let address = format!("a{number}@example.jp");
        assert_eq!(says(&world, &homes[3], Some(&address), None).status(), 204);
    }
    let seventh = says(&world, &homes[3], Some("a6@example.jp"), None);
    assert_eq!(problem(&seventh), "home-too-many");
    assert_eq!(taken(&world).len(), 9);
    world.run_for(DAY_MS);
    assert_eq!(says(&world, &homes[3], Some(AIKO), None).status(), 204);
}

#[test]
fn t000_4_an_address_that_is_removed_is_gone_from_the_proxy_with_what_was_to_be_mailed() {
    let world = World::with_home_proxy();
    let home = home(&world, 10);
    confirmed(&world, &home);
    let machine = world.machine(HOME_PROXY);
    machine.mail.set_down(true);
    assert_eq!(tells(&world, &home, &[1]).status(), 204);
    assert_eq!(says(&world, &home, None, None).status(), 204);
    machine.mail.set_down(false);
    world.run_for(DAY_MS);
    assert!(about_decisions(&world).is_empty());
    assert_eq!(problem(&tells(&world, &home, &[2])), "home-no-address");
}

#[test]
fn t000_4_only_who_has_the_homes_token_is_listened_to() {
    let world = World::with_home_proxy();
    let mut stranger = home(&world, 10);
    confirmed(&world, &stranger);
    let token = core::mem::replace(&mut stranger.token, [99; 32]);
    assert_eq!(tells(&world, &stranger, &[1]).status(), 401);
    assert_eq!(says(&world, &stranger, None, None).status(), 401);
    let unknown = Home::new(11, &[]);
    assert_eq!(problem(&tells(&world, &unknown, &[1])), "home-unknown");
    stranger.token = token;
    let disordered = tells(&world, &stranger, &[2, 1]);
    assert_eq!(problem(&disordered), "malformed");
    assert!(about_decisions(&world).is_empty());
    let page = world.send("anybody", HOME_PROXY, "GET", "/v1/mail", "", Vec::new());
    assert_eq!(page.status(), 404, "mail is shown where it is kept alone");
}
