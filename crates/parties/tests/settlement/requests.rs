//! What a shop signs that a card is to pay (SIG1), altered, expired, from the future, used before; and dishonest shops.

use tallystick_protocol::checkout::answers::{AuthorisationRequest, Refusal};
use tallystick_protocol::settlement::{SettlementRequest, goods_digest};
use tallystick_protocol::trust::statement::{Audience, Envelope, SignedMessage, open};
use tallystick_protocol::wire::identifier::{OrderId, Role, Root};

use super::desk::{Buyer, OTHER_SHOP_KEY, PRICE, SHOP_KEY, signed_as, tell, world, yen};
use super::holder::Order;
use super::world::{OTHER_SHOP, SECURITY, SETTLEMENT, SHOP, World, domain, problem};

const AUTHORISATIONS: &str = "/v1/authorisations";

fn envelope(world: &World, from: &str, order: &Order) -> Envelope {
    Envelope {
        from: domain(from),
        to: Audience::Party(domain(SETTLEMENT)),
        transaction: order.id.0,
        sent_at: world.now(),
        expires_at: order.split.header.expires_at,
    }
}

fn right(world: &World, order: &Order) -> SettlementRequest {
    SettlementRequest {
        envelope: envelope(world, SHOP, order),
        mall: domain(SETTLEMENT),
        root: order.root,
        goods: goods_digest(&order.form_digest, &order.id),
        amount: yen(PRICE),
    }
}

/// The shop's question with this in it.
fn question(world: &World, order: &Order, settlement: Option<Vec<u8>>) -> AuthorisationRequest {
    AuthorisationRequest {
        envelope: envelope(world, SHOP, order),
        amount: yen(PRICE),
        part: order.split.part(Role::Issuer).unwrap().clone(),
        settlement,
    }
}

/// What the front says to that, and that it left nothing behind.
fn answered<M: SignedMessage>(world: &World, order: &Order, said: &M, by: (&str, usize)) -> String {
    let signed = signed_as(world, by.0, by.1, said);
    asks(world, order, Some(signed))
}

fn asks(world: &World, order: &Order, settlement: Option<Vec<u8>>) -> String {
    let body = signed_as(world, SHOP, SHOP_KEY, &question(world, order, settlement));
    problem(&tell(world, SETTLEMENT, AUTHORISATIONS, &body))
}

fn begun(world: &World) -> i64 {
    world.number(SETTLEMENT, "SELECT count(*) FROM settlements")
}

const BY_SHOP: (&str, usize) = (SHOP, SHOP_KEY);

#[test]
fn t003_3_each_change_of_what_the_shop_signed_is_refused() {
    let world = world();
    let mut buyer = Buyer::with(&world, 9_000);
    let order = buyer.order(&world);
    let right = right(&world, &order);
    let changed = |change: &dyn Fn(&mut SettlementRequest)| {
        let mut other = right.clone();
        change(&mut other);
        answered(&world, &order, &other, BY_SHOP)
    };
    assert_eq!(
        changed(&|said| said.mall = domain(OTHER_SHOP)),
        "wrong-recipient"
    );
    assert_eq!(
        changed(&|said| said.root = Root([9; 32])),
        "wrong-transaction"
    );
    assert_eq!(
        changed(&|said| said.amount = yen(PRICE - 1)),
        "amount-mismatch"
    );
    assert_eq!(
        changed(&|said| said.envelope.transaction = [9; 32]),
        "wrong-transaction"
    );
    assert_eq!(
        changed(&|said| said.envelope.to = Audience::Party(domain(OTHER_SHOP))),
        "wrong-recipient"
    );
    let later = |said: &mut SettlementRequest| {
        said.envelope.expires_at = said.envelope.expires_at.plus_seconds(60);
    };
    assert_eq!(changed(&later), "wrong-clock");
    let mut other = right.clone();
    other.envelope.from = domain(OTHER_SHOP);
    let by_other = (OTHER_SHOP, OTHER_SHOP_KEY);
    assert_eq!(answered(&world, &order, &other, by_other), "wrong-sender");
    assert_eq!(asks(&world, &order, None), "bad-signature");
    assert_eq!(begun(&world), 0);
    assert_eq!(answered(&world, &order, &right, BY_SHOP), "awaiting-card");
    assert_eq!(begun(&world), 1);
}

