//! Whom the shop tells about an order: whoever has its form, and nobody who only relayed, paid or
//! delivered it.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::wire::identifier::Role;

use super::holder::{Holder, Order};
use super::information_flow::everything_at;
use super::search::{holds, open_with, party_share};
use super::talk::{buy, receipt};
use super::world::{CA, CENTRE, COURIER, ISSUER, SHOP, World};

fn bought() -> (World, Order) {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let order = holder.usual_order(&world, &[("kyusu-pot", 3)]);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    (world, order)
}

/// Every 32 bytes that a party can call an identifier of the order: what stands in clear with its
/// part, and what it finds inside.
fn identifiers(world: &World, party: &str, role: Role, order: &Order) -> Vec<[u8; 32]> {
    let part = order.split.part(role).unwrap();
    let opened = open_with(&party_share(world, party, role), part);
    let header = &opened.header;
    let mut all = vec![
        header.order_id.0,
        order.root.0,
        header.holder.0,
        part.nonce,
        order.id.0,
    ];
    all.extend(opened.disclosed().iter().map(|disclosed| disclosed.salt));
    let values = opened.disclosed().iter();
    all.extend(values.filter_map(|disclosed| <[u8; 32]>::try_from(&disclosed.value[..]).ok()));
    for bytes in [&part.ciphertext[..], &order.bytes[..]] {
        all.push(Sha256::digest(bytes).into());
    }
    all
}

#[test]
fn t_u2_nothing_that_issuer_or_courier_know_opens_an_order_at_the_shop() {
    let (world, order) = bought();
    for (party, role) in [(ISSUER, Role::Issuer), (COURIER, Role::Courier)] {
        for identifier in identifiers(&world, party, role, &order) {
            let name = HEXLOWER.encode(&identifier);
            let start = order.split.form_start.unwrap();
            for path in [
                format!("/v1/orders/{name}"),
                format!("/v1/orders/{start:02x}{name}"),
                format!("/v1/orders/{name}/summary"),
                format!("/v1/answers/{name}"),
                format!("/v1/forms/{name}"),
            ] {
                let answer = world.send(party, SHOP, "GET", &path, "", Vec::new());
                assert_eq!(answer.status(), 404, "{party} learns something at {path}");
            }
        }
    }
}

#[test]
fn t_u2_what_opens_an_order_at_the_shop_is_with_nobody_but_shop_and_holder() {
    let (world, order) = bought();
    assert!(holds(&everything_at(&world, SHOP), &order.form_digest));
    for party in [ISSUER, COURIER, CENTRE, CA] {
        assert!(
            !holds(&everything_at(&world, party), &order.form_digest),
            "{party}"
        );
    }
    for (party, role) in [(ISSUER, Role::Issuer), (COURIER, Role::Courier)] {
        assert!(!identifiers(&world, party, role, &order).contains(&order.form_digest));
    }
}

#[test]
fn whoever_has_the_form_reads_receipt_and_summary() {
    let (world, order) = bought();
    assert_eq!(receipt(&world, &order).order_id, order.id);
    let summary = world.get_json(SHOP, &format!("{}/summary", order.path()));
    assert_eq!(summary["order_id"], order.id.to_string());
    assert_eq!(summary["items"][0]["sku"], "kyusu-pot");
}
