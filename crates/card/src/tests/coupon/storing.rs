use alloc::string::String;
use alloc::vec::Vec;

use rand_core::Rng as _;
use tallystick_protocol::coupon::{CouponOutcome, CouponState, Owner};
use tallystick_protocol::trust::certificate::Lifetime;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::{HolderId, Role};

use super::world::{
    BEN, END, OFFICE, PASSWORD, World, certificate, coupon_of, handing, number, of_terms, offering,
    office, shop, terms,
};
use crate::Applet;
use crate::Card;
use crate::host::coupon::{self, PLACES, Progress};
use crate::host::{self, CardError, purse};
use crate::tests::bench::{Bench, domain};
use crate::tests::purse::bank::{BankKey, START};

#[test]
fn a_coupon_that_its_office_signed_for_this_holder_is_kept_and_shown() {
    let mut world = World::new();
    let coupon = world.coupon(1, 0);
    assert_eq!(world.store(&coupon), Ok(0));
    assert_eq!(
        world.store(&coupon),
        Ok(0),
        "the same again changes nothing"
    );
    let second = world.coupon(2, 0);
    assert_eq!(world.store(&second), Ok(1));
    world.power_goes();
    let shown = world.shown();
    assert_eq!((shown.coupon, shown.progress), (coupon, Progress::Held));
    let listed = world.list();
    let named = |place: usize| (listed[place].office.clone(), listed[place].coupon);
    assert_eq!(named(0), (Some(domain(OFFICE)), Some(number(1))));
    assert_eq!(named(1), (Some(domain(OFFICE)), Some(number(2))));
    let empty = world.tried(coupon::read(2));
    assert_eq!(empty, Err(CardError::NotFound));
}

#[test]
fn what_the_office_did_not_sign_or_is_anothers_is_refused() {
    let mut world = World::new();
    let anna = Owner::Holder(world.anna);
    let coupon = world.coupon(1, 0);
    for other in [BEN, shop(), Owner::Holder(HolderId([0; 32]))] {
        let others = coupon_of(&world.office, 1, &other, 0);
        assert_eq!(world.store(&others), Err(CardError::NotForThisPurse));
    }
    let mut forger = office(OFFICE);
    forger.key = BankKey::P256([66; 32]);
    let forged = coupon_of(&forger, 1, &anna, 0);
    assert_eq!(world.store(&forged), Err(CardError::BadSignature));
    let elsewhere = coupon_of(&office("elsewhere.localhost"), 1, &anna, 0);
    assert_eq!(world.store(&elsewhere), Err(CardError::NotForThisPurse));
    let mut mixed = of_terms(&world.office, &terms(&world.office, 1), &anna, 0);
    mixed.terms = world.office.sign(&terms(&world.office, 2));
    let transplanted = world.store(&encode(&mixed));
    assert_eq!(transplanted, Err(CardError::Refused(0x6a80)));
    assert_eq!(world.store_at(&coupon, END), Err(CardError::Expired));
    for length in [0, 1, coupon.len() - 1] {
        let cut = world.store(&coupon[..length]);
        assert_eq!(cut, Err(CardError::Refused(0x6a80)), "{length}");
    }
    assert_eq!(world.list(), []);
}

#[test]
fn altered_coupons_are_refused_wherever_they_were_altered() {
    let mut world = World::new();
    let coupon = world.coupon(1, 0);
    for at in (0..coupon.len()).step_by(7) {
        let mut altered = coupon.clone();
        altered[at] ^= 1;
        assert!(world.store(&altered).is_err(), "byte {at}");
    }
}

#[test]
fn an_office_is_believed_when_a_root_certified_it_as_a_coupon_office_now() {
    let mut world = World::new();
    let mut other = office("other-coupons.localhost");
    let year = Lifetime::days(START.minus_seconds(60), 365);
    let bank = other.certified_as(Role::Bank, year);
    let put = |world: &mut World, certificate: &[u8]| {
        let put = coupon::put_office(certificate, START);
        world.tried(put).map(|_| ())
    };
    assert_eq!(put(&mut world, &bank), Err(CardError::NotForThisPurse));
    let past = Lifetime::days(START.minus_seconds(3_000_000), 30);
    let past = other.certified_as(Role::CouponOffice, past);
    assert_eq!(put(&mut world, &past), Err(CardError::Expired));
    let mut forged = certificate(&mut other);
    let end = forged.len() - 1;
    forged[end] ^= 1;
    assert_eq!(put(&mut world, &forged), Err(CardError::BadSignature));
    let right = certificate(&mut other);
    assert_eq!(put(&mut world, &right), Ok(()));
    let both = coupon_of(&other, 1, &Owner::Holder(world.anna), 0);
    assert_eq!(world.store(&both), Ok(0));
    let same_number = world.coupon(1, 0);
    assert_eq!(world.store(&same_number), Ok(1), "another office's");
}

