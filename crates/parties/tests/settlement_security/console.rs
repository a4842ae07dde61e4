//! What operators see and command.

use tallystick_parties::native::block_on;
use tallystick_parties::office::http::{JSON, request_to};
use tallystick_parties::ports::Network;
use tallystick_protocol::settlement::*;
use tallystick_simulation::operators::{COMMANDS, Command, MEDIA_TYPE, OPERATORS, registration};

use crate::world::{SERVER, World};

fn shown(world: &World, path: &str) -> String {
    let request = request_to(SERVER, http::Method::GET, path, None, Vec::new()).unwrap();
    let answer = block_on(world.hub.network("operator").send(request)).unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    String::from_utf8(answer.into_body()).unwrap()
}

fn command(world: &World, command: &str, card: &str) -> u16 {
    let signed = Command {
        role: "security-server",
        domain: SERVER,
        command,
        arguments: &[("card", card.to_owned())],
        id: &format!("{command}{card}"),
        at: world.front.office.now(),
    };
    let answer = world.post(COMMANDS, MEDIA_TYPE, signed.signed());
    answer.status().as_u16()
}

#[test]
fn operators_see_what_was_paid_and_what_is_not_known() {
    let world = World::new();
    let card = world.card(500);
    let paid = world.ready(&card, 120);
    assert_eq!(world.settle(&paid, &card).state, SettlementState::Settled);
    let open = world.ready(&card, 50);
    card.enter();
    let mut count = 0;
    let silent = world.carry(TapPurpose::Settle(open.root()), &mut |command| {
        count += 1;
        (count < 3).then(|| card.transmit(command))
    });
    assert!(silent.is_ok());
    let console: serde_json::Value = serde_json::from_str(&shown(&world, "/v1/console")).unwrap();
    let counters = &console["counters"];
    for (name, count) in [
        ("settled", 1),
        ("debiting", 1),
        ("contactless_cards", 1),
        ("card_transactions", 2),
        ("card_orders_unresolved", 1),
        ("card_orders_resolved", 0),
    ] {
        assert_eq!(counters[name], count, "{name}");
    }
    let rows = |console: &serde_json::Value, name: &str| {
        let tables = console["tables"].as_array().unwrap();
        let table = tables.iter().find(|table| table["name"] == name).unwrap();
        table["rows"].as_array().unwrap().len()
    };
    assert_eq!(rows(&console, "card-log"), 2);
    assert_eq!(rows(&console, "card-unresolved"), 1);
    assert_eq!(rows(&console, "contactless-cards"), 1);
    let metrics = shown(&world, "/v1/metrics");
    assert!(metrics.contains("card_orders_unresolved"), "{metrics}");
    let number = paid.request.envelope.transaction;
    let number: String = number.iter().map(|byte| format!("{byte:02x}")).collect();
    let order = shown(&world, &format!("/v1/console/orders/{number}"));
    assert!(order.contains("left-on-card"));
    world.tap(TapPurpose::Read, &card).unwrap();
    let console = serde_json::from_str(&shown(&world, "/v1/console")).unwrap();
    assert_eq!(rows(&console, "card-unresolved"), 0);
    assert_eq!(rows(&console, "card-resolved"), 1);
}

#[test]
fn an_operator_blocks_a_card_and_lets_it_pay_again() {
    let world = World::new();
    let card = world.card(500);
    let answer = world.post(OPERATORS, JSON, registration());
    assert_eq!(answer.status(), 200);
    let order = world.ready(&card, 120);
    let alias = order.reading.alias.to_string();
    assert_eq!(command(&world, "block-card", "00112233445566778899"), 404);
    assert_eq!(command(&world, "block-card", "no alias"), 400);
    assert_eq!(command(&world, "block-card", &alias), 200);
    let outcome = world.settle(&order, &card);
    assert_eq!(outcome.refusal, Some(SettlementRefusal::Blocked));
    assert_eq!(command(&world, "unblock-card", &alias), 200);
    let order = world.ready(&card, 120);
    assert_eq!(world.settle(&order, &card).state, SettlementState::Settled);
    assert_eq!((world.debits(), world.on(&card)), (1, 380));
}
