//! Old keys hand an account over to new ones: once, and to nobody else.

use http::Response;
use tallystick_protocol::account::{EnrolmentAnswer, MoveRequest};
use tallystick_protocol::test_keys::{TestRng, test_key};
use tallystick_protocol::trust::signature::sign_pss;
use tallystick_protocol::wire::cbor::{decode, encode};

use super::holder::{CBOR, Holder, enrolment_request};
use super::world::{ISSUER, OTHER_ISSUER, World, domain, problem, text};

const GRANT: [u8; 32] = [7; 32];

fn signed(holder: &mut Holder, grant: [u8; 32]) -> MoveRequest {
    let unsigned = MoveRequest::unsigned(domain(ISSUER), holder.id, &grant);
    let signature = sign_pss(&mut holder.rng, &holder.key, &unsigned.to_be_signed()).unwrap();
    unsigned.signed(signature)
}

fn ask(world: &World, request: &MoveRequest) -> Response<Vec<u8>> {
    world.post(ISSUER, "/v1/moves", CBOR, encode(request))
}

fn enrol(world: &World, secret: u8) -> Response<Vec<u8>> {
    let mut rng = TestRng::new(9);
    let request = enrolment_request(&mut rng, &test_key(6), GRANT, &[secret; 32]);
    world.post(ISSUER, "/v1/enrolments", CBOR, encode(&request))
}

#[test]
fn what_the_old_keys_signed_revokes_them_and_enrols_the_next_ones_once() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let request = signed(&mut holder, GRANT);
    for _ in 0..2 {
        let answer = ask(&world, &request);
        assert!(answer.status().is_success(), "{}", text(&answer));
        let revoked = "SELECT count(*) FROM issuer_revoked_holders";
        assert_eq!(world.number(ISSUER, revoked), 1);
    }
    let enrolled = enrol(&world, 11);
    assert!(enrolled.status().is_success(), "{}", text(&enrolled));
    decode::<EnrolmentAnswer>(enrolled.body()).unwrap();
    assert_eq!(problem(&enrol(&world, 12)), "replayed");
    let accounts = "SELECT count(*) FROM issuer_accounts";
    assert_eq!(world.number(ISSUER, accounts), 1);
}

#[test]
fn said_again_after_the_next_keys_are_enrolled_it_does_not_revoke_them() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let request = signed(&mut holder, GRANT);
    assert!(ask(&world, &request).status().is_success());
    assert!(enrol(&world, 11).status().is_success());
    assert!(ask(&world, &request).status().is_success());
    let enrolled = "SELECT count(*) FROM issuer_holders";
    assert_eq!(world.number(ISSUER, enrolled), 1);
}

#[test]
fn revoked_keys_hand_nothing_over() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let another = signed(&mut holder, [8; 32]);
    let request = signed(&mut holder, GRANT);
    assert!(ask(&world, &request).status().is_success());
    assert_eq!(problem(&ask(&world, &another)), "revoked");
    assert!(enrol(&world, 11).status().is_success());
}

#[test]
fn nobody_but_the_holder_hands_an_account_over_and_only_to_its_own_issuer() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let mut stranger = Holder::enrol(&world, 2, "Jiro Suzuki", "080-1111-2222");
    let own = stranger.id;
    stranger.id = holder.id;
    assert!(
        !ask(&world, &signed(&mut stranger, GRANT))
            .status()
            .is_success()
    );
    let elsewhere = MoveRequest {
        issuer: domain(OTHER_ISSUER),
        ..signed(&mut holder, GRANT)
    };
    assert!(!ask(&world, &elsewhere).status().is_success());
    let unknown = MoveRequest {
        holder: tallystick_protocol::wire::identifier::HolderId([9; 32]),
        ..signed(&mut holder, GRANT)
    };
    assert_eq!(problem(&ask(&world, &unknown)), "unauthorised");
    let revoked = "SELECT count(*) FROM issuer_revoked_holders";
    assert_eq!(world.number(ISSUER, revoked), 0);
    assert_ne!(own, holder.id);
}
