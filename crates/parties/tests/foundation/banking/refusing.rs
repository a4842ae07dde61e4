//! What the bank outside says against an account (SZ2).

use super::*;

#[test]
fn t004_43_the_banking_system_refuses_an_account_that_is_not_there() {
    let outside = Outside::open();
    let aiko = outside.customer("Aiko Tanaka", Currency::Jpy);
    assert_eq!(outside.check(&aiko, None), Solvency::Good);
    let nobody = Holding {
        iban: "DE89370400440532013000".parse().unwrap(),
        ..aiko
    };
    let refused = REFUSED(Reason::IncorrectAccountNumber);
    assert_eq!(outside.check(&nobody, None), refused);
    // Not of the form at all: the same answer.
    let body = br#"{"iban":"four","name":"Aiko Tanaka"}"#.to_vec();
    let answer = outside.post_raw("/v1/checks", JSON, body);
    let answer: Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(answer, json!({ "outcome": "refused", "reason": "AC01" }));
}

#[test]
fn t004_43_the_banking_system_refuses_an_account_that_is_anothers_and_does_not_say_whose() {
    let outside = Outside::open();
    let aiko = outside.customer("Aiko Tanaka", Currency::Jpy);
    let claimed = Holding {
        name: Name::new("Mallory Stone").unwrap(),
        ..aiko.clone()
    };
    let refused = REFUSED(Reason::InconsistentWithEndCustomer);
    assert_eq!(outside.check(&claimed, None), refused);
    let said = outside.world.hub.received();
    let heard = said
        .iter()
        .filter(|said| said.by == CLIENT && said.what == "POST /v1/checks");
    assert!(heard.clone().count() > 0);
    for answer in heard {
        assert!(!String::from_utf8_lossy(&answer.bytes).contains("Aiko"));
    }
    // Capitals and spaces do not make another person.
    let shouted = Holding {
        name: Name::new("AIKO  TANAKA").unwrap(),
        ..aiko
    };
    assert_eq!(outside.check(&shouted, None), Solvency::Good);
}

#[test]
fn t004_43_the_banking_system_refuses_who_cannot_pay() {
    let outside = Outside::open();
    let aiko = outside.customer("Aiko Tanaka", Currency::Jpy);
    let of = |minor| outside.check(&aiko, Some(yen(minor)));
    assert_eq!(of(OPENING), Solvency::Good);
    assert_eq!(of(OPENING + 1), REFUSED(Reason::InsufficientFunds));
    let euros = Money::new(1, Currency::Eur);
    let refused = REFUSED(Reason::NotAllowedCurrency);
    assert_eq!(outside.check(&aiko, Some(euros)), refused);
    // Without an amount something must be there.
    let client = block_on(outside.api().own_account(Currency::Jpy)).unwrap();
    let refused = REFUSED(Reason::InsufficientFunds);
    assert_eq!(outside.check(&client, None), refused);
}
