//! Source document 002 (EP 0 791 901) with the other documents' systems switched off: no bank, coupon office, home proxy or vending machine.

use tallystick_protocol::checkout::answers::{MoneyState, ShopState};
use tallystick_protocol::wire::identifier::Role;
use tallystick_simulation::cast::Cast;

use super::holder::Holder;
use super::talk::{buy, courier_answer, issuer_answer};
use super::world::{CA, CENTRE, COURIER, ISSUER, SHOP, World};

#[test]
fn t_u6_an_order_goes_from_the_form_to_the_charge_with_no_system_but_this_documents() {
    let parties = [CA, CENTRE, SHOP, ISSUER, COURIER];
    let world = World::of(&parties, Cast::default());
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    for (role, party) in [
        (Role::Shop, SHOP),
        (Role::Issuer, ISSUER),
        (Role::Courier, COURIER),
    ] {
        assert!(holder.confirms(&world, role, party), "{party}");
    }
    let order = holder.usual_order(&world, &[("sencha-100", 2)]);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    assert!(courier_answer(&world, &order).accepted);
    let money = issuer_answer(&world, &order).money;
    assert_eq!(money, Some(MoneyState::Captured));
    assert_eq!(world.balance("payable to kiso-tea.localhost"), 3_480);
    world.require_only(&parties);
}

#[test]
fn who_asks_for_a_party_that_is_not_there_is_noticed() {
    let world = World::of(&[CA, CENTRE], Cast::default());
    world.require_only(&[CENTRE, CA]);
    let request = http::Request::get(format!("https://{SHOP}/health"));
    let asked = world.hub.network(CENTRE);
    let asked = tallystick_parties::ports::Network::send(&asked, request.body(Vec::new()).unwrap());
    assert!(tallystick_parties::native::block_on(asked).is_err());
    assert_eq!(world.hub.missed(), [SHOP]);
}
