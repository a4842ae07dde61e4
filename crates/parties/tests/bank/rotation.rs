//! The bank's operator changes the sealing key: what registrations said, what was answered, and where money goes.

use super::authority::{enrolled, opening, registration, world};
use super::commanding::{command, done};
use super::kitsune;
use super::world::{BANK, World};

fn salt(world: &World) -> Vec<u8> {
    let body = r#"{"account":"4999000000000000"}"#.as_bytes().to_vec();
    let answer = world.send(
        "page",
        BANK,
        "POST",
        "/v1/password-salts",
        "application/json",
        body,
    );
    assert!(answer.status().is_success());
    answer.into_body()
}

#[test]
fn what_a_registration_said_opens_under_a_new_key_and_what_does_not_exist_does_not_show() {
    let mut world = world();
    let first = opening(&world, &registration(1));
    let made_up = salt(&world);
    let places = world.change_sealing_key();
    for place in ["bank_accounts.details", "commands.answer"] {
        assert!(places.contains(&format!("{BANK} {place}")), "{places:?}");
    }
    assert_eq!(opening(&world, &registration(1)), first);
    assert_eq!(salt(&world), made_up, "as a real one, it stays");
    enrolled(&world, 1);
}

#[test]
fn where_money_is_sent_back_to_opens_under_a_new_key() {
    let (mut world, kitsune) = kitsune::world();
    kitsune.enrolled(&world);
    let paid = kitsune.pays(&world, 300, "for nobody", "one");
    assert!(paid.status().is_success());
    world.run_for(1_000_000);
    done(&command(&world, "return-money", &[("booking", "1")]));
    let places = world.change_sealing_key();
    let place = format!("{BANK} bank_outside_payments.other");
    assert!(places.contains(&place), "{places:?}");
}
