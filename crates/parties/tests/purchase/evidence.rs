//! What the parties keep of an order, for how long, and that what they sign stays good.

use tallystick_protocol::answers::{Acceptance, IssuerAnswer, MoneyState, ShopReceipt, ShopState};
use tallystick_protocol::identifier::Role;
use tallystick_protocol::statement::open;

use super::holder::Holder;
use super::talk::{buy, courier_answer};
use super::world::{ISSUER, SHOP, World};

const DAY: u64 = 24 * 60 * 60_000;

#[test]
fn what_shop_issuer_and_courier_say_of_an_order_is_said_anew_once_it_is_void() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    buy(&world, &order);
    let look = |path: &str, party: &str| world.get(party, path).into_body();
    let of_issuer = format!("/v1/answers/{}", order.root);
    let first = look(&of_issuer, ISSUER);
    world.run_for(DAY);
    assert_eq!(
        look(&of_issuer, ISSUER),
        first,
        "the same bytes while they are good"
    );
    world.run_for(31 * DAY);
    let (anchors, now) = (&world.anchors, world.now());
    let said = open::<IssuerAnswer>(&look(&of_issuer, ISSUER), anchors, now, Role::Issuer);
    assert_eq!(said.unwrap().message.money, Some(MoneyState::Captured));
    let said = open::<ShopReceipt>(&look(&order.path(), SHOP), anchors, now, Role::Shop);
    assert_eq!(said.unwrap().message.state, ShopState::Accepted);
    let said = courier_answer(&world, &order);
    assert!(said.accepted);
    let said = open::<Acceptance>(&said.statement, anchors, now, Role::Courier);
    assert_eq!(said.unwrap().message.root, order.root);
}