#[test]
fn an_office_has_no_word_before_there_are_roots() {
    let mut bench = Bench::personalised();
    bench.select(Applet::Coupon);
    let certificate = certificate(&mut office(OFFICE));
    let response = bench.send(coupon::put_office(&certificate, START));
    let refused = host::done(&response.bytes);
    assert_eq!(refused, Err(CardError::Refused(0x6985)));
}

#[test]
fn sixteen_offices_are_known_and_one_without_coupons_makes_room() {
    let mut world = World::holding();
    for number in 0..16 {
        let mut other = office(&alloc::format!("office-{number}.localhost"));
        world.ok(coupon::put_office(&certificate(&mut other), START));
    }
    let second = world.coupon(2, 0);
    assert_eq!(world.store(&second), Ok(1), "the one with coupons stayed");
    let anna = Owner::Holder(world.anna);
    let gone = coupon_of(&office("office-0.localhost"), 1, &anna, 0);
    assert_eq!(world.store(&gone), Err(CardError::NotForThisPurse));
}

#[test]
fn a_newer_owner_replaces_an_older_one_and_never_the_other_way_round() {
    let mut world = World::holding();
    let (first, third) = (world.coupon(1, 0), world.coupon(1, 2));
    world.given_away();
    assert_eq!(world.store(&third), Ok(0), "it came back");
    assert_eq!(world.shown().coupon, third);
    assert_eq!(world.progress(), Progress::Held);
    assert_eq!(world.store(&first), Err(CardError::OlderCheckpoint));
}

#[test]
fn a_coupon_that_was_spent_is_not_restored_from_a_backup_even_after_it_was_removed() {
    let mut world = World::holding();
    let (backup, returned) = (world.coupon(1, 0), world.coupon(1, 1));
    let transfer = world.given_away();
    world.answer(&transfer, CouponOutcome::Done, 5).unwrap();
    assert_eq!(world.progress(), Progress::HandedOn);
    assert_eq!(world.store(&backup), Ok(0));
    assert_eq!(world.progress(), Progress::HandedOn, "nothing began anew");
    world.pin();
    world.ok(coupon::remove(0));
    assert_eq!(world.list(), []);
    world.power_goes();
    assert_eq!(world.store(&backup), Err(CardError::OlderCheckpoint));
    assert_eq!(world.store(&returned), Ok(0), "but it may come back");
    world.pin();
    world.ok(coupon::remove(0));
    assert_eq!(world.store(&backup), Err(CardError::OlderCheckpoint));
    assert_eq!(world.store(&returned), Ok(0));
}

#[test]
fn a_coupon_is_removed_with_the_pin_and_not_while_it_is_under_way() {
    let mut world = World::holding();
    assert_eq!(world.tried(coupon::remove(0)), Err(CardError::PinRequired));
    let transfer = world.given_away();
    world.pin();
    assert_eq!(world.tried(coupon::remove(0)), Err(CardError::NotSettled));
    world.answer(&transfer, CouponOutcome::Expired, 5).unwrap();
    world.ok(coupon::remove(0));
    assert_eq!(world.tried(coupon::remove(0)), Err(CardError::NotFound));
    let coupon = world.coupon(1, 0);
    assert_eq!(world.store(&coupon), Ok(0), "nothing had come of it");
}

#[test]
fn what_is_over_by_the_offices_word_goes_and_need_not_be_remembered() {
    let mut world = World::holding();
    world.given_away();
    let after = END.0 - START.0;
    world.status(Some(CouponState::Asked), 0, after).unwrap();
    world.pin();
    world.ok(coupon::remove(0));
    let coupon = world.coupon(1, 0);
    // The wallet's clock may say what it wants.
    assert_eq!(world.store(&coupon), Err(CardError::Expired));
}

