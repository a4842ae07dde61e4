//! The bank's page: passwords, and what a session sees and does.

use super::*;

#[test]
fn a_wrong_password_opens_nothing_and_after_five_the_right_one_has_to_wait() {
    let (world, holder, _) = start();
    let number = holder.card.number.as_str();
    for _ in 0..5 {
        let answer = try_password(&world, number, &[9; 32]);
        assert_eq!(problem(&answer), "unauthorised");
    }
    let held_back = try_password(&world, number, &VERIFIER);
    assert_eq!(problem(&held_back), "rate-limited");
    world.run_for(60_000);
    assert_eq!(
        problem(&try_password(&world, number, &[9; 32])),
        "unauthorised"
    );
    world.run_for(60_000);
    assert_eq!(
        problem(&try_password(&world, number, &VERIFIER)),
        "rate-limited",
        "twice as long"
    );
    world.run_for(60_000);
    read(&try_password(&world, number, &VERIFIER));
    assert_eq!(
        problem(&try_password(&world, number, &[9; 32])),
        "unauthorised",
        "counted anew"
    );
    read(&try_password(&world, number, &VERIFIER));
}

#[test]
fn an_account_that_does_not_exist_is_told_apart_from_none_that_does() {
    let (world, holder, _) = start();
    let salt = |number: &str| {
        let body = json!({ "account": number });
        read(&asked(&world, ("POST", "/v1/password-salts"), "", &body))
    };
    let nobody = "8999900000000000";
    let own = salt(holder.card.number.as_str());
    let expected = tallystick_protocol::bank::password_salt(
        &crate::world::domain(BANK),
        &registration(1).number,
    );
    assert_eq!(own["salt"], hex(&expected));
    assert_eq!(
        (&own["memory_kib"], &own["passes"]),
        (&json!(65_536), &json!(5))
    );
    let made_up = salt(nobody);
    assert_eq!(made_up, salt(nobody), "the same each time");
    assert_eq!(made_up["salt"].as_str().unwrap().len(), 32);
    assert_ne!(made_up["salt"], salt("8999900000000001")["salt"]);
    for _ in 0..5 {
        let answer = try_password(&world, nobody, &[9; 32]);
        assert_eq!(problem(&answer), "unauthorised");
    }
    assert_eq!(
        problem(&try_password(&world, nobody, &[9; 32])),
        "rate-limited"
    );
}

#[test]
fn a_session_is_over_after_half_an_hour_or_when_its_holder_says_so() {
    let (world, holder, _) = start();
    let see = |token: &str| {
        asked(
            &world,
            ("GET", "/v1/holder-sessions/own"),
            token,
            &Json::Null,
        )
    };
    let token = session(&world, &holder);
    look(&world, &token);
    world.run_for(30 * 60_000);
    assert_eq!(problem(&see(&token)), "unauthorised");
    let token = session(&world, &holder);
    read(&asked(
        &world,
        ("POST", "/v1/holder-sessions/own/end"),
        &token,
        &Json::Null,
    ));
    assert_eq!(problem(&see(&token)), "unauthorised");
    assert_eq!(problem(&see(&hex(&[0; 32]))), "unauthorised");
    assert_eq!(problem(&see("")), "unauthorised");
}

#[test]
fn a_session_blocks_its_own_purses_alone() {
    let (world, _, purse) = start();
    let other = enrolled(&world, 2);
    let token = session(&world, &other);
    let body = json!({ "purse": purse.number.to_string() });
    let answer = asked(
        &world,
        ("POST", "/v1/holder-sessions/own/blocks"),
        &token,
        &body,
    );
    assert_eq!(problem(&answer), "not-found");
    assert_eq!(look(&world, &token)["purses"], json!([]));
}

#[test]
fn the_bank_keeps_a_hash_of_the_verifier_and_of_the_token_and_neither_itself() {
    let (world, holder, _) = start();
    let token = session(&world, &holder);
    let kept = format!(
        "SELECT count(*) FROM bank_sessions WHERE token_digest = x'{token}' OR length(token_digest) <> 32"
    );
    assert_eq!(world.number(BANK, &kept), 0);
    let verifier = hex(&VERIFIER);
    let shown =
        format!("SELECT count(*) FROM bank_accounts WHERE instr(details, x'{verifier}') > 0");
    assert_eq!(world.number(BANK, &shown), 0);
}
