//! A shop that says one thing to the holder and does another: its word alone ends nothing, and what is
//! said about the money is what the issuer signed.

use std::cell::RefCell;
use std::rc::Rc;

use base64ct::{Base64, Encoding};
use http::{Request, Response};
use tallystick_parties::Party;
use tallystick_parties::native::{Machine, block_on};
use tallystick_parties::office::fault::Fault;
use tallystick_parties::office::http::problem as as_answer;
use tallystick_protocol::checkout::answers::{ShopReceipt, ShopState};
use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::checkout::handing::HandingOver;
use tallystick_protocol::checkout::order::SplitOrder;
use tallystick_protocol::test_keys::test_statement;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::statement::{Audience, Envelope, open as open_statement};
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::problem::{PROBLEM_MEDIA_TYPE, Problem, ProblemKind};
use tallystick_protocol::wire::time::Timestamp;
use tallystick_simulation::cast::{Cast, Running};
use tallystick_wallet::view::{OrderState, OrderView};

use super::holder::{Holder, PASSPHRASE, TEA, form};
use super::world::{Between, COURIER, ISSUER, SHOP, World, domain};

/// Which of the test keys is the shop's.
const SHOP_KEY: usize = 2;
const MINUTE_MS: u64 = 60_000;
const TOTAL: i64 = 1480 + 520;

fn leaf_of(world: &World, party: &str) -> Certificate {
    let identity = world.get_json(party, "/v1/identity");
    let der = Base64::decode_vec(identity["certificate"].as_str().unwrap()).unwrap();
    Certificate::from_der(&der).unwrap()
}

/// The shop's own form, changed and signed anew with the shop's own key.
pub fn doctored(world: &World, change: impl FnOnce(&mut OrderForm)) -> Vec<u8> {
    let honest = form(world, TEA);
    let opened = open_statement::<OrderForm>(&honest, &world.anchors, world.now(), Role::Shop);
    let mut message = opened.unwrap().message;
    change(&mut message);
    test_statement(&message, &leaf_of(world, SHOP), SHOP_KEY)
}

/// A shop that takes the order, says that it came to nothing, and keeps it.
struct Liar {
    honest: Running<Machine>,
    leaf: Certificate,
    now: Timestamp,
    taken: Rc<RefCell<Option<Vec<u8>>>>,
    says: ShopState,
    hands_over: bool,
}

impl Liar {
    fn receipt(&self) -> Response<Vec<u8>> {
        let order: SplitOrder = decode(self.taken.borrow().as_ref().unwrap()).unwrap();
        let order_id = order.header.order_id;
        let word = HandingOver {
            envelope: Envelope::new(domain(SHOP), Audience::Anyone, order_id.0, self.now, 3600),
            root: order.root,
            issuer: domain(ISSUER),
            handed: None,
            handle: None,
        };
        let word = test_statement(&word, &self.leaf, SHOP_KEY);
        let receipt = ShopReceipt {
            envelope: Envelope::new(domain(SHOP), Audience::Holder, order_id.0, self.now, 3600),
            order_id,
            root: order.root,
            state: self.says,
            authorisation: None,
            acceptance: None,
            refusal: None,
            handing_over: self.hands_over.then_some(word),
            handed: None,
        };
        Response::builder()
            .status(200)
            .header("content-type", "application/cose")
            .body(test_statement(&receipt, &self.leaf, SHOP_KEY))
            .unwrap()
    }
}

impl Party for Liar {
    async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let path = request.uri().path().to_owned();
        if path == "/v1/orders" {
            *self.taken.borrow_mut() = Some(request.body().clone());
        }
        if path.starts_with("/v1/orders") {
            return self.receipt();
        }
        self.honest.serve(request).await
    }

    async fn wake(&self) {}
}

fn honest(world: &World) -> Running<Machine> {
    Cast::default().start(world.machine(SHOP).clone(), SHOP)
}

/// Approves an order at a shop that says so to it; what the shop took.
fn ordered_at_a_liar(holder: &Holder<'_>, says: ShopState) -> (String, Vec<u8>) {
    ordered_at(holder, says, false)
}

/// As [`ordered_at_a_liar`], also at one that says that it handed over itself what a courier is to deliver.
fn ordered_at(holder: &Holder<'_>, says: ShopState, hands_over: bool) -> (String, Vec<u8>) {
    let world = holder.world;
    let taken = Rc::default();
    let liar = Liar {
        honest: honest(world),
        leaf: leaf_of(world, SHOP),
        now: world.now(),
        taken: Rc::clone(&taken),
        says,
        hands_over,
    };
    world.hub.connect(SHOP, Rc::new(liar));
    let request = holder.asked(TEA);
    holder.approve(&request).unwrap();
    go_on(holder, 10_000);
    let taken = taken.borrow().clone().unwrap();
    (request, taken)
}

