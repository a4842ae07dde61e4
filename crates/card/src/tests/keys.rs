use alloc::{vec, vec::Vec};

use tallystick_protocol::keys::{
    Degrees, PairContext, Purpose, SealedShare, Suite, proof::Challenge,
};
use tallystick_protocol::test_keys::TestRng;
use tallystick_protocol::wire::identifier::HolderId;

use super::bench::{Bench, Centre, NONCE, PIN, PUK, context, pair, party_side};
use crate::Applet;
use crate::host::{self, CardError, TakenSlot};

const CENTRE: &str = "keys.localhost";

fn derived(
    bench: &mut Bench,
    pair: &PairContext,
    purpose: Purpose,
) -> Result<tallystick_protocol::keys::DerivedKey, CardError> {
    bench.select(Applet::Keys);
    let response = bench.send(host::derive(0, pair, purpose, &NONCE));
    assert!(!response.changed);
    host::derived_key(&response.bytes)
}

fn put(bench: &mut Bench, share: &SealedShare) -> Result<bool, CardError> {
    let response = bench.send(host::put_share(0, share));
    host::done(&response.bytes).map(|()| response.changed)
}

#[test]
fn a_slot_is_deleted_only_with_the_pin_and_with_its_shares() {
    let mut bench = Bench::personalised();
    let key = context(1, &[CENTRE]);
    let public = bench.enrol(0);
    let other = bench.enrol(1);
    let share = Centre::new(CENTRE).sealed(&public, &key);
    put(&mut bench, &share).unwrap();
    let response = bench.send(host::delete_slot(0));
    assert_eq!(host::done(&response.bytes), Err(CardError::PinRequired));
    bench.verify();
    bench.select(Applet::Keys);
    assert!(bench.send(host::delete_slot(0)).changed);
    let response = bench.send(host::delete_slot(0));
    assert_eq!(host::done(&response.bytes), Err(CardError::NotFound));
    let pair = pair(HolderId::of_enrolment_key(&public), &key);
    assert!(derived(&mut bench, &pair, Purpose::OrderPart).is_err());
    assert_ne!(bench.enrol(0), public, "a new key has taken its place");
    assert_eq!(put(&mut bench, &share), Err(CardError::Refused(0x6a80)));
    assert_eq!(bench.enrol(1), other);
}

#[test]
fn t002_6_card_and_party_derive_the_same_key() {
    let mut bench = Bench::personalised();
    let key = context(1, &[CENTRE]);
    let mut centre = Centre::new(CENTRE);
    let public = bench.enrol(0);
    assert_eq!(put(&mut bench, &centre.sealed(&public, &key)), Ok(true));
    let pair = pair(HolderId::of_enrolment_key(&public), &key);
    bench.verify();
    for purpose in [Purpose::Confirmation, Purpose::OrderPart] {
        let theirs = party_side(&[&centre], &pair, purpose);
        assert_eq!(derived(&mut bench, &pair, purpose), Ok(theirs));
    }
}

#[test]
fn no_key_is_derived_before_the_pin() {
    let mut bench = Bench::personalised();
    let key = context(1, &[CENTRE]);
    let public = bench.enrol(0);
    put(&mut bench, &Centre::new(CENTRE).sealed(&public, &key)).unwrap();
    let pair = pair(HolderId::of_enrolment_key(&public), &key);
    let refused = Err(CardError::PinRequired);
    assert_eq!(derived(&mut bench, &pair, Purpose::OrderPart), refused);
    bench.verify();
    assert!(derived(&mut bench, &pair, Purpose::OrderPart).is_ok());
    bench.select(Applet::Identity);
    bench.ok(host::forget_pin());
    assert_eq!(derived(&mut bench, &pair, Purpose::OrderPart), refused);
}

