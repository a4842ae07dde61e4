//! Goods run out between the form and the order, and two holders want the same last pieces.

use tallystick_parties::native::block_on;
use tallystick_wallet::view::OrderState;

use super::holder::{Holder, PASSPHRASE};
use super::world::{ISSUER, SHOP, World};

const TEA: &str = r#"[{"sku":"sencha-100","quantity":1}]"#;

fn left(world: &World, pieces: u32) {
    let sql = format!(
        "INSERT INTO shop_stock (sku, pieces) VALUES ('sencha-100', {pieces})
         ON CONFLICT (sku) DO UPDATE SET pieces = excluded.pieces RETURNING pieces"
    );
    world.number(SHOP, &sql);
}

fn is_told_that_the_goods_are_gone(holder: &Holder<'_>, request: &str) {
    let order = holder.order(request);
    assert_eq!(order.state, OrderState::Refused, "{order:?}");
    let failure = order.failure.unwrap();
    assert_eq!(failure.kind, "out-of-stock");
    assert_eq!(failure.about, "Kiso Tea & Books");
    assert_eq!(failure.money_key, Some("never-asked"));
}

#[test]
fn goods_that_run_out_between_form_and_order_are_refused_and_the_issuer_is_not_asked() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let request = holder.asked(TEA);
    left(&world, 0);
    holder.approve(&request).unwrap();
    holder.finish();
    is_told_that_the_goods_are_gone(&holder, &request);
    assert_eq!(world.requests(ISSUER, "/v1/authorisations"), 0);
    assert_eq!(world.stock("sencha-100"), 0);
}

#[test]
fn two_holders_want_the_last_piece_one_gets_it_and_the_other_is_told() {
    let world = World::new();
    let (one, other) = (Holder::ready(&world), Holder::ready(&world));
    left(&world, 1);
    let (first, second) = (one.asked(TEA), other.asked(TEA));
    one.approve(&first).unwrap();
    other.approve(&second).unwrap();
    for _ in 0..40 {
        for holder in [&one, &other] {
            block_on(holder.wallet.advance()).unwrap();
        }
        world.run_for(200);
    }
    one.finish();
    other.finish();
    // Following an order that a shop disowned takes longer than a wallet stays open.
    for holder in [&one, &other] {
        let _ = block_on(holder.wallet.unlock(PASSPHRASE));
    }
    let states = [one.order(&first).state, other.order(&second).state];
    let (winner, loser) = match states {
        [OrderState::Delivering, _] => (states[0], (&other, &second)),
        _ => (states[1], (&one, &first)),
    };
    assert_eq!(winner, OrderState::Delivering, "{states:?}");
    is_told_that_the_goods_are_gone(loser.0, loser.1);
    assert_eq!(world.stock("sencha-100"), 0);
    assert_eq!(world.balance("payable to kiso-tea.localhost"), 1480 + 520);
}
