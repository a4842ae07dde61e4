//! Who gets which share, and how often.

use std::rc::Rc;

use crate::support::{Bare, KEYS, World, problem};
use tallystick_parties::Party;
use tallystick_parties::key_centre::{self, KeyCentre, SpaceDegrees};
use tallystick_parties::native::block_on;
use tallystick_protocol::cbor::encode;
use tallystick_protocol::enrolment::{EnrolmentTicket, HolderShareAnswer, HolderShareRequest};
use tallystick_protocol::identifier::{HolderId, Role};
use tallystick_protocol::keys::sealed_share::enrolment_public_key;
use tallystick_protocol::keys::{
    HolderShare, PairContext, Purpose, ShareRecipient, Suite, open_share, party_point,
};
use tallystick_protocol::statement::{Audience, Envelope, open};

const SHOP: &str = "shop.localhost";
const ISSUER: &str = "issuer.localhost";

struct Holder {
    secret: [u8; 32],
    public: [u8; 32],
    id: HolderId,
}

fn holder(number: u8) -> Holder {
    let secret = [number.max(1); 32];
    let public = enrolment_public_key(&secret).unwrap();
    Holder {
        secret,
        public,
        id: HolderId::of_enrolment_key(&public),
    }
}

fn ready(world: &mut World, role: Role, name: &str) -> Rc<Bare> {
    let party = world.start_bare(role, name);
    block_on(party.office.bootstrap()).unwrap();
    party
}

fn ticket(by: &Bare, holder: &Holder) -> EnrolmentTicket {
    EnrolmentTicket {
        envelope: by
            .office
            .envelope(Audience::Anyone, *holder.id.as_bytes(), 3600),
        enrolment_public_key: holder.public,
        epoch: by.office.epoch(),
        centres: by.office.centres().unwrap(),
    }
}

fn request_with(
    world: &World,
    ticket: Vec<u8>,
    role: Role,
    space: Option<u32>,
) -> http::Response<Vec<u8>> {
    let request = HolderShareRequest {
        ticket,
        role,
        space,
    };
    world.post(
        KEYS,
        "/v1/holder-shares",
        "application/cbor",
        encode(&request),
    )
}

fn request(
    world: &World,
    issuer: &Bare,
    holder: &Holder,
    space: Option<u32>,
) -> http::Response<Vec<u8>> {
    let ticket = block_on(issuer.office.say(&ticket(issuer, holder))).unwrap();
    request_with(world, ticket, Role::Shop, space)
}

fn answer_in(party: &Bare, answer: &http::Response<Vec<u8>>) -> HolderShareAnswer {
    assert_eq!(answer.status(), 200, "{}", problem(answer));
    let anchors = &party.office.identity().unwrap().anchors;
    open::<HolderShareAnswer>(answer.body(), anchors, party.office.now(), Role::KeyCentre)
        .unwrap()
        .message
}

fn share_in(holder: &Holder, answer: &HolderShareAnswer) -> HolderShare {
    let recipient = ShareRecipient::Holder(holder.id);
    HolderShare::from_bytes(&open_share(&holder.secret, &recipient, &answer.share).unwrap())
        .unwrap()
}

fn index(answer: &HolderShareAnswer) -> u32 {
    answer.share.context().space.index
}

#[test]
fn t002_6_holder_and_party_derive_the_same_key_from_their_own_shares() {
    let mut world = World::new();
    let (issuer, shop) = (
        ready(&mut world, Role::Issuer, ISSUER),
        ready(&mut world, Role::Shop, SHOP),
    );
    let holder = holder(1);
    let answer = answer_in(&shop, &request(&world, &issuer, &holder, Some(0)));
    let share = share_in(&holder, &answer);

    let pair = PairContext {
        suite: Suite::NamesOnly,
        key: answer.share.context().clone(),
        holder: holder.id,
        role: Role::Shop,
        party: shop.office.settings.domain.clone(),
    };
    let said = world.hub.received().len();
    let point = party_point(&pair.party, &pair.key).unwrap();
    let of_holder = share
        .pairwise(&point)
        .derive(&pair, Purpose::OrderPart, &[9; 32])
        .unwrap();
    let of_party = shop
        .office
        .pairwise(&pair, Purpose::OrderPart, &[9; 32])
        .unwrap();
    assert_eq!(of_holder, of_party);
    assert_eq!(
        world.hub.received().len(),
        said,
        "no message passed between them"
    );
}

#[test]
fn a_share_opens_only_with_the_enrolment_key_of_the_ticket() {
    let mut world = World::new();
    let issuer = ready(&mut world, Role::Issuer, ISSUER);
    let (mine, other) = (holder(1), holder(2));
    let answer = answer_in(&issuer, &request(&world, &issuer, &mine, None));
    let recipient = ShareRecipient::Holder(mine.id);
    assert!(open_share(&other.secret, &recipient, &answer.share).is_err());
    assert!(
        open_share(
            &mine.secret,
            &ShareRecipient::Holder(other.id),
            &answer.share
        )
        .is_err()
    );
    assert!(open_share(&mine.secret, &recipient, &answer.share).is_ok());
}

