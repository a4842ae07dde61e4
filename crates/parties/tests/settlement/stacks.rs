//! The wallet's taps reach the security server directly, or by way of the front (source document 003, figures 1 to 4).

use tallystick_parties::ports::Tables as _;
use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::settlement::{SettlementState, TapAsk, TapPurpose};
use tallystick_protocol::wire::cbor::encode;

use super::desk::{Buyer, Stack, ends, last_received, require_rest, world};
use super::holder::CBOR;
use super::world::{SECURITY, SETTLEMENT, World, problem};

/// Two purchases, of which the second is delivered nowhere, and a tap that takes what comes back.
fn story(world: &World, stack: Stack) {
    let mut buyer = Buyer::by(world, stack, 9_000);
    let order = buyer.asked(world);
    let outcome = buyer.settle(world, &order).unwrap();
    assert_eq!(outcome.state, SettlementState::Settled);
    assert_eq!(ends(world, &order).state, ShopState::Accepted);
    let nowhere = buyer.order_as(world, |wish| {
        wish.destination.address = "Okinotorishima 1, Ogasawara, Tokyo".to_owned();
    });
    super::desk::asked(world, &nowhere);
    buyer.settle(world, &nowhere).unwrap();
    assert_eq!(ends(world, &nowhere).state, ShopState::Refused);
    world.run_for(5_000);
    assert_eq!(buyer.collect(world), 1);
    require_rest(world, &buyer);
}

/// All that stands in the books of a party, as text.
fn books(world: &World, who: &str, sql: &str) -> Vec<String> {
    let rows = world.machine(who).database.run(sql, &[]).unwrap();
    rows.iter()
        .map(|row| row.text(0).unwrap().to_owned())
        .collect()
}

#[test]
fn t003_10_both_stacks_leave_identical_ledgers_and_logs() {
    let of = |stack| {
        let world = world();
        story(&world, stack);
        let accounts = "SELECT name || ' ' || kind || ' ' || currency || ' ' || debits_pending || ' ' || debits_posted
            || ' ' || credits_pending || ' ' || credits_posted FROM accounts ORDER BY name";
        let transfers = "SELECT id || ' ' || minor || ' ' || memo FROM transfers ORDER BY number";
        let log = "SELECT hex(about) || kind || hex(alias) || minor || currency || balance FROM settlement_log ORDER BY number";
        let cards =
            "SELECT hex(alias) || kind || minor || left_minor FROM security_log ORDER BY number";
        [
            books(&world, SETTLEMENT, accounts),
            books(&world, SETTLEMENT, transfers),
            books(&world, SETTLEMENT, log),
            books(&world, SECURITY, cards),
        ]
    };
    let (direct, through) = (of(Stack::Direct), of(Stack::ThroughFront));
    assert!(direct.iter().all(|book| book.len() > 2), "{direct:?}");
    assert_eq!(direct, through);
}

#[test]
fn the_front_passes_taps_on_byte_for_byte_and_nothing_else() {
    let world = world();
    let ask = TapAsk {
        nonce: [3; 32],
        purpose: TapPurpose::Read,
    };
    let answer = world.post(SETTLEMENT, "/v1/taps", CBOR, encode(&ask));
    assert!(answer.status().is_success());
    assert_eq!(last_received(&world, SECURITY, "/v1/taps"), encode(&ask));
    let direct = world.post(SECURITY, "/v1/taps", CBOR, encode(&ask));
    assert_eq!(
        direct.headers()["content-type"],
        answer.headers()["content-type"]
    );
    // What the server says is wrong comes back as it said it.
    let nonsense = world.post(SETTLEMENT, "/v1/taps/answers", CBOR, vec![1, 2, 3]);
    let direct = world.post(SECURITY, "/v1/taps/answers", CBOR, vec![1, 2, 3]);
    assert_eq!(problem(&nonsense), problem(&direct));
    assert_eq!(nonsense.status(), direct.status());
    let other = world.post(SETTLEMENT, "/v1/taps", "text/plain", encode(&ask));
    assert!(!other.status().is_success());
    world.hub.cut(SECURITY, true);
    let silent = world.post(SETTLEMENT, "/v1/taps", CBOR, encode(&ask));
    assert_eq!(problem(&silent), "unreachable");
}
