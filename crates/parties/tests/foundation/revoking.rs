//! A party has revoked what it had certified, however often the line breaks.

use tallystick_parties::Party;
use tallystick_parties::native::block_on;
use tallystick_parties::office::fault::Fault;
use tallystick_parties::ports::{Clock as _, Tables as _};
use tallystick_protocol::account::{CertificateAnswer, HolderCertificateRequest};
use tallystick_protocol::test_keys::test_spki;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::certificate::revocation::RevocationReason;
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::Role;

use crate::support::{Bare, CA, World, domain};

const HOLDERS_KEY: usize = 7;

fn certified(world: &World, issuer: &Bare, key: usize) -> Vec<u8> {
    let request = HolderCertificateRequest {
        envelope: issuer
            .office
            .envelope(Audience::Party(domain(CA)), [1; 32], 300),
        signing_public_key: test_spki(key),
        label: "account 17".to_owned(),
    };
    let request = block_on(issuer.office.say(&request)).unwrap();
    let answer = world.post(CA, "/v1/holder-certificates", "application/cose", request);
    let answer: CertificateAnswer = decode(answer.body()).unwrap();
    answer.certificate
}

fn have_revoked(issuer: &Bare, certificate: &[u8]) {
    let done: Result<(), Fault> = issuer.office.transaction(|tables| {
        let reason = Some(RevocationReason::CessationOfOperation);
        issuer.office.have_revoked(tables, certificate, reason)
    });
    done.unwrap();
}

#[test]
fn t004_10_what_a_party_had_certified_it_has_revoked_once_even_if_the_ca_is_away_at_first() {
    let mut world = World::empty();
    let (machine, ca) = world.start_ca();
    world.start_key_centre(crate::support::SMALL);
    let issuer = world.start_bare(Role::Issuer, "issuer.localhost");
    block_on(issuer.wake());
    let certificate = certified(&world, &issuer, HOLDERS_KEY);
    world.hub.cut(CA, true);
    have_revoked(&issuer, &certificate);
    have_revoked(&issuer, &certificate);
    block_on(issuer.wake());
    let letters = || {
        let rows = issuer.office.tables().run("SELECT 1 FROM outbox", &[]);
        rows.unwrap().len()
    };
    assert_eq!(letters(), 1);

    world.hub.cut(CA, false);
    let again = issuer.office.tables().alarm().unwrap().unwrap();
    world.clock.set(again.max(world.clock.now_ms()));
    block_on(issuer.wake());
    assert_eq!(letters(), 0);
    block_on(ca.wake());
    let list = "SELECT list FROM revocation_lists";
    let lists = machine.database.run(list, &[]).unwrap();
    assert_eq!(lists.len(), 1);
    let anchors = &issuer.office.identity().unwrap().anchors;
    let list = anchors.verify_list(lists[0].blob(0).unwrap(), issuer.office.now());
    let serial = Certificate::from_der(&certificate).unwrap();
    let list = list.unwrap();
    let revoked = list.find(serial.serial()).unwrap();
    assert_eq!(revoked.reason, Some(RevocationReason::CessationOfOperation));
    assert_eq!((list.number(), list.revoked().len()), (2, 1));

    have_revoked(&issuer, &certificate);
    assert_eq!(letters(), 0, "it was done before");
}

#[test]
fn t004_43_a_key_that_another_had_certified_and_revoked_stays_its_owner_s() {
    let mut world = World::empty();
    let (_, ca) = world.start_ca();
    world.start_key_centre(crate::support::SMALL);
    let issuer = world.start_bare(Role::Issuer, "issuer.localhost");
    block_on(issuer.wake());
    // The key of the party that starts next; nobody shows that they have what they have certified for a holder.
    let certificate = certified(&world, &issuer, 3);
    have_revoked(&issuer, &certificate);
    block_on(issuer.wake());
    block_on(ca.wake());
    let shop = world.start_bare(Role::Shop, "shop.localhost");
    assert_eq!(
        world.get_json("shop.localhost", "/health")["status"],
        "ready"
    );
    let own = Certificate::from_der(&shop.office.identity().unwrap().certificate).unwrap();
    assert_eq!(own.public_key().to_spki().unwrap(), test_spki(3));
}