#[test]
fn a_full_space_refuses_and_a_new_one_opens() {
    let mut world = World::new();
    let issuer = ready(&mut world, Role::Issuer, ISSUER);
    for number in 1..=3 {
        let answer = request(&world, &issuer, &holder(number), None);
        assert_eq!(index(&answer_in(&issuer, &answer)), 0);
    }
    assert_eq!(
        problem(&request(&world, &issuer, &holder(4), Some(0))),
        "over-cap"
    );
    assert_eq!(
        problem(&request(&world, &issuer, &holder(4), Some(2))),
        "unknown-space"
    );
    let fourth = request(&world, &issuer, &holder(4), None);
    assert_eq!(index(&answer_in(&issuer, &fourth)), 1);

    // Those who are in are served as before, with or without a number.
    for space in [None, Some(0)] {
        let again = request(&world, &issuer, &holder(1), space);
        assert_eq!(index(&answer_in(&issuer, &again)), 0);
    }
}

#[test]
fn asking_again_gives_the_same_share_and_counts_once() {
    let mut world = World::new();
    let issuer = ready(&mut world, Role::Issuer, ISSUER);
    let holder = holder(1);
    let first = share_in(
        &holder,
        &answer_in(&issuer, &request(&world, &issuer, &holder, None)),
    );
    for _ in 0..5 {
        let again = request(&world, &issuer, &holder, None);
        assert_eq!(share_in(&holder, &answer_in(&issuer, &again)), first);
    }
    let console = world.get_json(KEYS, "/v1/console");
    assert_eq!(console["counters"]["shop_holders"], 1);
}

#[test]
fn parties_beyond_the_cap_get_a_new_space_and_old_ones_fetch_it_on_demand() {
    let mut world = World::new();
    let issuer = ready(&mut world, Role::Issuer, ISSUER);
    let first = ready(&mut world, Role::Shop, "shop-1.localhost");
    ready(&mut world, Role::Shop, "shop-2.localhost");
    let third = ready(&mut world, Role::Shop, "shop-3.localhost");
    assert_eq!(third.office.spaces().unwrap(), [1]);

    // A holder whose share is of the new space makes the first shop fetch its own of it.
    let holder = holder(1);
    let answer = answer_in(&issuer, &request(&world, &issuer, &holder, Some(1)));
    block_on(first.office.ensure_share(answer.share.context())).unwrap();
    assert_eq!(first.office.spaces().unwrap(), [0, 1]);
    // And the third cannot enter the old one, which is full.
    let mut full = answer.share.context().clone();
    full.space.index = 0;
    let refused = block_on(third.office.ensure_share(&full)).unwrap_err();
    assert_eq!(refused.kind.as_str(), "over-cap");
}

#[test]
fn shares_of_two_centres_add_up_to_one_key() {
    const SECOND: &str = "keys-2.localhost";
    let mut world = World::new();
    let both = vec![crate::support::domain(KEYS), crate::support::domain(SECOND)];
    for (role, name) in [(Role::KeyCentre, KEYS), (Role::KeyCentre, SECOND)] {
        let machine = world.machine(name);
        let mut settings = World::settings(role, name);
        settings.key_centres.clone_from(&both);
        let config = key_centre::Config {
            settings,
            degrees: crate::support::SMALL,
        };
        world
            .hub
            .connect(name, Rc::new(KeyCentre::new(machine, config)));
    }
    let [issuer, shop] = [(Role::Issuer, ISSUER), (Role::Shop, SHOP)].map(|(role, name)| {
        let machine = world.machine(name);
        let mut settings = World::settings(role, name);
        settings.key_centres.clone_from(&both);
        let party = Rc::new(Bare::new(machine, settings));
        world.hub.connect(name, party.clone());
        block_on(party.office.bootstrap()).unwrap();
        party
    });

    let holder = holder(1);
    let ticket = block_on(issuer.office.say(&ticket(&issuer, &holder))).unwrap();
    let mut sum: Option<HolderShare> = None;
    let mut context = None;
    for centre in [KEYS, SECOND] {
        let request = HolderShareRequest {
            ticket: ticket.clone(),
            role: Role::Shop,
            space: Some(0),
        };
        let path = "/v1/holder-shares";
        let answer = answer_in(
            &shop,
            &world.post(centre, path, "application/cbor", encode(&request)),
        );
        let share = share_in(&holder, &answer);
        sum = Some(sum.map_or(share.clone(), |sum| sum.add(&share).unwrap()));
        context = Some(answer.share.context().clone());
    }
    let pair = PairContext {
        suite: Suite::NamesOnly,
        key: context.unwrap(),
        holder: holder.id,
        role: Role::Shop,
        party: shop.office.settings.domain.clone(),
    };
    let point = party_point(&pair.party, &pair.key).unwrap();
    let of_holder = sum
        .unwrap()
        .pairwise(&point)
        .derive(&pair, Purpose::OrderPart, &[9; 32]);
    let of_party = shop
        .office
        .pairwise(&pair, Purpose::OrderPart, &[9; 32])
        .unwrap();
    assert_eq!(of_holder.unwrap(), of_party);
}