#[test]
fn a_full_applet_refuses_in_its_own_words_and_goes_on_once_there_is_room() {
    let mut world = World::new();
    let all: Vec<Vec<u8>> = (0..=PLACES).map(|one| world.coupon(one, 0)).collect();
    for (place, coupon) in all.iter().take(PLACES.into()).enumerate() {
        assert_eq!(world.store(coupon).map(usize::from), Ok(place));
    }
    let last = &all[usize::from(PLACES)];
    assert_eq!(world.store(last), Err(CardError::CouponsFull));
    assert_eq!(world.list().len(), usize::from(PLACES));
    world.pin();
    world.ok(coupon::remove(7));
    assert_eq!(world.store(last), Ok(7));
    world.power_goes();
    assert_eq!(world.list().len(), usize::from(PLACES));
}

#[test]
fn a_coupon_that_is_too_long_for_the_card_is_refused() {
    let mut world = World::new();
    let mut long = terms(&world.office, 1);
    let label = String::from("a").repeat(60);
    let shop = |number| domain(&alloc::format!("{label}.{label}.{label}.s{number}.example"));
    long.shops = (0..8).map(shop).collect();
    let anna = Owner::Holder(world.anna);
    let coupon = encode(&of_terms(&world.office, &long, &anna, 0));
    assert!(coupon.len() > coupon::COUPON_BYTES_MAX);
    assert_eq!(world.store(&coupon), Err(CardError::Refused(0x6a84)));
    let shop = |number| domain(&alloc::format!("shop-number-{number}.example.co.jp"));
    long.shops = (0..8).map(shop).collect();
    let coupon = encode(&of_terms(&world.office, &long, &anna, 0));
    assert_eq!(world.store(&coupon), Ok(0));
}

#[test]
fn whatever_comes_is_answered_and_leaves_a_card_that_can_be_restored() {
    let mut world = World::locked();
    world.ok(coupon::present_password(PASSWORD));
    world.ok(coupon::unlock(0));
    let (coupon, transfer) = (world.coupon(2, 0), world.transfer(BEN));
    let valid = [
        coupon::store(&coupon, START).unwrap(),
        handing(0, &transfer).unwrap(),
        offering(&world.offer()).unwrap(),
        coupon::remove(0).unwrap(),
        coupon::lock(0).unwrap(),
        coupon::present_password(PASSWORD).unwrap(),
        coupon::verify_pin_block("246810").unwrap(),
    ];
    for round in 0..1_000 {
        let mut noise = [0; 8];
        world.bench.rng.fill_bytes(&mut noise);
        let mut apdu = valid[round % valid.len()].to_vec();
        let at = usize::from(u16::from_be_bytes([noise[0], noise[1]])) % apdu.len();
        match noise[2] % 4 {
            0 => apdu[at] ^= noise[3],
            1 => apdu[1] = 0xc2 + 2 * (noise[3] % 10),
            2 => apdu[3] = noise[3] % 10,
            _ => apdu.truncate(at),
        }
        let before = world.bench.card.state();
        let response = world.bench.raw(&apdu);
        assert!(response.bytes.len() >= 2);
        let after = world.bench.card.state();
        assert_eq!(response.changed, after != before);
        assert!(Card::restore(&after).is_ok());
        if round % 50 == 0 {
            world = World::locked();
            world.ok(coupon::present_password(PASSWORD));
            world.ok(coupon::unlock(0));
        }
    }
}

#[test]
fn commands_of_other_applets_and_malformed_ones_are_refused() {
    let mut world = World::holding();
    let elsewhere = world.tried(purse::list_purses());
    assert_eq!(elsewhere, Err(CardError::Refused(0x6d00)));
    for (apdu, status) in [
        ([0x80, 0xc8, 64, 0, 0], 0x6a86),
        ([0x80, 0xc8, 0, 1, 0], 0x6a86),
        ([0x80, 0xc6, 1, 0, 0], 0x6a86),
        ([0x80, 0xca, 0, 1, 0], 0x6a86),
        ([0x80, 0xd0, 0, 2, 0], 0x6a86),
        ([0x80, 0xd2, 0, 4, 0], 0x6a86),
        ([0x80, 0xd4, 0, 1, 0], 0x6a86),
        ([0x80, 0xc4, 0, 0, 0], 0x6a80),
        ([0x80, 0xcc, 0, 2, 0], 0x6a80),
        ([0x80, 0xce, 0, 0, 0], 0x6a80),
    ] {
        assert_eq!(world.bench.status(&apdu), status, "{apdu:02x?}");
    }
}