/// The liar has the order paid after all.
fn goes_on(world: &World, taken: Vec<u8>) {
    let shop = honest(world);
    let post = Request::builder()
        .method("POST")
        .uri(format!("https://{SHOP}/v1/orders"))
        .header("content-type", "application/cbor")
        .body(taken)
        .unwrap();
    assert!(block_on(shop.serve(post)).status().is_success());
    for _ in 0..40 {
        block_on(shop.wake());
        world.run_for(500);
    }
    assert_eq!(world.balance("payable to kiso-tea.localhost"), TOTAL);
}

/// Wallet and parties work for so long; the holder unlocks whenever it is needed.
fn go_on(holder: &Holder<'_>, milliseconds: u64) {
    let end = holder.world.now().plus_seconds(milliseconds / 1000);
    while holder.world.now() < end {
        if let Some(pause_ms) = block_on(holder.wallet.advance()).unwrap() {
            holder.world.run_for(pause_ms.clamp(50, 5_000));
        } else {
            holder.world.run_for(1_000);
            let _ = block_on(holder.wallet.unlock(PASSPHRASE));
        }
    }
}

fn evidence(holder: &Holder<'_>, request: &str) -> Vec<&'static str> {
    let evidence = block_on(holder.wallet.evidence(request)).unwrap();
    evidence.iter().map(|one| one.what).collect()
}

fn says_that_the_shop_lied(order: &OrderView) {
    assert_eq!(order.state, OrderState::Delivering, "{order:?}");
    assert_eq!(order.strands.issuer.word, "charged");
    let failure = order.failure.as_ref().unwrap();
    assert_eq!(failure.kind, "shop-contradicted");
    assert_eq!(failure.money_key, Some("charged"));
    assert_eq!(failure.issuer, "Asahi Card");
}

#[test]
fn a_shop_that_says_it_handed_over_what_a_courier_delivers_ends_nothing() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let (request, _) = ordered_at(&holder, ShopState::Accepted, true);
    let told = holder.order(&request);
    assert_eq!(told.state, OrderState::Sent, "{told:?}");
    assert_eq!(told.failure.unwrap().kind, "answer-invalid");
    assert!(!evidence(&holder, &request).contains(&"handing-over"));
}

#[test]
fn a_shop_that_says_refused_or_expired_and_has_the_card_charged_is_found_out() {
    for says in [ShopState::Refused, ShopState::Expired] {
        let world = World::new();
        let holder = Holder::ready(&world);
        let (request, taken) = ordered_at_a_liar(&holder, says);
        let told = holder.order(&request);
        assert_eq!(told.state, OrderState::Disowned, "{told:?}");
        let failure = told.failure.unwrap();
        assert_eq!(failure.money_key, Some("may-be-asked"), "{failure:?}");
        goes_on(&world, taken);
        go_on(&holder, MINUTE_MS);
        says_that_the_shop_lied(&holder.order(&request));
        let evidence = evidence(&holder, &request);
        for what in ["form", "acceptance", "receipt", "disowning"] {
            assert!(evidence.contains(&what), "{what}: {evidence:?}");
        }
    }
}

#[test]
fn a_shop_that_says_refused_and_goes_on_while_the_wallet_is_locked_is_found_out_later() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let (request, taken) = ordered_at_a_liar(&holder, ShopState::Refused);
    block_on(holder.wallet.lock()).unwrap();
    goes_on(&world, taken);
    world.run_for(5 * 60 * MINUTE_MS);
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    go_on(&holder, MINUTE_MS);
    says_that_the_shop_lied(&holder.order(&request));
}

#[test]
fn an_order_that_a_shop_refused_and_nobody_asked_the_issuer_for_ends_after_its_time() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let (request, _) = ordered_at_a_liar(&holder, ShopState::Refused);
    go_on(&holder, 14 * MINUTE_MS);
    assert_eq!(holder.order(&request).state, OrderState::Disowned);
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Refused, "{order:?}");
    assert!(world.now().seconds() >= order.expires_at + 300);
    let failure = order.failure.unwrap();
    assert_eq!(failure.kind, "shop-refused");
    assert_eq!(failure.money_key, Some("never-asked"));
    assert!(block_on(holder.wallet.erase()).is_ok(), "it is settled");
}

#[test]
fn what_the_issuer_does_not_know_before_the_time_is_over_is_not_taken_for_free() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let (request, taken) = ordered_at_a_liar(&holder, ShopState::Refused);
    // The wallet has asked an issuer that knows nothing for thirteen minutes when it is asked to pay.
    go_on(&holder, 13 * MINUTE_MS);
    assert_eq!(holder.order(&request).state, OrderState::Disowned);
    goes_on(&world, taken);
    go_on(&holder, MINUTE_MS);
    says_that_the_shop_lied(&holder.order(&request));
}

