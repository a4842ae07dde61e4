//! Whatever is sent, the answer is a problem of the sender's, and nothing changes.

use tallystick_parties::native::block_on;
use tallystick_parties::ports::Tables;
use tallystick_protocol::account::HolderShareRequest;
use tallystick_protocol::trust::introduction::IntroductionRequest;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::Role;

use crate::holders::{ISSUER, SHOP, holder, ready, ticket};
use crate::support::{CA, KEYS, World, problem};

const CBOR: &str = "application/cbor";
const COSE: &str = "application/cose";

const ROUTES: [(&str, &str, &str); 6] = [
    (CA, "/v1/certificates", CBOR),
    (CA, "/v1/holder-certificates", COSE),
    (KEYS, "/v1/holder-shares", CBOR),
    (KEYS, "/v1/party-shares", COSE),
    (SHOP, "/v1/confirmations", CBOR),
    (SHOP, "/v1/introductions", CBOR),
];

#[test]
fn malformed_truncated_and_wrongly_typed_messages_are_refused_everywhere() {
    let mut world = World::new();
    let issuer = ready(&mut world, Role::Issuer, ISSUER);
    ready(&mut world, Role::Shop, SHOP);
    let statement = block_on(issuer.office.say(&ticket(&issuer, &holder(1)))).unwrap();
    let other = encode(&IntroductionRequest {
        nonce: [1; 32],
        from: crate::support::domain(SHOP),
    });
    let nested = vec![0x81; 10_000];
    let endless = vec![0x9f; 4_000];
    let huge_claim = [&[0x5b_u8][..], &u64::MAX.to_be_bytes()].concat();
    let bodies = [
        Vec::new(),
        vec![0],
        vec![0xff; 900],
        nested,
        endless,
        huge_claim,
        statement,
    ];
    for (to, path, media_type) in ROUTES {
        let foreign = if path == "/v1/introductions" {
            &other[..40]
        } else {
            &other[..]
        };
        for body in bodies.iter().map(Vec::as_slice).chain([foreign]) {
            let answer = world.post(to, path, media_type, body.to_vec());
            assert!(
                answer.status().is_client_error(),
                "{path}: {} bytes: {}",
                body.len(),
                answer.status()
            );
            assert_ne!(problem(&answer), "none", "{path} answers with a problem");
        }
        let answer = world.post(to, path, "text/plain", vec![0xa0]);
        assert_eq!(problem(&answer), "unsupported-media-type");
    }
}

#[test]
fn every_truncation_of_a_good_request_is_refused() {
    let mut world = World::new();
    let issuer = ready(&mut world, Role::Issuer, ISSUER);
    let ticket = block_on(issuer.office.say(&ticket(&issuer, &holder(1)))).unwrap();
    let good = encode(&HolderShareRequest {
        ticket,
        role: Role::Shop,
        space: None,
    });
    for end in (0..good.len()).step_by(23) {
        let answer = world.post(KEYS, "/v1/holder-shares", CBOR, good[..end].to_vec());
        assert_eq!(problem(&answer), "malformed", "{end} bytes");
    }
    assert_eq!(
        world.post(KEYS, "/v1/holder-shares", CBOR, good).status(),
        200
    );
}

#[test]
fn a_request_that_was_altered_anywhere_is_refused() {
    let mut world = World::new();
    let issuer = ready(&mut world, Role::Issuer, ISSUER);
    let ticket = block_on(issuer.office.say(&ticket(&issuer, &holder(1)))).unwrap();
    for at in (0..ticket.len()).step_by(61) {
        let mut altered = ticket.clone();
        altered[at] ^= 1;
        let request = HolderShareRequest {
            ticket: altered,
            role: Role::Shop,
            space: None,
        };
        let answer = world.post(KEYS, "/v1/holder-shares", CBOR, encode(&request));
        assert!(
            answer.status().is_client_error(),
            "byte {at}: {}",
            answer.status()
        );
    }
    let console = world.get_json(KEYS, "/v1/console");
    assert!(console["counters"]["shop_holders"].as_u64().unwrap_or(0) == 0);
}

#[test]
fn the_log_says_what_broke_in_sqlites_words_and_the_answer_does_not() {
    let mut world = World::new();
    let party = world.start_bare(Role::Shop, "shop.localhost");
    block_on(party.office.bootstrap()).unwrap();
    let request = http::Request::get("https://shop.localhost/v1/nothing")
        .header("x-correlation-id", "0123456789abcdef")
        .body(Vec::new())
        .unwrap();
    let answer = block_on(party.office.receive(request, async |_| {
        let sql = "INSERT INTO facts (name, value) VALUES ('Hanako', NULL)";
        party.office.tables().run(sql, &[])?;
        Err(tallystick_parties::office::fault::Fault::not_found())
    }));
    assert_eq!(problem(&answer), "internal");
    let said = String::from_utf8_lossy(answer.body()).into_owned();
    assert!(
        !said.contains("facts") && !said.contains("Nothing was changed"),
        "{said}"
    );
    let log = party.office.ports.log.lines().join("\n");
    let broken = log.lines().find(|line| line.contains("broken")).unwrap();
    for part in [
        "0123456789abcdef",
        "database-sql",
        "NOT NULL constraint failed: facts.value",
    ] {
        assert!(broken.contains(part), "{broken}");
    }
    assert!(!log.contains("Hanako"), "{log}");
}

#[test]
fn what_a_database_says_is_logged_without_anything_that_could_be_a_value() {
    use tallystick_parties::office::log::without_values;
    let said = "UNIQUE constraint failed: statements.kind, statements.reference";
    assert_eq!(without_values(said), said);
    let said = without_values("near \"Hanako\": 090-1234-5678 'Tokyo' 山田 in column t.name");
    assert_eq!(said, "near : … … in column t.name");
}
