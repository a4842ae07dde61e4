//! What no courier delivers: the wallet asks for no address, seals nothing for a courier, and shows what the shop handed over.

use data_encoding::BASE64;
use http::Request;
use serde_json::{Value as Json, json};
use tallystick_parties::native::block_on;
use tallystick_parties::ports::Network as _;
use tallystick_simulation::cast::API_KEY;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{OrderState, OrderView};

use super::holder::{Holder, PASSPHRASE, PIN, offer};
use super::world::{COURIER, ISSUER, ORIGIN, SHOP, World, text};

const KEY: &str = "ABCD-1234\nEFGH-5678";

/// Asks the shop's API.
fn api(world: &World, path: &str, wish: &str, body: &Json) -> Json {
    let request = Request::builder()
        .method("POST")
        .uri(format!("https://{SHOP}/v1/merchant{path}"))
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {API_KEY}"))
        .header("idempotency-key", wish)
        .body(body.to_string().into_bytes())
        .unwrap();
    let answer = block_on(world.hub.network("merchant").send(request)).unwrap();
    assert!(answer.status().is_success(), "{}", text(&answer));
    serde_json::from_slice(answer.body()).unwrap()
}

/// The shop asks for a licence to be bought.
fn asked(holder: &Holder<'_>, when: &str, handed_text: &str) -> String {
    let line = json!({
        "sku": "licence", "name": { "en": "A licence", "ja": "ライセンス" }, "quantity": 1,
        "unit_price_minor": 980, "handed_text": handed_text,
    });
    let wish = json!({ "lines": [line], "hand_over": when });
    let said = api(holder.world, "/forms", "a-form", &wish);
    let form = BASE64.decode(said["form"].as_str().unwrap().as_bytes());
    block_on(holder.wallet.receive_form(ORIGIN, &form.unwrap())).unwrap()
}

fn bought(holder: &Holder<'_>) -> OrderView {
    let request = asked(holder, "at-once", KEY);
    holder.approve(&request).unwrap();
    holder.finish();
    holder.order(&request)
}

#[test]
fn what_the_shop_hands_over_is_shown_to_the_holder_and_kept() {
    let world = World::new();
    let mut holder = Holder::ready(&world);
    let order = bought(&holder);
    assert_eq!(order.state, OrderState::Delivering, "{order:?}");
    assert_eq!(order.sentence_key, "handed-over");
    assert_eq!(order.handed[0].text, KEY);
    assert_eq!(order.handed[0].name, "A licence");
    assert_eq!(order.strands.shop.word, "handed-over");
    assert_eq!(order.strands.issuer.word, "charged");
    assert!(order.strands.courier.is_none());
    assert!(order.failure.is_none() && !order.is_parcel_under_way);
    let events: Vec<_> = order.history.iter().map(|step| step.event).collect();
    assert!(events.contains(&"handed-over"), "{events:?}");
    let evidence = block_on(holder.wallet.evidence(&order.request_id)).unwrap();
    assert!(evidence.iter().any(|one| one.what == "handing-over"));
    holder.restart();
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    assert_eq!(holder.order(&order.request_id).handed, order.handed);
}

#[test]
fn no_courier_stands_in_what_is_approved_and_none_is_asked_anything() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let before = world.hub.received().len();
    let request = asked(&holder, "at-once", KEY);
    let order = holder.order(&request);
    let roles: Vec<_> = order.parties.iter().map(|party| &*party.role).collect();
    assert_eq!(roles, ["shop", "issuer"]);
    assert_eq!(order.without_courier, Some("by-shop"));
    assert!(order.delivery.is_none());
    assert!(order.matrix.iter().all(|row| !row.courier));
    assert!(order.matrix.iter().all(|row| row.row != "destination"));
    holder.approve(&request).unwrap();
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Delivering);
    assert_eq!((order.address_label, order.destination), (None, None));
    let received = world.hub.received();
    let mut since = received.iter().skip(before);
    assert!(since.all(|one| one.by != COURIER || !one.what.starts_with("POST")));
}

#[test]
fn whoever_has_no_address_buys_it_all_the_same() {
    let world = World::new();
    let holder = Holder::with_card(&world, &offer(&world));
    let request = asked(&holder, "at-once", KEY);
    let choice = tallystick_wallet::view::Choice {
        card_id: holder.view().cards[0].id.clone(),
        ..Default::default()
    };
    block_on(holder.wallet.approve(&request, &choice, PIN)).unwrap();
    holder.finish();
    assert_eq!(holder.order(&request).handed[0].text, KEY);
    // Where a courier delivers, one is needed.
    let request = holder.asked(super::holder::TEA);
    let refused = block_on(holder.wallet.approve(&request, &choice, PIN));
    assert_eq!(refused.unwrap_err().kind, ErrorKind::NoSuchAddress);
}

#[test]
fn what_is_not_handed_over_yet_is_cancelled_and_what_never_is_expires_uncharged() {
    for is_cancelled in [true, false] {
        let world = World::new();
        let holder = Holder::ready(&world);
        let request = asked(&holder, "when-told", KEY);
        holder.approve(&request).unwrap();
        for _ in 0..10 {
            block_on(holder.wallet.advance()).unwrap();
            world.run_for(1_000);
        }
        let order = holder.order(&request);
        assert_eq!(order.state, OrderState::Authorised);
        assert!(order.can_cancel && order.handed.is_empty());
        if is_cancelled {
            block_on(holder.wallet.cancel(&request)).unwrap();
        } else {
            world.run_for(16 * 60_000);
            // Time has locked the wallet.
            let _ = block_on(holder.wallet.unlock(PASSPHRASE));
        }
        holder.finish();
        let order = holder.order(&request);
        assert_ne!(order.state, OrderState::Delivering);
        assert_eq!(order.strands.issuer.word, "released", "{order:?}");
        assert_eq!(world.balance("payable to kiso-tea.localhost"), 0);
    }
}

#[test]
fn what_is_handed_over_later_reaches_the_wallet() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let request = asked(&holder, "when-told", "of the form");
    holder.approve(&request).unwrap();
    for _ in 0..10 {
        block_on(holder.wallet.advance()).unwrap();
        world.run_for(1_000);
    }
    let number = holder.order(&request).order_id.unwrap();
    let lines = json!({ "lines": [{ "sku": "licence", "handed_text": KEY }] });
    api(
        &world,
        &format!("/orders/{number}/handed-over"),
        "one",
        &lines,
    );
    holder.finish();
    assert_eq!(holder.order(&request).handed[0].text, KEY);
}

#[test]
fn an_issuer_that_is_away_when_it_is_handed_over_charges_later() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let request = asked(&holder, "when-told", KEY);
    holder.approve(&request).unwrap();
    for _ in 0..10 {
        block_on(holder.wallet.advance()).unwrap();
        world.run_for(1_000);
    }
    world.hub.cut(ISSUER, true);
    let number = holder.order(&request).order_id.unwrap();
    api(
        &world,
        &format!("/orders/{number}/handed-over"),
        "one",
        &json!({}),
    );
    for _ in 0..10 {
        block_on(holder.wallet.advance()).unwrap();
        world.run_for(1_000);
    }
    let order = holder.order(&request);
    assert_eq!(order.handed[0].text, KEY);
    assert_eq!(order.strands.issuer.word, "reserved");
    world.hub.cut(ISSUER, false);
    holder.finish();
    assert_eq!(holder.order(&request).strands.issuer.word, "charged");
}