#[test]
fn shares_of_all_centres_are_added_each_once() {
    let mut bench = Bench::personalised();
    let (mut one, mut other) = (Centre::new("one.example"), Centre::new("other.example"));
    let key = context(1, &["one.example", "other.example"]);
    let public = bench.enrol(0);
    let pair = pair(HolderId::of_enrolment_key(&public), &key);
    assert_eq!(put(&mut bench, &one.sealed(&public, &key)), Ok(true));
    assert_eq!(
        put(&mut bench, &one.sealed(&public, &key)),
        Ok(false),
        "a repetition adds nothing"
    );
    bench.verify();
    let incomplete = derived(&mut bench, &pair, Purpose::OrderPart);
    assert_eq!(incomplete, Err(CardError::NotFound));
    let response = bench.send(host::status(0));
    assert_eq!(host::held_contexts(&response.bytes).unwrap(), []);
    assert_eq!(put(&mut bench, &other.sealed(&public, &key)), Ok(true));
    let theirs = party_side(&[&one, &other], &pair, Purpose::OrderPart);
    assert_eq!(derived(&mut bench, &pair, Purpose::OrderPart), Ok(theirs));
    let response = bench.send(host::status(0));
    assert_eq!(host::held_contexts(&response.bytes).unwrap(), [key]);
}

#[test]
fn a_share_for_somebody_else_or_altered_on_the_way_is_refused() {
    let mut bench = Bench::personalised();
    let key = context(1, &[CENTRE]);
    let mut centre = Centre::new(CENTRE);
    let public = bench.enrol(0);
    let elsewhere = bench.enrol(1);
    let refused = Err(CardError::Refused(0x6a80));
    assert_eq!(put(&mut bench, &centre.sealed(&elsewhere, &key)), refused);
    let mut altered = centre.sealed(&public, &key);
    altered.label.context = context(2, &[CENTRE]);
    assert_eq!(put(&mut bench, &altered), refused);
    let mut altered = centre.sealed(&public, &key);
    altered.ciphertext[40] ^= 1;
    assert_eq!(put(&mut bench, &altered), refused);
    let response = bench.send(host::status(0));
    assert_eq!(host::held_contexts(&response.bytes).unwrap(), []);
    let response = bench.send(host::put_share(7, &centre.sealed(&public, &key)));
    assert_eq!(host::done(&response.bytes), Err(CardError::NotFound));
}

#[test]
fn centres_with_different_degrees_do_not_add_up() {
    let mut bench = Bench::personalised();
    let key = context(1, &["one.example", "other.example"]);
    let public = bench.enrol(0);
    put(
        &mut bench,
        &Centre::new("one.example").sealed(&public, &key),
    )
    .unwrap();
    let mut wider = Centre::with_degrees(
        "other.example",
        Degrees {
            holder: 5,
            party: 4,
        },
    );
    let before = bench.card.state();
    assert!(put(&mut bench, &wider.sealed(&public, &key)).is_err());
    assert_eq!(bench.card.state(), before);
}

#[test]
fn a_key_is_derived_only_for_the_slots_own_holder_and_a_suite_in_use() {
    let mut bench = Bench::personalised();
    let key = context(1, &[CENTRE]);
    let public = bench.enrol(0);
    put(&mut bench, &Centre::new(CENTRE).sealed(&public, &key)).unwrap();
    let pair = pair(HolderId::of_enrolment_key(&public), &key);
    bench.verify();
    let refused = Err(CardError::Refused(0x6a80));
    let other = PairContext {
        holder: HolderId([0; 32]),
        ..pair.clone()
    };
    assert_eq!(derived(&mut bench, &other, Purpose::OrderPart), refused);
    let hybrid = PairContext {
        suite: Suite::Hybrid,
        ..pair.clone()
    };
    assert_eq!(derived(&mut bench, &hybrid, Purpose::OrderPart), refused);
    let later = PairContext {
        key: context(2, &[CENTRE]),
        ..pair
    };
    assert_eq!(
        derived(&mut bench, &later, Purpose::OrderPart),
        Err(CardError::NotFound)
    );
}

#[test]
fn an_enrolment_key_stays_until_it_is_replaced_with_the_pin() {
    let mut bench = Bench::personalised();
    let public = bench.enrol(3);
    assert_eq!(bench.enrol(3), public);
    assert_ne!(bench.enrol(2), public);
    assert_eq!(bench.status(&[0x80, 0x10, 3, 1, 0]), 0x6982);
    bench.verify();
    bench.select(Applet::Keys);
    assert_eq!(bench.status(&[0x80, 0x10, 3, 1, 0]), 0x9000);
    assert_ne!(bench.enrol(3), public);
}

