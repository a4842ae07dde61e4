//! The shop's bill (SIG2): by whose proposal, and to what. Dishonest fronts and security servers.

use tallystick_protocol::settlement::{Bill, BillProposal, SettlementOrder, signed_digest};
use tallystick_protocol::trust::statement::{Audience, Envelope, open, unverified};
use tallystick_protocol::wire::identifier::Role;

use super::desk::{Buyer, PRICE, ends, last_received, signed_as, tell, world, yen};
use super::holder::Order;
use super::talk::send_order;
use super::world::{Between, SECURITY, SETTLEMENT, SHOP, World, domain, problem};

/// The number of the security server's test key.
const SERVER_KEY: usize = 5;
/// The number of the front's.
const FRONT_KEY: usize = 4;

/// An order that is being asked about, of which the shop has heard no proposal, and the digest of its request.
fn waiting(world: &World, buyer: &mut Buyer) -> (Order, [u8; 32]) {
    world.put_between(SECURITY, |path| match path {
        "/v1/settlements" => Between::Instead(nothing()),
        _ => Between::Nothing,
    });
    let order = buyer.order(world);
    send_order(world, &order);
    world.run_for(1_000);
    let sent = last_received(world, SETTLEMENT, "/v1/authorisations");
    let asked: tallystick_protocol::checkout::answers::AuthorisationRequest =
        unverified(&sent).unwrap();
    (order, signed_digest(&asked.settlement.unwrap()))
}

fn nothing() -> http::Response<Vec<u8>> {
    http::Response::builder()
        .status(502)
        .body(Vec::new())
        .unwrap()
}

fn proposal(world: &World, order: &Order, request: [u8; 32]) -> BillProposal {
    BillProposal {
        envelope: Envelope::new(
            domain(SECURITY),
            Audience::Party(domain(SHOP)),
            order.id.0,
            world.now(),
            600,
        ),
        request,
        amount: yen(PRICE),
        card: [7; 32],
    }
}

fn billed(world: &World, said: &BillProposal) -> Result<Bill, String> {
    let signed = signed_as(world, SECURITY, SERVER_KEY, said);
    let answer = tell(world, SHOP, "/v1/bills", &signed);
    if !answer.status().is_success() {
        return Err(problem(&answer));
    }
    let bill = open::<Bill>(answer.body(), &world.anchors, world.now(), Role::Shop);
    Ok(bill.unwrap().message)
}

#[test]
fn the_shop_bills_what_it_asked_for_to_one_card_and_nothing_else() {
    let world = world();
    let mut buyer = Buyer::with(&world, 9_000);
    let (order, request) = waiting(&world, &mut buyer);
    let right = proposal(&world, &order, request);
    let other = |change: &dyn Fn(&mut BillProposal)| {
        let mut other = right.clone();
        change(&mut other);
        billed(&world, &other).unwrap_err()
    };
    assert_eq!(other(&|said| said.request = [1; 32]), "wrong-transaction");
    assert_eq!(
        other(&|said| said.amount = yen(PRICE + 1)),
        "amount-mismatch"
    );
    assert_eq!(
        other(&|said| said.envelope.transaction = [1; 32]),
        "not-found"
    );
    let elsewhere = |said: &mut BillProposal| said.envelope.to = Audience::Anyone;
    assert_eq!(other(&elsewhere), "wrong-recipient");
    let bill = billed(&world, &right).unwrap();
    assert_eq!((bill.request, bill.card), (right.request, right.card));
    assert_eq!(bill.envelope.to, Audience::Party(domain(SECURITY)));
    assert_eq!(bill.envelope.expires_at, order.split.header.expires_at);
    // The same again, and no other card.
    assert_eq!(billed(&world, &right).unwrap(), bill);
    assert_eq!(other(&|said| said.card = [8; 32]), "conflict");
}

#[test]
fn the_front_cannot_propose_by_itself() {
    let world = world();
    let mut buyer = Buyer::with(&world, 9_000);
    let (order, request) = waiting(&world, &mut buyer);
    let mut said = proposal(&world, &order, request);
    said.envelope.from = domain(SETTLEMENT);
    let signed = signed_as(&world, SETTLEMENT, FRONT_KEY, &said);
    let answer = tell(&world, SHOP, "/v1/bills", &signed);
    assert!(!answer.status().is_success());
    assert_eq!(problem(&answer), "untrusted-certificate");
    let bills = "SELECT count(*) FROM statements WHERE kind = 'bill'";
    assert_eq!(world.number(SHOP, bills), 0);
}

#[test]
fn the_shop_bills_nothing_of_an_order_that_is_over_or_is_paid_otherwise() {
    let world = world();
    let mut buyer = Buyer::with(&world, 9_000);
    let (order, request) = waiting(&world, &mut buyer);
    let mut said = proposal(&world, &order, request);
    said.envelope.expires_at = world.now().plus_seconds(7_200);
    world.run_for(20 * 60_000);
    let answer = billed(&world, &said).unwrap_err();
    assert!(["expired", "conflict"].contains(&&*answer), "{answer}");
}

#[test]
fn a_front_that_hands_on_a_request_twice_or_for_another_reading_debits_nothing_more() {
    let world = world();
    let mut buyer = Buyer::with(&world, 9_000);
    let order = buyer.asked(&world);
    buyer.settle(&world, &order).unwrap();
    ends(&world, &order);
    let sent = last_received(&world, SECURITY, "/v1/settlements");
    let asked: SettlementOrder = unverified(&sent).unwrap();
    let again = SettlementOrder {
        reading: buyer.read(&world).reading,
        ..asked
    };
    let signed = signed_as(&world, SETTLEMENT, FRONT_KEY, &again);
    tell(&world, SECURITY, "/v1/settlements", &signed);
    buyer.settle(&world, &order).unwrap();
    assert_eq!(super::desk::debits_at_server(&world), 1);
    assert_eq!(buyer.on_card(&world), 9_000 - PRICE);
}
