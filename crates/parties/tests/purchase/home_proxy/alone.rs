//! Source document 000 with the other documents' systems switched off, but for the purchase that it lends a card for: no bank,
//! coupon office or vending machine.

use tallystick_protocol::checkout::answers::{MoneyState, ShopState};
use tallystick_simulation::cast::Cast;

use super::super::talk::{courier_answer, issuer_answer, state};
use super::super::world::{CA, CENTRE, COURIER, HOME_PROXY, ISSUER, SHOP, World};
use super::ends::{Home, Terminal};
use super::proxying::{holder, orders};

#[test]
fn t_u6_a_terminal_buys_with_the_card_at_home_with_no_system_but_this_documents() {
    let parties = [CA, CENTRE, SHOP, ISSUER, COURIER, HOME_PROXY];
    let world = World::of(&parties, Cast::default());
    let mut holder = holder(&world);
    let mut terminal = Terminal::new(&world, 20);
    let mut home = Home::new(10, &[&terminal]);
    home.register(&world);
    let _line = home.connect(&world, &holder);
    let order = holder.usual_order(&world, &[("hojicha-100", 1)]);
    orders(&world, &mut terminal, &home, &order);
    world.run_for(10_000);
    assert_eq!(state(&world, &order), ShopState::Accepted);
    assert!(courier_answer(&world, &order).accepted);
    let money = issuer_answer(&world, &order).money;
    assert_eq!(money, Some(MoneyState::Captured));
    world.require_only(&parties);
}
