//! The same with the real front, the real shop and the real courier: a purchase from the reading to the delivery.

use tallystick_parties::native::block_on;
use tallystick_simulation::cast::Cast;
use tallystick_wallet::view::{KeyPlace, OrderState, OrderView, TapState};

use super::device::Device;
use super::holder::{Holder, PASSPHRASE, PIN, address, offer_of, open};
use super::pay::{Ordered, PRICE, balance, card, fill, ordered, read};
use super::world::{COURIER, SETTLEMENT, World};

const FULL: u64 = 5_000;
const ORIGIN: &str = "http://kazaguruma.localhost:8787";

/// A wallet whose one account is at the front, with a contactless card that has value on it; its name.
fn holder(world: &World) -> (Holder<'_>, String) {
    let device = Device::new(world);
    let wallet = open(world, &device).unwrap();
    block_on(wallet.receive_offer(ORIGIN, &offer_of(world, SETTLEMENT))).unwrap();
    let codes = block_on(wallet.set_up(PASSPHRASE, PIN)).unwrap();
    block_on(wallet.enrol()).unwrap();
    block_on(wallet.save_address(&address())).unwrap();
    let got = wallet.get_contactless(SETTLEMENT, KeyPlace::Software, PIN);
    let id = block_on(got).unwrap();
    let holder = Holder {
        world,
        device,
        wallet,
        puk: codes.puk.unwrap(),
        recovery_code: codes.recovery_code.unwrap(),
        account_code: None,
    };
    fill(&holder, &id, FULL);
    (holder, id)
}

fn approved<'h, 'w>(holder: &'h Holder<'w>, id: &str) -> Ordered<'h, 'w> {
    let order = ordered(holder);
    assert_eq!(
        order.view().payable,
        [id],
        "the account itself pays nothing"
    );
    read(holder, id);
    order.approve(id).unwrap();
    order
}

fn bought(holder: &Holder<'_>, id: &str) -> OrderView {
    let order = approved(holder, id);
    order.go_on(15_000);
    order.view()
}

#[test]
fn t003_2_t003_10_an_order_is_paid_by_the_card_whichever_way_it_talks_to_its_server() {
    let world = World::with_settlement(Cast::default());
    let (holder, id) = holder(&world);
    assert!(holder.view().cards.is_empty());
    for (route, left) in [("direct", FULL - PRICE), ("front", FULL - 2 * PRICE)] {
        block_on(holder.wallet.set_settlement_route(route)).unwrap();
        let order = bought(&holder, &id);
        let tap = order.tap.unwrap();
        assert_eq!((tap.state, tap.balance_minor), (TapState::Paid, Some(left)));
        assert_eq!(order.state, OrderState::Delivering, "{route}");
        assert_eq!(order.strands.issuer.word, "charged", "{route}");
        assert_eq!(balance(&holder, &id), left);
    }
}

#[test]
fn an_order_that_is_cancelled_after_the_card_has_paid_comes_back_to_the_card() {
    let world = World::with_settlement(Cast::default());
    let (holder, id) = holder(&world);
    let order = approved(&holder, &id);
    // Everybody is confirmed before anything is sent; then the courier does not answer.
    while order.view().state != OrderState::Received {
        order.go_on(50);
    }
    world.hub.cut(COURIER, true);
    order.go_on(3_000);
    assert_eq!(order.view().tap.unwrap().state, TapState::Paid);
    assert_eq!(card(&holder, &id).balance_minor, Some(FULL - PRICE));
    block_on(holder.wallet.cancel(&order.request_id)).unwrap();
    order.go_on(10_000);
    world.hub.cut(COURIER, false);
    order.go_on(60_000);
    assert_eq!(order.view().state, OrderState::Refused);
    world.run_for(120_000);
    assert!(block_on(holder.wallet.collect_contactless(&id)).unwrap());
    assert_eq!(balance(&holder, &id), FULL, "once");
}