#[test]
fn the_slots_that_are_taken_are_listed_with_their_holders_before_any_pin() {
    let mut bench = Bench::personalised();
    bench.select(Applet::Keys);
    let listed = |bench: &mut Bench| {
        bench.select(Applet::Keys);
        let response = bench.send(host::list_slots());
        assert!(!response.changed);
        host::slots(&response.bytes)
    };
    assert_eq!(listed(&mut bench), Ok(Vec::new()));
    let [last, first] = [15, 2].map(|slot| TakenSlot {
        slot,
        holder: HolderId::of_enrolment_key(&bench.enrol(slot)),
    });
    assert_eq!(listed(&mut bench), Ok(vec![first, last]));
    bench.verify();
    bench.select(Applet::Keys);
    bench.ok(host::delete_slot(2));
    assert_eq!(listed(&mut bench), Ok(vec![last]));
    assert_eq!(bench.status(&[0x80, 0x1a, 0, 2]), 0x6a86);
    assert_eq!(bench.status(&[0x80, 0x1a, 0, 0, 1, 0]), 0x6700);
}

#[test]
fn a_card_says_whether_pin_or_puk_is_still_the_factorys_and_nobody_loses_a_try_by_asking() {
    let mut bench = Bench::blank();
    let asked = |bench: &mut Bench| {
        bench.select(Applet::Keys);
        let response = bench.send(host::ask_if_from_factory());
        assert!(!response.changed);
        bench.select(Applet::Identity);
        host::is_from_factory(&response.bytes)
    };
    assert_eq!(asked(&mut bench), Ok(true));
    bench.ok(host::change_pin(host::FACTORY_PIN, PIN));
    assert_eq!(asked(&mut bench), Ok(true));
    bench.ok(host::change_puk(host::FACTORY_PUK, PUK));
    assert_eq!(asked(&mut bench), Ok(false));
    assert_eq!(
        host::tries_left(&bench.send(host::pin_tries()).bytes),
        Ok(3)
    );
    assert_eq!(
        host::is_from_factory(&[2, 0x90, 0]),
        Err(CardError::Malformed)
    );
}

#[test]
fn a_list_that_no_card_gives_is_refused() {
    let holder = [0x58, 32].into_iter().chain([7; 32]);
    let taken = |slot: &[u8]| [&[0xa2, 0, 0][..2], slot, &[1]].concat();
    let list = |slots: &[&[u8]]| {
        let mut bytes = vec![0x80 + u8::try_from(slots.len()).unwrap()];
        for slot in slots {
            bytes.extend(taken(slot).into_iter().chain(holder.clone()));
        }
        bytes.extend([0x90, 0]);
        host::slots(&bytes).map(|slots| slots.len())
    };
    assert_eq!(list(&[&[3], &[15]]), Ok(2));
    assert_eq!(list(&[&[3], &[3]]), Err(CardError::Malformed));
    assert_eq!(list(&[&[4], &[3]]), Err(CardError::Malformed));
    assert_eq!(list(&[&[16]]), Err(CardError::Malformed));
    let too_many = [&[0x91][..], &[0; 17], &[0x90, 0]].concat();
    assert_eq!(host::slots(&too_many), Err(CardError::Malformed));
    assert_eq!(host::slots(&[0x6d, 0]), Err(CardError::Refused(0x6d00)));
}

#[test]
fn slots_and_shares_are_limited() {
    let mut bench = Bench::personalised();
    bench.select(Applet::Keys);
    assert_eq!(bench.status(&[0x80, 0x10, 16, 0, 0]), 0x6a86);
    assert_eq!(bench.status(&[0x80, 0x10, 0xff, 0, 0]), 0x6a86);
    let public = bench.enrol(0);
    let mut centre = Centre::new(CENTRE);
    let of_space = |index, epoch| {
        let mut context = context(epoch, &[CENTRE]);
        context.space.index = index;
        context
    };
    for index in 0..16 {
        put(&mut bench, &centre.sealed(&public, &of_space(index, 1))).unwrap();
    }
    for (index, epoch) in [(16, 1), (0, 0), (0, 2)] {
        let one_more = put(&mut bench, &centre.sealed(&public, &of_space(index, epoch)));
        assert_eq!(one_more, Err(CardError::Refused(0x6a84)), "epoch {epoch}");
    }
}

