//! Parties show holders and each other who they are before anything is sent.

use std::rc::Rc;

use crate::support::{Bare, KEYS, World, problem};
use tallystick_parties::native::{Machine, block_on};
use tallystick_parties::office::rate::RateLimit;
use tallystick_parties::ports::PortRng;
use tallystick_protocol::account::{EnrolmentTicket, HolderShareAnswer, HolderShareRequest};
use tallystick_protocol::keys::confirmation::{ConfirmationAnswer, ConfirmationRequest};
use tallystick_protocol::keys::sealed_share::enrolment_public_key;
use tallystick_protocol::keys::{
    DerivedKey, HolderShare, PairContext, Purpose, ShareRecipient, Suite, open_share, party_point,
};
use tallystick_protocol::trust::statement::{Audience, open};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::{HolderId, Role};

const SHOP: &str = "shop.localhost";
const SECRET: [u8; 32] = [5; 32];

struct Scene {
    world: World,
    issuer: Rc<Bare>,
    shop: Rc<Bare>,
    share: HolderShare,
    pair: PairContext,
}

/// Asks the key centre for a holder's share at shops, with a ticket of the issuer.
fn fetch_share(
    world: &World,
    issuer: &Bare,
    secret: &[u8; 32],
    space: Option<u32>,
) -> http::Response<Vec<u8>> {
    let public = enrolment_public_key(secret).unwrap();
    let holder = HolderId::of_enrolment_key(&public);
    let ticket = EnrolmentTicket {
        envelope: issuer
            .office
            .envelope(Audience::Anyone, *holder.as_bytes(), 600),
        enrolment_public_key: public,
        epoch: issuer.office.epoch(),
        centres: issuer.office.centres().unwrap(),
    };
    let ticket = block_on(issuer.office.say(&ticket)).unwrap();
    let request = HolderShareRequest {
        ticket,
        role: Role::Shop,
        space,
    };
    world.post(
        KEYS,
        "/v1/holder-shares",
        "application/cbor",
        encode(&request),
    )
}

/// A holder with a share, and a shop.
fn scene(limit: Option<RateLimit>) -> Scene {
    let mut world = World::new();
    let issuer = world.start_bare(Role::Issuer, "issuer.localhost");
    block_on(issuer.office.bootstrap()).unwrap();
    let machine = world.machine(SHOP);
    let mut settings = World::settings(Role::Shop, SHOP);
    let limits = &mut settings.limits;
    if let Some(limit) = limit {
        limits.confirmations_per_holder = limit;
        limits.confirmations_in_all.count = limit.count + 1;
    }
    let shop = Rc::new(Bare::new(machine, settings));
    world.hub.connect(SHOP, shop.clone());
    block_on(shop.office.bootstrap()).unwrap();

    let holder = HolderId::of_enrolment_key(&enrolment_public_key(&SECRET).unwrap());
    let answer = fetch_share(&world, &issuer, &SECRET, Some(0));
    let anchors = &shop.office.identity().unwrap().anchors;
    let answer =
        open::<HolderShareAnswer>(answer.body(), anchors, shop.office.now(), Role::KeyCentre);
    let sealed = answer.unwrap().message.share;
    let share = open_share(&SECRET, &ShareRecipient::Holder(holder), &sealed).unwrap();
    let pair = PairContext {
        suite: Suite::NamesOnly,
        key: sealed.context().clone(),
        holder,
        role: Role::Shop,
        party: crate::support::domain(SHOP),
    };
    Scene {
        world,
        issuer,
        shop,
        share: HolderShare::from_bytes(&share).unwrap(),
        pair,
    }
}

impl Scene {
    fn another_holder_fetches_a_share(&self, seed: u8) {
        let answer = fetch_share(&self.world, &self.issuer, &[seed; 32], None);
        assert_eq!(answer.status(), 200, "{}", problem(&answer));
    }

    fn key(&self, nonce: &[u8; 32]) -> DerivedKey {
        let point = party_point(&self.pair.party, &self.pair.key).unwrap();
        self.share
            .pairwise(&point)
            .derive(&self.pair, Purpose::Confirmation, nonce)
            .unwrap()
    }

    fn request(&self, nonce: [u8; 32]) -> ConfirmationRequest {
        let key = self.key(&nonce);
        ConfirmationRequest::new(self.pair.clone(), nonce, &key, self.shop.office.now())
    }

    fn send(&self, request: &ConfirmationRequest) -> http::Response<Vec<u8>> {
        self.world.post(
            SHOP,
            "/v1/confirmations",
            "application/cbor",
            encode(request),
        )
    }
}

#[test]
fn t002_7_a_party_confirms_itself_by_key_and_by_certificate() {
    let scene = scene(None);
    let request = scene.request([1; 32]);
    let answer = scene.send(&request);
    assert_eq!(answer.status(), 200, "{}", problem(&answer));
    let anchors = &scene.shop.office.identity().unwrap().anchors;
    let answer =
        open::<ConfirmationAnswer>(answer.body(), anchors, scene.shop.office.now(), Role::Shop);
    answer
        .unwrap()
        .message
        .verify(&request, &scene.key(&[1; 32]))
        .unwrap();
}

