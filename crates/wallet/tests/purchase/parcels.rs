//! The holder follows a parcel: as the courier signs it, and not before.

use tallystick_parties::native::block_on;
use tallystick_parties::ports::Tables as _;
use tallystick_simulation::operators::{COMMANDS, Command, MEDIA_TYPE, OPERATORS, registration};
use tallystick_wallet::view::OrderView;

use super::holder::{Holder, PASSPHRASE};
use super::refunds::bought;
use super::world::{Between, COURIER, SHOP, World, text};

const MINUTE: u64 = 60_000;
const A_WHILE: u64 = 12_000;

/// The courier's operator moves the parcel on.
fn moved(world: &World, order: &OrderView, what: &str) {
    let page = |path, kind, body| {
        let answer = world.send("page", COURIER, "POST", path, kind, body);
        assert_eq!(answer.status(), 200, "{}", text(&answer));
    };
    page(OPERATORS, "application/json", registration());
    let command = Command {
        role: "courier",
        domain: COURIER,
        command: what,
        arguments: &[("order", order.order_id.clone().unwrap())],
        id: what,
        at: world.now(),
    };
    page(COMMANDS, MEDIA_TYPE, command.signed());
}

/// The wallet asks by itself, as often as it wishes, for so long.
pub fn followed(holder: &Holder<'_>, milliseconds: u64) -> Option<u64> {
    let end = holder.world.now().0 * 1_000 + milliseconds;
    loop {
        let pause = block_on(holder.wallet.follow_parcels(None)).unwrap();
        let now = holder.world.now().0 * 1_000;
        match pause {
            Some(pause_ms) if now < end => {
                holder.world.run_for(pause_ms.clamp(1_000, MINUTE));
            }
            _ => return pause,
        }
    }
}

fn looked_at(holder: &Holder<'_>, order: &OrderView) -> OrderView {
    block_on(holder.wallet.follow_parcels(Some(&order.request_id))).unwrap();
    holder.world.run_for(A_WHILE);
    block_on(holder.wallet.follow_parcels(Some(&order.request_id))).unwrap();
    holder.order(&order.request_id)
}

pub fn steps(order: &OrderView) -> Vec<&'static str> {
    let parcel = order.parcel.as_ref().unwrap();
    parcel.moves.iter().map(|one| one.step).collect()
}

fn is_news(order: &OrderView) -> bool {
    order.parcel.as_ref().unwrap().is_news
}

#[test]
fn a_parcel_is_under_way_until_the_courier_signs_that_it_was_delivered() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let order = bought(&holder);
    assert!(order.is_parcel_under_way);
    assert_eq!(order.strands.courier.as_ref().unwrap().word, "label");
    followed(&holder, MINUTE);
    let seen = holder.order(&order.request_id);
    assert_eq!(steps(&seen), ["label-made"]);
    assert!(!is_news(&seen), "a label is none");
    moved(&world, &order, "parcel-on-the-way");
    followed(&holder, 20 * MINUTE);
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    followed(&holder, MINUTE);
    let seen = holder.order(&order.request_id);
    assert_eq!(steps(&seen), ["label-made", "on-the-way"]);
    assert_eq!(seen.strands.courier.as_ref().unwrap().word, "on-the-way");
    assert!(is_news(&seen) && seen.is_parcel_under_way);
    let seen = looked_at(&holder, &order);
    assert!(!is_news(&seen), "the holder has looked");
    moved(&world, &order, "parcel-delivered");
    let seen = looked_at(&holder, &order);
    assert_eq!(steps(&seen), ["label-made", "on-the-way", "delivered"]);
    assert!(!seen.is_parcel_under_way);
    assert!(
        seen.history
            .iter()
            .any(|one| one.event == "parcel-delivered")
    );
    assert_eq!(followed(&holder, MINUTE), None, "nothing is left to ask");
    let evidence = block_on(holder.wallet.evidence(&order.request_id)).unwrap();
    assert!(evidence.iter().any(|one| one.what == "tracking"));
}

#[test]
fn the_link_to_the_courier_has_number_and_code_behind_the_number_sign() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let order = bought(&holder);
    let seen = looked_at(&holder, &order);
    let parcel = seen.parcel.unwrap();
    let (before, behind) = parcel.page.split_once('#').unwrap();
    assert!(
        before.ends_with('/') && before.contains(COURIER),
        "{before}"
    );
    let number = seen.tracking.unwrap();
    assert_eq!(behind, format!("{number}/{}", parcel.code));
}

#[test]
fn the_wallet_never_asks_the_courier_about_a_parcel() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let order = bought(&holder);
    let seen = looked_at(&holder, &order);
    assert_eq!(steps(&seen), ["label-made"]);
    let asked = world.requests(COURIER, "/v1/tracking");
    assert_eq!(asked, 1, "once, by the shop");
}

#[test]
fn what_a_shop_makes_up_of_a_parcel_counts_for_nothing() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let other = bought(&holder);
    looked_at(&holder, &other);
    // The shop passes on what the courier signed of another parcel.
    let kept = "SELECT bytes FROM shop_papers WHERE kind = 'tracking'";
    let kept = world.machine(SHOP).database.run(kept, &[]).unwrap();
    assert_eq!(kept.len(), 1);
    let report = kept[0].blob(0).unwrap().to_vec();
    let order = bought(&holder);
    world.put_between(SHOP, move |path| {
        if path.ends_with("/tracking") {
            return Between::Instead(http::Response::new(report.clone()));
        }
        Between::Nothing
    });
    let seen = looked_at(&holder, &order);
    assert_eq!(seen.parcel, None);
    assert_eq!(seen.strands.courier.as_ref().unwrap().word, "label");
}

#[test]
fn a_parcel_that_nobody_tells_of_is_asked_after_for_sixty_days() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let order = bought(&holder);
    world.hub.cut(COURIER, true);
    assert!(followed(&holder, 0).is_some());
    world.clock.advance(61 * 86_400_000);
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    assert_eq!(block_on(holder.wallet.follow_parcels(None)).unwrap(), None);
    assert!(!holder.order(&order.request_id).is_parcel_under_way);
}
