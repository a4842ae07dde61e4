//! One party against reference peers: counterparts that are written here from the protocol alone
//! and share no code with the parties (T002-9 and T002-10).

use std::cell::RefCell;
use std::rc::Rc;

use data_encoding::BASE64;
use http::{Request, Response};
use tallystick_parties::Party;
use tallystick_protocol::checkout::answers::{
    Acceptance, Authorisation, AuthorisationAnswer, AuthorisationRequest, Clearance,
    DeliveryRequest, IssuerAnswer, MoneyState, Refusal, RefusalReason, ShopState,
};
use tallystick_protocol::test_keys::test_statement;
use tallystick_protocol::trust::certificate::{Certificate, TrustAnchors};
use tallystick_protocol::trust::introduction::IntroductionRequest;
use tallystick_protocol::trust::statement::{Audience, Envelope, open};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::{Role, Root};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use super::holder::{CBOR, COSE, Holder};
use super::talk::buy;
use super::world::{COURIER, ISSUER, SHOP, World, domain, text};

/// Numbers of the test keys that the parties were started with.
const SHOP_KEY: usize = 2;
const ISSUER_KEY: usize = 3;
const COURIER_KEY: usize = 4;

fn certificate(world: &World, party: &str) -> Certificate {
    let identity = world.get_json(party, "/v1/identity");
    let der = BASE64
        .decode(identity["certificate"].as_str().unwrap().as_bytes())
        .unwrap();
    Certificate::from_der(&der).unwrap()
}

#[test]
fn t002_9_the_issuer_passes_against_a_reference_shop_and_courier() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    let (shop, courier) = (certificate(&world, SHOP), certificate(&world, COURIER));
    let envelope = |from, to| Envelope::new(domain(from), to, order.id.0, world.now(), 600);
    let request = AuthorisationRequest {
        envelope: envelope(SHOP, Audience::Party(domain(ISSUER))),
        amount: Money::new(2000, Currency::Jpy),
        part: order.split.part(Role::Issuer).unwrap().clone(),
        settlement: None,
    };
    let answer = world.post(
        ISSUER,
        "/v1/authorisations",
        COSE,
        test_statement(&request, &shop, SHOP_KEY),
    );
    assert!(answer.status().is_success(), "{}", text(&answer));
    let answer: AuthorisationAnswer = decode(answer.body()).unwrap();
    let yes = open::<Authorisation>(
        &answer.authorisation,
        &world.anchors,
        world.now(),
        Role::Issuer,
    )
    .unwrap();
    let clear = open::<Clearance>(
        answer.clearance.as_ref().unwrap(),
        &world.anchors,
        world.now(),
        Role::Issuer,
    )
    .unwrap();
    assert_eq!(
        (yes.message.root, yes.message.payee.clone()),
        (order.root, domain(SHOP))
    );
    assert_eq!(
        (clear.message.root, clear.message.courier.clone()),
        (order.root, domain(COURIER))
    );
    assert!(
        clear
            .require_recipient(&Audience::Party(domain(COURIER)))
            .is_ok()
    );
    let acceptance = Acceptance {
        envelope: envelope(COURIER, Audience::Anyone),
        root: order.root,
        shop: domain(SHOP),
        issuer: domain(ISSUER),
        tracking: "REFERENCE-1".to_owned(),
        handle: None,
    };
    let acceptance = test_statement(&acceptance, &courier, COURIER_KEY);
    for _ in 0..2 {
        let answer = world.post(ISSUER, "/v1/captures", COSE, acceptance.clone());
        let answer =
            open::<IssuerAnswer>(answer.body(), &world.anchors, world.now(), Role::Issuer).unwrap();
        assert_eq!(answer.message.money, Some(MoneyState::Captured));
    }
    assert_eq!(world.balance("payable to kiso-tea.localhost"), 2000);
}

/// What a reference peer says wrongly.
#[derive(Clone, Copy, PartialEq)]
enum Lie {
    Nothing,
    Amount,
    Root,
}

/// An issuer or courier that says yes to everything it understands.
struct Reference {
    lie: Lie,
    name: &'static str,
    role: Role,
    key: usize,
    certificate: Certificate,
    anchors: TrustAnchors,
    now: Timestamp,
    paths: RefCell<Vec<String>>,
}

impl Reference {
    fn envelope(&self, to: Audience, transaction: [u8; 32]) -> Envelope {
        Envelope::new(domain(self.name), to, transaction, self.now, 600)
    }

    fn root(&self, root: Root) -> Root {
        if self.lie == Lie::Root {
            Root([1; 32])
        } else {
            root
        }
    }

    fn introduce(&self, body: &[u8]) -> Vec<u8> {
        let request: IntroductionRequest = decode(body).unwrap();
        let answer = request.answer(domain(self.name), self.role, self.now);
        test_statement(&answer, &self.certificate, self.key)
    }