#[test]
fn t002_7_a_party_answers_nobody_who_does_not_share_its_key() {
    let scene = scene(None);
    let foreign = DerivedKey::from([3; 32]);
    let request = ConfirmationRequest::new(
        scene.pair.clone(),
        [1; 32],
        &foreign,
        scene.shop.office.now(),
    );
    assert_eq!(problem(&scene.send(&request)), "bad-signature");
}

#[test]
fn t002_7_a_party_does_not_answer_for_another() {
    let scene = scene(None);
    let mut pair = scene.pair.clone();
    pair.party = crate::support::domain("other.localhost");
    let request =
        ConfirmationRequest::new(pair, [1; 32], &scene.key(&[1; 32]), scene.shop.office.now());
    assert_eq!(problem(&scene.send(&request)), "wrong-recipient");
}

#[test]
fn an_old_confirmation_is_not_answered() {
    let scene = scene(None);
    let request = scene.request([1; 32]);
    scene.world.clock.advance(600_000);
    assert_eq!(problem(&scene.send(&request)), "wrong-clock");
}

const TWO_A_MINUTE: RateLimit = RateLimit {
    count: 2,
    seconds: 60,
};

impl Scene {
    /// A request in the holder's name by somebody who does not share the key.
    fn forged(&self, nonce: [u8; 32]) -> ConfirmationRequest {
        let key = DerivedKey::from([0; 32]);
        ConfirmationRequest::new(self.pair.clone(), nonce, &key, self.shop.office.now())
    }
}

#[test]
fn a_holder_gets_only_so_many_confirmations() {
    let scene = scene(Some(TWO_A_MINUTE));
    for nonce in 1..=2 {
        assert_eq!(scene.send(&scene.request([nonce; 32])).status(), 200);
    }
    let refused = scene.send(&scene.request([3; 32]));
    assert_eq!(problem(&refused), "rate-limited");
    assert!(refused.headers().contains_key("retry-after"));
    scene.world.clock.advance(60_000);
    assert_eq!(scene.send(&scene.request([4; 32])).status(), 200);
}

#[test]
fn nobody_else_uses_up_a_holders_confirmations() {
    let scene = scene(Some(TWO_A_MINUTE));
    for nonce in 1..=20 {
        assert_eq!(
            problem(&scene.send(&scene.forged([nonce; 32]))),
            "bad-signature"
        );
    }
    assert_eq!(scene.send(&scene.request([1; 32])).status(), 200);
}

#[test]
fn a_holder_who_is_refused_uses_up_nothing_of_the_others() {
    let scene = scene(Some(TWO_A_MINUTE));
    for nonce in 1..=20 {
        scene.send(&scene.request([nonce; 32]));
    }
    // Two of everybody's three are used: the third is left to another holder.
    let office = &scene.shop.office;
    let all = [("confirmations", office.settings.limits.confirmations_in_all)];
    assert_eq!(office.admit(&all), Ok(()));
    assert!(office.admit(&all).is_err());
}

#[test]
fn invented_space_numbers_bring_the_next_space_and_nothing_else() {
    let scene = scene(None);
    // The first space is full, so that another is open.
    for seed in 10..14 {
        scene.another_holder_fetches_a_share(seed);
    }
    let mut pair = scene.pair.clone();
    pair.key.space.index = 4_000_000_000;
    let key = DerivedKey::from([3; 32]);
    let request = ConfirmationRequest::new(pair, [1; 32], &key, scene.shop.office.now());
    assert_eq!(problem(&scene.send(&request)), "unknown-space");
    assert_eq!(scene.shop.office.spaces().unwrap(), [0, 1]);
}

#[test]
fn a_space_that_was_never_opened_is_refused_and_fetching_is_limited() {
    let scene = scene(None);
    let mut answers = Vec::new();
    for index in 1..=25 {
        let mut pair = scene.pair.clone();
        pair.key.space.index = index;
        let key = DerivedKey::from([3; 32]);
        let request = ConfirmationRequest::new(pair, [1; 32], &key, scene.shop.office.now());
        answers.push(problem(&scene.send(&request)));
    }
    assert_eq!(answers[0], "unknown-space");
    assert_eq!(answers[24], "rate-limited");
}

#[test]
fn logs_name_no_holder() {
    let scene = scene(None);
    scene.send(&scene.request([1; 32]));
    let holder = scene.pair.holder.to_string();
    let machine: &Machine = &scene.shop.office.ports;
    let lines = machine.log.lines();
    assert!(lines.iter().any(|line| line.contains("confirmed")));
    assert!(
        lines
            .iter()
            .all(|line| !line.contains(&holder) && !line.contains("@tallystick"))
    );
    // The random port serves cryptographic crates directly.
    let mut rng = PortRng(&machine.random);
    assert_ne!(
        rand_core::Rng::next_u64(&mut rng),
        rand_core::Rng::next_u64(&mut rng)
    );
}
