//! Who may have a share at all.

use tallystick_parties::native::block_on;
use tallystick_protocol::account::EnrolmentTicket;
use tallystick_protocol::trust::statement::{Audience, Envelope};
use tallystick_protocol::wire::identifier::Role;

use crate::holders::{ISSUER, SHOP, holder, ready, request, request_with, ticket};
use crate::support::{KEYS, World, problem};

#[test]
fn a_ticket_by_anybody_but_an_issuer_is_worth_nothing() {
    let mut world = World::new();
    let shop = ready(&mut world, Role::Shop, SHOP);
    assert_eq!(
        problem(&request(&world, &shop, &holder(1), None)),
        "untrusted-certificate"
    );
}

#[test]
fn a_misused_ticket_is_refused() {
    let mut world = World::new();
    let issuer = ready(&mut world, Role::Issuer, ISSUER);
    let (mine, other) = (holder(1), holder(2));
    let good = ticket(&issuer, &mine);
    let signed = |ticket: &EnrolmentTicket| block_on(issuer.office.say(ticket)).unwrap();
    let envelope = |to, transaction| Envelope {
        to,
        transaction,
        ..good.envelope.clone()
    };

    let mut altered = signed(&good);
    let end = altered.len() - 1;
    altered[end] ^= 1;
    assert_eq!(
        problem(&request_with(&world, altered, Role::Shop, None)),
        "bad-signature"
    );

    let exchanged_key = EnrolmentTicket {
        enrolment_public_key: other.public,
        ..good.clone()
    };
    let refused = request_with(&world, signed(&exchanged_key), Role::Shop, None);
    assert_eq!(
        problem(&refused),
        "wrong-transaction",
        "the identifier is not the key's hash"
    );

    let for_one = Audience::Party(crate::support::domain("elsewhere.localhost"));
    let for_another = EnrolmentTicket {
        envelope: envelope(for_one, *mine.id.as_bytes()),
        ..good.clone()
    };
    assert_eq!(
        problem(&request_with(
            &world,
            signed(&for_another),
            Role::Shop,
            None
        )),
        "wrong-recipient"
    );

    let of_another_epoch = EnrolmentTicket {
        epoch: tallystick_protocol::keys::Epoch(2),
        ..good.clone()
    };
    assert_eq!(
        problem(&request_with(
            &world,
            signed(&of_another_epoch),
            Role::Shop,
            None
        )),
        "unknown-space"
    );

    assert_eq!(
        problem(&request_with(&world, signed(&good), Role::Ca, None)),
        "unknown-space"
    );

    let late = signed(&good);
    world.clock.advance(2 * 3_600_000);
    assert_eq!(
        problem(&request_with(&world, late, Role::Shop, None)),
        "expired"
    );

    let console = world.get_json(KEYS, "/v1/console");
    assert_eq!(
        console["counters"]
            .get("shop_holders")
            .and_then(|v| v.as_u64())
            .unwrap_or(0),
        0
    );
}

#[test]
fn a_party_gets_shares_of_its_own_role_alone() {
    let mut world = World::new();
    let shop = ready(&mut world, Role::Shop, SHOP);
    let request = tallystick_protocol::account::PartyShareRequest {
        envelope: shop
            .office
            .envelope(Audience::Party(crate::support::domain(KEYS)), [1; 32], 300),
        sealing_public_key: holder(9).public,
        role: Role::Issuer,
        space: None,
    };
    let signed = block_on(shop.office.say(&request)).unwrap();
    let refused = world.post(KEYS, "/v1/party-shares", "application/cose", signed);
    assert_eq!(problem(&refused), "untrusted-certificate");
}
