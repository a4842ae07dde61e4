//! From an offer to a card that can pay.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::core::ports::{Ports, Session, Vault};
use tallystick_wallet::sealing::{StateKey, record};
use tallystick_wallet::view::{EnrolmentStep, KeyPlace, Phase};

use super::device::Device;
use super::holder::{Holder, ISSUER_ORIGIN, PASSPHRASE, PIN, offer, offer_of, open};
use super::world::{ISSUER, OTHER_ISSUER, World};

#[test]
fn a_card_is_offered_set_up_and_enrolled() {
    let world = World::new();
    let device = Device::new(&world);
    let wallet = open(&world, &device).unwrap();
    let view = || block_on(wallet.view()).unwrap();
    assert_eq!(view().phase, Phase::New);
    block_on(wallet.receive_offer(ISSUER_ORIGIN, &offer(&world))).unwrap();
    let offered = view();
    assert_eq!(offered.phase, Phase::Offered);
    assert_eq!(offered.offer.unwrap().issuer_name, "Asahi Card");
    block_on(wallet.set_up(PASSPHRASE, PIN)).unwrap();
    let enrolment = view().enrolment.unwrap();
    assert_eq!(view().phase, Phase::Enrolling);
    assert_eq!((enrolment.steps_done, enrolment.steps_total), (1, 5));
    block_on(wallet.enrol()).unwrap();
    let enrolment = view().enrolment.unwrap();
    assert_eq!(view().phase, Phase::Ready);
    assert_eq!(enrolment.step, EnrolmentStep::Done);
    assert_eq!(enrolment.steps_done, enrolment.steps_total);
}

#[test]
fn an_offer_is_taken_only_from_its_issuers_own_page_and_only_whole() {
    let world = World::new();
    let wallet = open(&world, &Device::new(&world)).unwrap();
    let offer = offer(&world);
    let refused = block_on(wallet.receive_offer("http://kiso-tea.localhost:8787", &offer));
    assert_eq!(refused.unwrap_err().kind, ErrorKind::OfferFromElsewhere);
    let mut altered = offer.clone();
    altered[offer.len() - 5] ^= 1;
    let refused = block_on(wallet.receive_offer(ISSUER_ORIGIN, &altered));
    assert_eq!(refused.unwrap_err().kind, ErrorKind::OfferInvalid);
    assert_eq!(block_on(wallet.view()).unwrap().phase, Phase::New);
}

#[test]
fn weak_secrets_are_refused() {
    let world = World::new();
    let wallet = open(&world, &Device::new(&world)).unwrap();
    block_on(wallet.receive_offer(ISSUER_ORIGIN, &offer(&world))).unwrap();
    let refused = |passphrase, pin| {
        let refused = block_on(wallet.set_up(passphrase, pin)).err();
        refused.unwrap().kind
    };
    assert_eq!(refused("short", PIN), ErrorKind::WeakPassphrase);
    assert_eq!(refused(PASSPHRASE, "12345"), ErrorKind::MalformedPin);
    assert_eq!(refused(PASSPHRASE, "abcdef"), ErrorKind::MalformedPin);
}

#[test]
fn nobody_elses_offer_takes_the_place_of_the_one_that_is_read() {
    let world = World::with_a_choice();
    let device = Device::new(&world);
    let wallet = open(&world, &device).unwrap();
    block_on(wallet.receive_offer(ISSUER_ORIGIN, &offer(&world))).unwrap();
    let other = offer_of(&world, OTHER_ISSUER);
    let origin = format!("http://{OTHER_ISSUER}:8787");
    let refused = block_on(wallet.receive_offer(&origin, &other)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::OfferWaiting);
    block_on(wallet.set_up(PASSPHRASE, PIN)).unwrap();
    let cards = block_on(wallet.view()).unwrap().cards;
    assert_eq!(cards[0].issuer_domain, ISSUER);
    block_on(wallet.receive_offer(&origin, &other)).unwrap();
}

fn offer_on_disk(device: &Device) -> Option<Vec<u8>> {
    let records = block_on(device.vault().load()).unwrap();
    let mut records = records.into_iter();
    let offer = records.find(|record| record.name == "offer");
    offer.map(|record| record.bytes)
}

#[test]
fn an_offer_rests_under_the_state_key_once_there_is_one_and_is_deleted_when_it_ends() {
    let world = World::with_a_choice();
    let mut holder = Holder::ready(&world);
    let other = || offer_of(&world, OTHER_ISSUER);
    let origin = "http://ume-card.localhost:8787";
    block_on(holder.wallet.receive_offer(origin, &other())).unwrap();
    let resting = offer_on_disk(&holder.device).unwrap();
    let session = block_on(holder.device.session().get()).unwrap().unwrap();
    let key = StateKey::from_bytes(&session[8..]).unwrap();
    assert!(record::open(&key, "offer", &resting).is_ok());
    // It is there after a restart, and hidden while locked.
    holder.restart();
    assert!(holder.view().offer.is_some());
    block_on(holder.wallet.lock()).unwrap();
    assert!(holder.view().offer.is_none());
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    assert!(holder.view().offer.is_some());
    // Declined.
    block_on(holder.wallet.remove_card("offer", "")).unwrap();
    assert_eq!(offer_on_disk(&holder.device), None);
    // Expired.
    block_on(holder.wallet.receive_offer(origin, &other())).unwrap();
    world.run_for(25 * 3_600_000);
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    assert_eq!(offer_on_disk(&holder.device), None);
    let refused = block_on(holder.wallet.add_card(PIN, KeyPlace::Software))
        .err()
        .unwrap();
    assert_eq!(refused.kind, ErrorKind::OfferExpired);
}

#[test]
fn an_offer_to_a_wallet_that_was_never_made_is_deleted_when_the_wallet_is_next_opened() {
    let world = World::new();
    let device = Device::new(&world);
    let wallet = open(&world, &device).unwrap();
    block_on(wallet.receive_offer(ISSUER_ORIGIN, &offer(&world))).unwrap();
    assert!(offer_on_disk(&device).is_some());
    world.run_for(25 * 3_600_000);
    drop(wallet);
    open(&world, &device).unwrap();
    assert_eq!(offer_on_disk(&device), None);
}
