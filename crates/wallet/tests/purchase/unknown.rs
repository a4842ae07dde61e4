//! Parties that do not know the holder.

use tallystick_parties::native::block_on;
use tallystick_parties::office::fault::{Fault, Kind};
use tallystick_parties::office::http::problem as as_answer;
use tallystick_wallet::view::OrderState;

use super::holder::{Holder, form, open};
use super::world::{Between, COURIER, ISSUER, ORIGIN, SHOP, World};

const TEA: &str = r#"[{"sku":"sencha-100","quantity":1}]"#;

#[test]
fn an_issuer_that_has_no_account_of_the_holder_refuses_and_nothing_is_reserved() {
    // Everybody has lost their books: the same parties, newly set up.
    let (world, anew) = (World::new(), World::new());
    let Holder {
        device,
        puk,
        recovery_code,
        ..
    } = Holder::ready(&world);
    let device = device.moved_to(&anew);
    let holder = Holder {
        world: &anew,
        wallet: open(&anew, &device).unwrap(),
        device,
        puk,
        recovery_code,
        account_code: None,
    };
    let request = block_on(holder.wallet.receive_form(ORIGIN, &form(&anew, TEA))).unwrap();
    holder.approve(&request).unwrap();
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Refused, "{order:?}");
    let failure = order.failure.unwrap();
    assert_eq!(
        (failure.kind, failure.money_key),
        ("issuer-refused", Some("refused"))
    );
    assert_eq!(failure.about, "Asahi Card");
    assert_eq!(anew.stock("sencha-100"), 60);
    assert_eq!(
        anew.number(
            ISSUER,
            "SELECT count(*) FROM accounts WHERE debits_posted <> 0 OR credits_posted <> 0"
        ),
        0
    );
}

#[test]
fn a_party_that_shares_no_key_with_the_holder_ends_the_order_before_anything_is_sent() {
    for (party, name) in [
        (SHOP, "Kiso Tea & Books"),
        (ISSUER, "Asahi Card"),
        (COURIER, "Hayate Courier"),
    ] {
        let world = World::new();
        let holder = Holder::ready(&world);
        world.put_between(party, |path| match path {
            "/v1/confirmations" => {
                Between::Instead(as_answer(&Fault::new(Kind::BadSignature, "Who is this?")))
            }
            _ => Between::Nothing,
        });
        let request = holder.asked(TEA);
        holder.approve(&request).unwrap();
        holder.finish();
        let order = holder.order(&request);
        assert_eq!(order.state, OrderState::Failed, "{order:?}");
        let failure = order.failure.unwrap();
        assert_eq!((failure.kind, failure.money_key), ("party-refused", None));
        assert_eq!(failure.about, name);
        assert_eq!(world.requests(SHOP, "/v1/orders"), 0);
    }
}