    fn authorise(&self, body: &[u8]) -> Vec<u8> {
        let request =
            open::<AuthorisationRequest>(body, &self.anchors, self.now, Role::Shop).unwrap();
        let AuthorisationRequest {
            envelope,
            amount,
            part,
            ..
        } = request.message;
        let shop = Audience::Party(envelope.from.clone());
        let authorisation = Authorisation {
            envelope: self.envelope(shop, part.order_id.0),
            root: self.root(part.root),
            payee: envelope.from.clone(),
            amount: if self.lie == Lie::Amount {
                Money::new(1, amount.currency)
            } else {
                amount
            },
            handle: None,
        };
        let clearance = Clearance {
            envelope: self.envelope(Audience::Party(domain(COURIER)), part.order_id.0),
            root: self.root(part.root),
            payee: envelope.from,
            courier: domain(COURIER),
            binds_until: None,
            handle: None,
        };
        encode(&AuthorisationAnswer {
            authorisation: test_statement(&authorisation, &self.certificate, self.key),
            clearance: Some(test_statement(&clearance, &self.certificate, self.key)),
        })
    }

    fn deliver(&self, body: &[u8]) -> Vec<u8> {
        let request = open::<DeliveryRequest>(body, &self.anchors, self.now, Role::Shop).unwrap();
        let part = request.message.part;
        let acceptance = Acceptance {
            envelope: self.envelope(Audience::Anyone, part.order_id.0),
            root: self.root(part.root),
            shop: request.message.envelope.from,
            issuer: domain(ISSUER),
            tracking: "REFERENCE-2".to_owned(),
            handle: None,
        };
        test_statement(&acceptance, &self.certificate, self.key)
    }
}

impl Reference {
    fn capture(&self, body: &[u8]) -> Vec<u8> {
        let accepted = open::<Acceptance>(body, &self.anchors, self.now, Role::Courier).unwrap();
        let Acceptance { envelope, root, .. } = accepted.message;
        let answer = IssuerAnswer {
            envelope: self.envelope(Audience::Anyone, envelope.transaction),
            root,
            money: Some(MoneyState::Captured),
            refusal: None,
        };
        test_statement(&answer, &self.certificate, self.key)
    }
}

impl Party for Reference {
    async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let path = request.uri().path().to_owned();
        self.paths.borrow_mut().push(path.clone());
        let (media_type, body) = match path.as_str() {
            "/v1/introductions" => (COSE, self.introduce(request.body())),
            "/v1/authorisations" => (CBOR, self.authorise(request.body())),
            "/v1/deliveries" => (COSE, self.deliver(request.body())),
            "/v1/captures" => (COSE, self.capture(request.body())),
            _ => (COSE, Vec::new()),
        };
        Response::builder()
            .header("content-type", media_type)
            .body(body)
            .unwrap()
    }

    async fn wake(&self) {}
}

/// Puts a reference peer in the place of a party.
fn reference(world: &World, name: &'static str, role: Role, key: usize, lie: Lie) -> Rc<Reference> {
    let reference = Rc::new(Reference {
        lie,
        name,
        role,
        key,
        certificate: certificate(world, name),
        anchors: world.anchors.clone(),
        now: world.now(),
        paths: RefCell::default(),
    });
    world.hub.connect(name, reference.clone());
    reference
}

#[test]
fn t002_10_the_shop_passes_against_a_reference_issuer_and_courier() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    let issuer = reference(&world, ISSUER, Role::Issuer, ISSUER_KEY, Lie::Nothing);
    let courier = reference(&world, COURIER, Role::Courier, COURIER_KEY, Lie::Nothing);
    let receipt = buy(&world, &order);
    assert_eq!(receipt.state, ShopState::Accepted);
    assert!(receipt.authorisation.is_some() && receipt.acceptance.is_some());
    assert_eq!(
        *issuer.paths.borrow(),
        ["/v1/introductions", "/v1/authorisations", "/v1/captures"]
    );
    assert_eq!(
        *courier.paths.borrow(),
        ["/v1/introductions", "/v1/deliveries"]
    );
}

#[test]
fn t002_10_the_shop_refuses_when_another_amount_was_authorised() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    let issuer = reference(&world, ISSUER, Role::Issuer, ISSUER_KEY, Lie::Amount);
    let receipt = buy(&world, &order);
    assert_eq!(receipt.state, ShopState::Refused);
    let refusal = open::<Refusal>(
        &receipt.refusal.unwrap(),
        &world.anchors,
        world.now(),
        Role::Shop,
    )
    .unwrap();
    assert_eq!(refusal.message.reason, RefusalReason::AmountMismatch);
    assert_eq!(issuer.paths.borrow().last().unwrap(), "/v1/releases");
    assert_eq!(world.requests(COURIER, "/v1/introductions"), 0);
}

#[test]
fn t002_10_the_shop_acts_on_no_answer_about_another_root() {
    let mut world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let first = holder.usual_order(&world, &[("sencha-100", 1)]);
    reference(&world, ISSUER, Role::Issuer, ISSUER_KEY, Lie::Root);
    assert_eq!(buy(&world, &first).state, ShopState::Asking);
    let second = holder.usual_order(&world, &[("sencha-100", 1)]);
    world.restart(ISSUER);
    reference(&world, COURIER, Role::Courier, COURIER_KEY, Lie::Root);
    assert_eq!(buy(&world, &second).state, ShopState::Delivering);
}