#[test]
fn t003_3_no_byte_of_what_the_shop_signed_can_be_altered() {
    let world = world();
    let mut buyer = Buyer::with(&world, 9_000);
    let order = buyer.order(&world);
    let signed = signed_as(&world, SHOP, SHOP_KEY, &right(&world, &order));
    for at in (0..signed.len()).step_by(7) {
        let mut altered = signed.clone();
        altered[at] ^= 1;
        let said = asks(&world, &order, Some(altered));
        assert_ne!(said, "awaiting-card", "{at}");
        assert_ne!(said, "", "{at}");
    }
    assert_eq!(begun(&world), 0);
    assert_eq!(world.requests(SECURITY, "/v1/settlements"), 0);
}

#[test]
fn t003_4_an_expired_or_future_request_is_refused() {
    let world = world();
    let mut buyer = Buyer::with(&world, 9_000);
    let order = buyer.order(&world);
    let mut expired = right(&world, &order);
    expired.envelope.sent_at = world.now().minus_seconds(1_000);
    expired.envelope.expires_at = world.now().minus_seconds(600);
    assert_eq!(answered(&world, &order, &expired, BY_SHOP), "expired");
    let mut future = right(&world, &order);
    future.envelope.sent_at = world.now().plus_seconds(600);
    let said = answered(&world, &order, &future, BY_SHOP);
    assert!(["wrong-clock", "expired"].contains(&&*said), "{said}");
    assert_eq!(begun(&world), 0);
}

#[test]
fn t003_4_of_an_order_whose_time_is_over_the_front_signs_that_it_is() {
    let world = world();
    let mut buyer = Buyer::with(&world, 9_000);
    let order = buyer.order(&world);
    let signed = signed_as(&world, SHOP, SHOP_KEY, &right(&world, &order));
    let mut late = question(&world, &order, Some(signed));
    late.envelope.expires_at = world.now().plus_seconds(7_200);
    let body = signed_as(&world, SHOP, SHOP_KEY, &late);
    world.run_for(16 * 60_000);
    let answer = tell(&world, SETTLEMENT, AUTHORISATIONS, &body);
    let said = open::<Refusal>(answer.body(), &world.anchors, world.now(), Role::Issuer).unwrap();
    assert_eq!(said.message.reason.as_str(), "expired");
    assert_eq!(begun(&world), 0);
}

#[test]
fn t003_4_an_orders_number_is_used_once() {
    let world = world();
    let mut buyer = Buyer::with(&world, 9_000);
    let order = buyer.order(&world);
    let first = right(&world, &order);
    assert_eq!(answered(&world, &order, &first, BY_SHOP), "awaiting-card");
    // By other words: signed anew a second later.
    let mut again = first.clone();
    again.envelope.sent_at = again.envelope.sent_at.minus_seconds(1);
    assert_eq!(answered(&world, &order, &again, BY_SHOP), "replayed");
    let mut goods = first;
    goods.goods = goods_digest(&[1; 32], &OrderId(order.id.0));
    assert_eq!(answered(&world, &order, &goods, BY_SHOP), "replayed");
    assert_eq!(begun(&world), 1);
}

#[test]
fn a_request_for_one_order_pays_no_other() {
    let world = world();
    let mut buyer = Buyer::with(&world, 9_000);
    let (one, other) = (buyer.order(&world), buyer.order(&world));
    let said = right(&world, &one);
    assert_eq!(
        answered(&world, &other, &said, BY_SHOP),
        "wrong-transaction"
    );
    assert_eq!(begun(&world), 0);
}