/// Whoever asks the issuer where the money is gets this instead.
fn says_in_the_issuers_place(world: &World, instead: Response<Vec<u8>>) {
    world.put_between(ISSUER, move |path| {
        if path.starts_with("/v1/answers/") {
            Between::Instead(instead.clone())
        } else {
            Between::Nothing
        }
    });
}

/// The wallet looks at the order once in a while, until so many hours have passed.
fn looks_now_and_then(holder: &Holder<'_>, hours: u64) {
    for _ in 0..hours {
        holder.world.run_for(60 * MINUTE_MS);
        let _ = block_on(holder.wallet.unlock(PASSPHRASE));
        go_on(holder, 30_000);
    }
}

fn money_key(holder: &Holder<'_>, request: &str) -> &'static str {
    let failure = holder.order(request).failure.unwrap();
    failure.money_key.unwrap()
}

#[test]
fn an_unsigned_not_found_of_the_issuer_never_says_that_nothing_was_charged() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let (request, taken) = ordered_at_a_liar(&holder, ShopState::Refused);
    says_in_the_issuers_place(&world, as_answer(&Fault::not_found()));
    goes_on(&world, taken);
    go_on(&holder, 25 * MINUTE_MS);
    let order = holder.order(&request);
    assert!(world.now().seconds() >= order.expires_at + 300);
    assert_eq!(order.state, OrderState::Disowned, "{order:?}");
    assert_eq!(money_key(&holder, &request), "open");
    looks_now_and_then(&holder, 26);
    assert_eq!(holder.order(&request).state, OrderState::Expired);
    assert_eq!(money_key(&holder, &request), "not-said");
    assert!(block_on(holder.wallet.erase()).is_ok(), "it is settled");
}

#[test]
fn what_the_issuer_signed_before_the_time_was_over_is_no_answer_after_it() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let (request, taken) = ordered_at_a_liar(&holder, ShopState::Refused);
    go_on(&holder, 14 * MINUTE_MS);
    let order: SplitOrder = decode(&taken).unwrap();
    let early = world.get(ISSUER, &format!("/v1/answers/{}", order.root));
    assert!(early.status().is_success(), "{early:?}");
    says_in_the_issuers_place(&world, early);
    goes_on(&world, taken);
    go_on(&holder, 7 * MINUTE_MS);
    let order = holder.order(&request);
    assert!(world.now().seconds() >= order.expires_at + 300);
    assert_eq!(order.state, OrderState::Disowned, "{order:?}");
    assert_eq!(money_key(&holder, &request), "open");
    // They go away, and the issuer itself is heard.
    world.connect_again(ISSUER);
    go_on(&holder, 15 * MINUTE_MS);
    says_that_the_shop_lied(&holder.order(&request));
}

#[test]
fn a_shop_that_answers_with_a_problem_and_goes_on_does_not_decide_what_the_wallet_says() {
    let world = World::new();
    let holder = Holder::ready(&world);
    world.put_between(SHOP, |path| {
        if path != "/v1/orders" {
            return Between::Nothing;
        }
        let no = Problem::from(ProblemKind::OutOfStock).to_json();
        let answer = Response::builder()
            .status(409)
            .header("content-type", PROBLEM_MEDIA_TYPE)
            .body(no);
        Between::Afterwards(answer.unwrap())
    });
    let request = holder.asked(TEA);
    holder.approve(&request).unwrap();
    go_on(&holder, MINUTE_MS);
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Delivering, "{order:?}");
    assert_eq!(order.strands.issuer.word, "charged");
    assert!(order.failure.is_none(), "nobody signed a lie: {order:?}");
}

#[test]
fn what_the_courier_refused_is_said_to_be_released_only_once_the_issuer_says_so() {
    let world = World::new();
    let holder = Holder::ready(&world);
    world.put_between(COURIER, |_| Between::Nothing);
    let id = holder.view().addresses[0].id.clone();
    let island = tallystick_wallet::view::Address {
        id,
        lines: "Okinotorishima".to_owned(),
        ..super::holder::address()
    };
    block_on(holder.wallet.save_address(&island)).unwrap();
    let request = holder.asked(TEA);
    holder.approve(&request).unwrap();
    while holder.order(&request).state != OrderState::Refused {
        let pause_ms = block_on(holder.wallet.advance()).unwrap().unwrap();
        world.run_for(pause_ms.max(50));
    }
    let seen = |order: OrderView| {
        let failure = order.failure.unwrap();
        (order.strands.issuer.word, failure.money_key.unwrap())
    };
    let (word, key) = seen(holder.order(&request));
    assert_eq!(word == "released", key == "released", "{word} {key}");
    holder.finish();
    assert_eq!(seen(holder.order(&request)), ("released", "released"));
}