#[test]
fn t_u4_in_a_full_slot_the_shares_of_the_earliest_epoch_give_way_to_those_of_a_later() {
    let mut bench = Bench::personalised();
    bench.select(Applet::Keys);
    let public = bench.enrol(0);
    let mut centre = Centre::new(CENTRE);
    for epoch in 0..40 {
        let sealed = centre.sealed(&public, &context(epoch, &[CENTRE]));
        assert_eq!(put(&mut bench, &sealed), Ok(true), "epoch {epoch}");
        assert_eq!(put(&mut bench, &sealed), Ok(false), "epoch {epoch}");
    }
    // Long gone, and not to come back.
    let old = centre.sealed(&public, &context(20, &[CENTRE]));
    assert_eq!(put(&mut bench, &old), Err(CardError::Refused(0x6a84)));
    let kept = centre.sealed(&public, &context(38, &[CENTRE]));
    assert_eq!(put(&mut bench, &kept), Ok(false));
}

#[test]
fn a_share_is_put_twice_and_another_one_of_the_same_centre_is_refused() {
    let mut bench = Bench::personalised();
    let key = context(1, &[CENTRE, "more-keys.localhost"]);
    let public = bench.enrol(0);
    let mut centre = Centre::new(CENTRE);
    let mut other = Centre::new("more-keys.localhost");
    assert_eq!(put(&mut bench, &centre.sealed(&public, &key)), Ok(true));
    assert_eq!(put(&mut bench, &other.sealed(&public, &key)), Ok(true));
    // Sealed anew, the same share.
    assert_eq!(put(&mut bench, &centre.sealed(&public, &key)), Ok(false));
    assert_eq!(put(&mut bench, &other.sealed(&public, &key)), Ok(false));
    // Whoever knows the enrolment key can seal one.
    let mut forger = Centre::new("forger.localhost").named(CENTRE);
    let refused = put(&mut bench, &forger.sealed(&public, &key));
    assert_eq!(refused, Err(CardError::Refused(0x6a89)));
    let mut forger = Centre::new("forger.localhost").named("more-keys.localhost");
    let refused = put(&mut bench, &forger.sealed(&public, &key));
    assert_eq!(refused, Err(CardError::Refused(0x6a89)));
}

#[test]
fn a_card_proves_that_it_has_the_enrolment_key_and_an_impostor_cannot() {
    let mut bench = Bench::personalised();
    let mut rng = TestRng::new(77);
    let public = bench.enrol(0);
    bench.enrol(1);
    let challenge = Challenge::new(&mut rng, &public).unwrap();
    let asked = |bench: &mut Bench, slot, challenge: &[u8]| {
        let response = bench.send(host::prove(slot, challenge));
        assert!(!response.changed);
        host::proof(&response.bytes)
    };
    let answer = asked(&mut bench, 0, challenge.as_bytes()).unwrap();
    assert!(challenge.is_met_by(&answer));
    // One that repeats the identifier alone, an earlier answer, another key, an empty slot, a share.
    assert!(!challenge.is_met_by(&HolderId::of_enrolment_key(&public).0));
    let again = Challenge::new(&mut rng, &public).unwrap();
    assert!(!again.is_met_by(&answer));
    let another = asked(&mut bench, 1, challenge.as_bytes());
    assert_eq!(another, Err(CardError::Refused(0x6a80)));
    assert_eq!(
        asked(&mut bench, 2, challenge.as_bytes()),
        Err(CardError::NotFound)
    );
    assert_eq!(
        asked(&mut bench, 0, &[7; 79]),
        Err(CardError::Refused(0x6700))
    );
    assert_eq!(
        asked(&mut bench, 0, &[7; 80]),
        Err(CardError::Refused(0x6a80))
    );
}
