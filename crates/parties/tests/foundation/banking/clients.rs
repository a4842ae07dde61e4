//! Who is answered, and what cannot be read.

use super::*;

#[test]
fn only_a_client_with_its_token_is_answered_and_only_about_its_own_account() {
    let outside = Outside::open();
    let aiko = outside.customer("Aiko Tanaka", Currency::Jpy);
    let batch = outside.batch("M-1", vec![instruction("P-1", yen(1), &aiko)]);
    let body = pain001::write(&batch).unwrap();
    let request = || {
        request_to(
            BANK,
            Method::POST,
            "/v1/payments",
            Some("application/xml"),
            body.clone(),
        )
        .unwrap()
    };
    for token in [
        None,
        Some(""),
        Some("a token that the sandbox gave its clienT"),
    ] {
        let answer = outside.send(request(), token);
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(problem(&answer), "unauthorised");
    }
    for path in ["/v1/settlement-accounts", "/v1/statements?from=2026-01-01"] {
        let request = request_to(BANK, Method::GET, path, None, Vec::new()).unwrap();
        assert_eq!(problem(&outside.send(request, None)), "unauthorised");
    }
    let answer = outside.send(request(), Some("another bank's token"));
    assert_eq!(problem(&answer), "wrong-sender");
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
}

#[test]
fn a_message_that_cannot_be_read_is_refused_with_a_sentence_and_changes_nothing() {
    let outside = Outside::open();
    let aiko = outside.customer("Aiko Tanaka", Currency::Jpy);
    let batch = outside.batch("M-1", vec![instruction("P-1", yen(1), &aiko)]);
    let whole = String::from_utf8(pain001::write(&batch).unwrap()).unwrap();
    let deep = format!(
        "{}{}",
        whole.replace("</Document>", ""),
        "<a>".repeat(100_000 / 4)
    );
    let broken = [
        Vec::new(),
        b"hello".to_vec(),
        whole.as_bytes()[..whole.len() / 2].to_vec(),
        whole
            .replace("pain.001.001.09", "pain.001.001.03")
            .into_bytes(),
        whole
            .replace("<Document", "<!DOCTYPE a [<!ENTITY b \"c\">]><Document")
            .into_bytes(),
        whole.replace("P-1", "&b;").into_bytes(),
        deep.into_bytes(),
        vec![0xff; 64],
    ];
    for body in broken {
        let answer = outside.post_raw("/v1/payments", "application/xml", body);
        assert_eq!(problem(&answer), "malformed");
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    }
    let huge = outside.post_raw("/v1/payments", "application/xml", vec![b' '; 300_000]);
    assert_eq!(problem(&huge), "too-large");
    let other = outside.post_raw("/v1/payments", "text/plain", whole.into_bytes());
    assert_eq!(problem(&other), "unsupported-media-type");
    for query in [
        "",
        "from=yesterday",
        "from=2026-01-01&page=0",
        "from=2026-01-01&currency=XXX",
        "from=2026-01-01&colour=red",
        "from",
    ] {
        let request = request_to(
            BANK,
            Method::GET,
            &format!("/v1/statements?{query}"),
            None,
            Vec::new(),
        )
        .unwrap();
        assert_eq!(
            problem(&outside.send(request, Some(TOKEN))),
            "malformed",
            "{query}"
        );
    }
    let before = outside.world.get_json(BANK, "/v1/console");
    assert_eq!(before["counters"]["booked"], 0);
    assert_eq!(before["counters"]["rejected"], 0);
}

#[test]
fn the_sandbox_starts_outside_a_demo_only_if_its_operator_says_that_it_keeps_no_money() {
    let mut config = config();
    assert_eq!(config.require_safe(), Ok(()));
    config.settings.domain = domain("bank.example");
    assert_eq!(config.require_safe(), Err(UnsafeSetting::Sandbox));
    config.is_no_real_money = true;
    assert_eq!(config.require_safe(), Err(UnsafeSetting::ShortClientToken));
    config.clients.remove(0);
    // The rest is what every party must set.
    assert_eq!(config.require_safe(), Err(UnsafeSetting::OpenConsole));
}