#[test]
fn a_space_of_the_demos_size_serves_a_shop_and_a_holder() {
    let mut world = World::empty();
    world.start_ca();
    world.start_key_centre(SpaceDegrees::DEMO);
    let issuer = ready(&mut world, Role::Issuer, ISSUER);
    let shop = ready(&mut world, Role::Shop, SHOP);
    let answer = answer_in(&shop, &request(&world, &issuer, &holder(1), Some(0)));
    assert_eq!(answer.share.ciphertext.len(), 65 * 32 + 16);
    share_in(&holder(1), &answer);
}

#[test]
fn a_ticket_by_anybody_but_an_issuer_is_worth_nothing() {
    let mut world = World::new();
    let shop = ready(&mut world, Role::Shop, SHOP);
    assert_eq!(
        problem(&request(&world, &shop, &holder(1), None)),
        "untrusted-certificate"
    );
}

#[test]
fn a_misused_ticket_is_refused() {
    let mut world = World::new();
    let issuer = ready(&mut world, Role::Issuer, ISSUER);
    let (mine, other) = (holder(1), holder(2));
    let good = ticket(&issuer, &mine);
    let signed = |ticket: &EnrolmentTicket| block_on(issuer.office.say(ticket)).unwrap();
    let envelope = |to, transaction| Envelope {
        to,
        transaction,
        ..good.envelope.clone()
    };

    let mut altered = signed(&good);
    let end = altered.len() - 1;
    altered[end] ^= 1;
    assert_eq!(
        problem(&request_with(&world, altered, Role::Shop, None)),
        "bad-signature"
    );

    let exchanged_key = EnrolmentTicket {
        enrolment_public_key: other.public,
        ..good.clone()
    };
    let refused = request_with(&world, signed(&exchanged_key), Role::Shop, None);
    assert_eq!(
        problem(&refused),
        "wrong-transaction",
        "the identifier is not the key's hash"
    );

    let for_one = Audience::Party(crate::support::domain("elsewhere.localhost"));
    let for_another = EnrolmentTicket {
        envelope: envelope(for_one, *mine.id.as_bytes()),
        ..good.clone()
    };
    assert_eq!(
        problem(&request_with(
            &world,
            signed(&for_another),
            Role::Shop,
            None
        )),
        "wrong-recipient"
    );

    let of_another_epoch = EnrolmentTicket {
        epoch: tallystick_protocol::keys::Epoch(2),
        ..good.clone()
    };
    assert_eq!(
        problem(&request_with(
            &world,
            signed(&of_another_epoch),
            Role::Shop,
            None
        )),
        "unknown-space"
    );

    assert_eq!(
        problem(&request_with(&world, signed(&good), Role::Ca, None)),
        "unknown-space"
    );

    let late = signed(&good);
    world.clock.advance(2 * 3_600_000);
    assert_eq!(
        problem(&request_with(&world, late, Role::Shop, None)),
        "expired"
    );

    let console = world.get_json(KEYS, "/v1/console");
    assert_eq!(
        console["counters"]
            .get("shop_holders")
            .and_then(|v| v.as_u64())
            .unwrap_or(0),
        0
    );
}

#[test]
fn a_party_gets_shares_of_its_own_role_alone() {
    let mut world = World::new();
    let shop = ready(&mut world, Role::Shop, SHOP);
    let request = tallystick_protocol::enrolment::PartyShareRequest {
        envelope: shop
            .office
            .envelope(Audience::Party(crate::support::domain(KEYS)), [1; 32], 300),
        sealing_public_key: holder(9).public,
        role: Role::Issuer,
        space: None,
    };
    let signed = block_on(shop.office.say(&request)).unwrap();
    let refused = world.post(KEYS, "/v1/party-shares", "application/cose", signed);
    assert_eq!(problem(&refused), "untrusted-certificate");
}

#[test]
fn the_key_centre_draws_its_masters_when_woken_and_then_rests() {
    let mut world = World::empty();
    world.start_ca();
    let (machine, centre) = world.start_key_centre(crate::support::SMALL);
    let mut wakes = 0;
    while centre.next_alarm() == Some(crate::support::START_MS) && wakes < 20 {
        block_on(centre.wake());
        wakes += 1;
    }
    assert!(wakes < 20);
    let writes = machine.database.writes();
    block_on(centre.wake());
    assert_eq!(machine.database.writes(), writes);
}

#[test]
fn masters_survive_a_restart() {
    let mut world = World::empty();
    world.start_ca();
    let (machine, _) = world.start_key_centre(crate::support::SMALL);
    let issuer = ready(&mut world, Role::Issuer, ISSUER);
    let holder = holder(1);
    let before = share_in(
        &holder,
        &answer_in(&issuer, &request(&world, &issuer, &holder, None)),
    );
    world.hub.connect(
        KEYS,
        Rc::new(World::key_centre_over(&machine, crate::support::SMALL)),
    );
    let after = share_in(
        &holder,
        &answer_in(&issuer, &request(&world, &issuer, &holder, None)),
    );
    assert_eq!(before, after);
}
