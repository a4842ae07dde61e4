//! Holders who ask for their shares.

use std::rc::Rc;

use tallystick_parties::native::block_on;
use tallystick_protocol::account::{EnrolmentTicket, HolderShareAnswer, HolderShareRequest};
use tallystick_protocol::keys::sealed_share::enrolment_public_key;
use tallystick_protocol::keys::{HolderShare, ShareRecipient, open_share};
use tallystick_protocol::trust::statement::{Audience, open};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::{HolderId, Role};

use crate::support::{Bare, KEYS, World, problem};

pub const SHOP: &str = "shop.localhost";
pub const ISSUER: &str = "issuer.localhost";

pub struct Holder {
    pub secret: [u8; 32],
    pub public: [u8; 32],
    pub id: HolderId,
}

pub fn holder(number: u8) -> Holder {
    let secret = [number.max(1); 32];
    let public = enrolment_public_key(&secret).unwrap();
    Holder {
        secret,
        public,
        id: HolderId::of_enrolment_key(&public),
    }
}

pub fn ready(world: &mut World, role: Role, name: &str) -> Rc<Bare> {
    let party = world.start_bare(role, name);
    block_on(party.office.bootstrap()).unwrap();
    party
}

pub fn ticket(by: &Bare, holder: &Holder) -> EnrolmentTicket {
    EnrolmentTicket {
        envelope: by
            .office
            .envelope(Audience::Anyone, *holder.id.as_bytes(), 3600),
        enrolment_public_key: holder.public,
        epoch: by.office.epoch(),
        centres: by.office.centres().unwrap(),
    }
}

pub fn request_with(
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

pub fn request(
    world: &World,
    issuer: &Bare,
    holder: &Holder,
    space: Option<u32>,
) -> http::Response<Vec<u8>> {
    let ticket = block_on(issuer.office.say(&ticket(issuer, holder))).unwrap();
    request_with(world, ticket, Role::Shop, space)
}

pub fn answer_in(party: &Bare, answer: &http::Response<Vec<u8>>) -> HolderShareAnswer {
    assert_eq!(answer.status(), 200, "{}", problem(answer));
    let anchors = &party.office.identity().unwrap().anchors;
    open::<HolderShareAnswer>(answer.body(), anchors, party.office.now(), Role::KeyCentre)
        .unwrap()
        .message
}

pub fn share_in(holder: &Holder, answer: &HolderShareAnswer) -> HolderShare {
    let recipient = ShareRecipient::Holder(holder.id);
    HolderShare::from_bytes(&open_share(&holder.secret, &recipient, &answer.share).unwrap())
        .unwrap()
}

pub fn index(answer: &HolderShareAnswer) -> u32 {
    answer.share.context().space.index
}
