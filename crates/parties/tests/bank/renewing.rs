//! A purse gets a new key (EP 1 221 669, S1 to S11): the bank takes the fee, and the card says which key is its own.

use http::Response;
use tallystick_protocol::bank::{
    FeeOption, KeyRenewal, RenewalOutcome, RenewalPermit, RenewalRequest, RenewedKeyCertified,
};
use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::purse::key_digest;
use tallystick_protocol::trust::statement::open;
use tallystick_protocol::wire::identifier::Role;
use tallystick_simulation::banking::{REJECTED, UNANSWERED};
use tallystick_simulation::cast::Cast;

use super::auditing::requires_clean_audit;
use super::authority::{authority_envelope, certified_purse, deposit, said_by_authority};
use super::holder::COSE;
use super::ordering::order;
use super::purse::{Key, account, available, set_aside, yen};
use super::renewal::{NEW, OLD, Scene, schedule};
use super::talk::buy;
use super::world::{BANK, Between, CA, World, problem, text};

const DAY_MS: u64 = 86_400_000;

fn scene() -> Scene {
    Scene::of(World::with_authority())
}

fn spki(key: &Key) -> Vec<u8> {
    key.public().to_spki().unwrap()
}

fn renewals(world: &World) -> i64 {
    world.number(BANK, "SELECT count(*) FROM bank_renewals")
}

fn expiry(world: &World) -> String {
    let sql = "SELECT card_expiry FROM issuer_accounts";
    let rows = tallystick_parties::ports::Tables::run(&world.machine(BANK).database, sql, &[]);
    rows.unwrap()[0].text(0).unwrap().to_owned()
}

#[test]
fn t004_10_t004_23_a_purse_gets_a_new_key_for_the_fee_and_goes_on_with_its_value() {
    for new in [NEW, Key::Rsa(7)] {
        let mut scene = scene();
        scene.purse.load(&scene.world, &mut scene.holder, 1_000);
        scene.world.run_for(60 * DAY_MS);
        let before = expiry(&scene.world);
        let permit = scene.renew(&new);
        assert_eq!(permit.fee, Some(yen(300)));
        assert_eq!(available(&scene.world, "holder 1"), 8_700);
        assert_eq!(available(&scene.world, "fees"), 300);
        assert_ne!(expiry(&scene.world), before, "the account goes on");
        let lasts = permit.expires_at.unwrap().seconds_since(scene.world.now());
        assert!((365..=400).contains(&(lasts / 86_400)), "{lasts}");
        scene.purse.load(&scene.world, &mut scene.holder, 500);
        let inside = format!("purse {}", scene.purse.number);
        assert_eq!(available(&scene.world, &inside), 1_500);
        assert_eq!(scene.say_renewed(&new, &OLD).status(), 204);
        scene.world.run_for(60_000);
        assert!(scene.is_revoked(&scene.certificate));
    }
}

#[test]
fn t004_18_the_old_key_speaks_until_the_new_one_does_and_then_no_more() {
    let mut scene = scene();
    scene.renew(&NEW);
    assert_eq!(scene.report(&OLD), Ok(()), "what was late is heard");
    assert_eq!(scene.report(&NEW), Ok(()));
    assert_eq!(scene.report(&OLD), Err("bad-signature".to_owned()));
    assert_eq!(scene.report(&NEW), Ok(()));
    let sql = "SELECT count(*) FROM bank_former_keys";
    assert_eq!(scene.world.number(BANK, sql), 1, "its evidence stays");
    // The new key renews, the old one does not.
    let third = Key::P256([9; 32]);
    scene.say_renewed(&NEW, &OLD);
    scene.renew(&third);
    assert_eq!(scene.report(&third), Ok(()));
    assert_eq!(scene.report(&NEW), Err("bad-signature".to_owned()));
}

#[test]
fn t004_28_a_key_on_the_list_of_revoked_certificates_speaks_for_no_purse() {
    let cast = Cast {
        has_directory: true,
        ..Cast::default()
    };
    let mut scene = Scene::of(World::with_authority_of(cast));
    scene.purse.load(&scene.world, &mut scene.holder, 5_000);
    scene.renew(&NEW);
    assert_eq!(scene.report(&OLD), Ok(()));
    // The card told the registration authority, and has not spoken to the bank.
    assert_eq!(scene.say_renewed(&NEW, &OLD).status(), 204);
    scene.world.run_for(3 * 3_600_000);
    assert_eq!(scene.report(&OLD), Err("certificate-revoked".to_owned()));
    let mut copy = scene.purse.clone();
    copy.key = OLD;
    let (order, _) = order(&scene.world, &mut scene.holder, &mut copy);
    assert_eq!(buy(&scene.world, &order).state, ShopState::Refused);
    assert_eq!(scene.report(&NEW), Ok(()));
}

#[test]
fn an_order_may_be_the_first_that_a_new_key_signs() {
    let mut scene = scene();
    scene.purse.load(&scene.world, &mut scene.holder, 5_000);
    scene.renew(&NEW);
    let (order, _) = order(&scene.world, &mut scene.holder, &mut scene.purse);
    assert_eq!(buy(&scene.world, &order).state, ShopState::Accepted);
    assert_eq!(scene.report(&OLD), Err("bad-signature".to_owned()));
}

#[test]
fn t004_43_what_the_purse_s_key_did_not_sign_is_refused_and_the_old_key_stays() {
    let mut scene = scene();
    let renewal = scene.renewal(&NEW);
    let stranger = Key::P256([3; 32]);
    for signer in [&NEW, &stranger] {
        let permit = asked_by_authority(&scene.world, &renewal, signer.sign(&renewal));
        assert_eq!(permit.outcome, RenewalOutcome::BadSignature);
        assert_eq!((permit.fee, permit.expires_at), (None, None));
    }
    assert_eq!(renewals(&scene.world), 0);
    assert_eq!(available(&scene.world, "holder 1"), 10_000);
    assert_eq!(scene.report(&NEW), Err("bad-signature".to_owned()));
    assert_eq!(scene.report(&OLD), Ok(()));
}

/// What the bank decides about a renewal that a registration authority passes on as it is.
fn asked_by_authority(world: &World, renewal: &KeyRenewal, signed: Vec<u8>) -> RenewalPermit {
    let request = RenewalRequest {
        envelope: authority_envelope(world, key_digest(&renewal.new_public_key)),
        renewal: signed,
    };
    let body = said_by_authority(world, &request);
    let answer = world.post(BANK, "/v1/purse-renewals", COSE, body);
    assert!(answer.status().is_success(), "{}", text(&answer));
    let said = open::<RenewalPermit>(answer.body(), &world.anchors, world.now(), Role::Issuer);
    let said = said.unwrap();
    said.require_transaction(&request.envelope.transaction)
        .unwrap();
    said.message
}

#[test]
fn t004_43_a_certificate_of_another_key_or_for_what_was_not_permitted_opens_nothing() {
    let mut scene = scene();
    let renewal = scene.renewal(&NEW);
    let signed = OLD.sign(&renewal);
    let certify = |world: &World, renewal: &KeyRenewal, signed: &[u8], of: &Key| {
        let request = RenewedKeyCertified {
            envelope: authority_envelope(world, key_digest(&renewal.new_public_key)),
            renewal: signed.to_vec(),
            certificate: certified_purse(world, &spki(of), 365),
        };
        let body = said_by_authority(world, &request);
        problem(&world.post(BANK, "/v1/renewed-keys", COSE, body))
    };
    assert_eq!(certify(&scene.world, &renewal, &signed, &NEW), "conflict");
    let permit = asked_by_authority(&scene.world, &renewal, signed.clone());
    assert_eq!(permit.outcome, RenewalOutcome::Permitted);
    let stranger = Key::P256([3; 32]);
    assert_eq!(
        certify(&scene.world, &renewal, &signed, &stranger),
        "bad-signature"
    );
    let mut other = renewal.clone();
    other.fee = FeeOption::Certificate;
    let forged = OLD.sign(&other);
    assert_eq!(certify(&scene.world, &other, &forged, &NEW), "replayed");
    assert_eq!(set_aside(&scene.world, "holder 1"), 300, "not taken yet");
    assert_eq!(scene.report(&NEW), Err("bad-signature".to_owned()));
    assert_eq!(scene.report(&OLD), Ok(()));
    assert_eq!(certify(&scene.world, &renewal, &signed, &NEW), "");
    assert_eq!(available(&scene.world, "fees"), 300);
}

#[test]
fn t004_43_what_the_new_key_did_not_sign_revokes_nothing() {
    let mut scene = scene();
    scene.renew(&NEW);
    for signer in [OLD, Key::P256([3; 32])] {
        let refused = scene.say_renewed(&signer, &OLD);
        assert_eq!(problem(&refused), "bad-signature");
    }
    scene.world.run_for(60_000);
    assert!(!scene.is_revoked(&scene.certificate));
    assert_eq!(scene.report(&OLD), Ok(()));
}

#[test]
fn t004_43_an_account_that_has_ended_and_a_purse_that_is_blocked_get_no_new_key() {
    let scene = scene();
    let set = |sql: &str| {
        let database = &scene.world.machine(BANK).database;
        tallystick_parties::ports::Tables::run(database, sql, &[]).unwrap();
    };
    let cases = [
        (
            "UPDATE issuer_accounts SET card_expiry = '01/26'",
            RenewalOutcome::AccountEnded,
        ),
        (
            "UPDATE bank_purses SET blocked_at = 1",
            RenewalOutcome::PurseBlocked,
        ),
        (
            "UPDATE bank_purses SET blocked_at = NULL, closed_at = 1",
            RenewalOutcome::PurseBlocked,
        ),
    ];
    for (sql, expected) in cases {
        set(sql);
        let (permit, opening) = scene.permit(&scene.renewal(&NEW));
        assert_eq!((permit.outcome, opening), (expected, None));
    }
    assert_eq!(renewals(&scene.world), 0);
    assert_eq!(available(&scene.world, "holder 1"), 10_000);
}

#[test]
fn t004_23_a_purse_whose_key_has_ended_gets_no_new_one() {
    let scene = scene();
    scene.world.clock.advance(388 * DAY_MS);
    scene.world.run_for(10 * DAY_MS);
    let refused = scene.ask(&scene.renewal(&NEW));
    assert_eq!(problem(&refused), "expired");
    let renewal = scene.renewal(&NEW);
    let permit = asked_by_authority(&scene.world, &renewal, OLD.sign(&renewal));
    assert_eq!(permit.outcome, RenewalOutcome::AccountEnded);
}

#[test]
fn each_fee_is_said_beforehand_and_taken_as_it_was_said() {
    let cast = Cast {
        fees: &[
            (FeeOption::Account, 300),
            (FeeOption::NewCard, 1_200),
            (FeeOption::KeyInstallation, 0),
            (FeeOption::Certificate, 450),
            (FeeOption::OutsideAccount, 500),
        ],
        ..Cast::default()
    };
    let mut scene = Scene::of(World::with_authority_of(cast));
    let (mut taken, mut collected, mut byte) = (0, 0, 20);
    for fee in schedule(&scene.world, &scene.purse).fees {
        byte += 1;
        let next = Key::P256([byte; 32]);
        let mut renewal = scene.renewal(&next);
        (renewal.fee, renewal.amount) = (fee.option, fee.amount);
        let (permit, opening) = scene.permit(&renewal);
        assert_eq!(permit.outcome, RenewalOutcome::Permitted);
        let due = Some(fee.amount).filter(|amount| amount.minor > 0);
        assert_eq!(permit.fee, due);
        let minor = i64::try_from(fee.amount.minor).unwrap();
        match fee.option {
            FeeOption::OutsideAccount => collected += minor,
            _ => taken += minor,
        }
        let old = scene.purse.key.clone();
        scene.put_in(&next, &opening.unwrap());
        assert_eq!(scene.report(&next), Ok(()));
        assert_eq!(scene.say_renewed(&next, &old).status(), 204);
        assert_eq!(available(&scene.world, "fees"), taken + collected);
        assert_eq!(available(&scene.world, "holder 1"), 10_000 - taken);
    }
    assert_eq!((taken, collected), (1_950, 500));
    requires_clean_audit(&scene.world);
}

#[test]
fn a_fee_that_the_bank_signed_is_the_fee_until_that_ends_whatever_is_set_meanwhile() {
    for shards in [1, 4] {
        let mut world = World::with_authority();
        if shards > 1 {
            world.spread_bank(shards);
        }
        let mut scene = Scene::of(world);
        let promised = schedule(&scene.world, &scene.purse).valid_until;
        scene.world.set_fees(&[(FeeOption::Account, 900)]);
        scene.world.run_for(500_000);
        assert!(scene.world.now() < promised);
        let permit = scene.renew(&NEW);
        assert_eq!(permit.fee, Some(yen(300)));
        assert_eq!(scene.report(&NEW), Ok(()));
        assert_eq!(scene.say_renewed(&NEW, &OLD).status(), 204);
        // It was never promised that, or it is no more.
        let mut other = scene.renewal(&Key::P256([9; 32]));
        other.amount = yen(299);
        let (permit, _) = scene.permit(&other);
        assert_eq!(permit.outcome, RenewalOutcome::FeeDiffers);
        scene.world.run_for(1_200_000);
        other.amount = yen(300);
        let (permit, _) = scene.permit(&other);
        assert_eq!(permit.outcome, RenewalOutcome::FeeDiffers);
        other.amount = yen(900);
        let (permit, _) = scene.permit(&other);
        assert_eq!(permit.fee, Some(yen(900)));
    }
}

#[test]
fn a_fee_that_is_not_offered_not_agreed_or_not_covered_leaves_everything_as_it_is() {
    let mut scene = scene();
    let mut renewal = scene.renewal(&NEW);
    renewal.fee = FeeOption::OutsideAccount;
    let outcome = |scene: &Scene, renewal: &KeyRenewal| scene.permit(renewal).0.outcome;
    assert_eq!(
        outcome(&scene, &renewal),
        RenewalOutcome::FeeOptionNotOffered
    );
    for minor in [0, 299, 301] {
        let mut renewal = scene.renewal(&NEW);
        renewal.amount = yen(minor);
        assert_eq!(outcome(&scene, &renewal), RenewalOutcome::FeeDiffers);
    }
    scene.purse.load(&scene.world, &mut scene.holder, 9_701);
    let renewal = scene.renewal(&NEW);
    assert_eq!(outcome(&scene, &renewal), RenewalOutcome::FeeNotCovered);
    assert_eq!(renewals(&scene.world), 0);
    assert_eq!(scene.report(&OLD), Ok(()));
    // With the same key again, once there is enough.
    deposit(&scene.world, &scene.holder, 1, "two");
    assert_eq!(outcome(&scene, &renewal), RenewalOutcome::Permitted);
    assert_eq!(available(&scene.world, "holder 1"), 0);
}

#[test]
fn whoever_hears_nothing_asks_again_and_pays_once() {
    let mut scene = scene();
    let renewal = scene.renewal(&NEW);
    for lost in ["/v1/purse-renewals", "/v1/renewed-keys"] {
        scene.world.put_between(BANK, move |path| {
            let answer = Response::builder().status(502).body(Vec::new());
            if path == lost {
                return Between::Afterwards(answer.unwrap());
            }
            Between::Nothing
        });
        assert!(!scene.ask(&renewal).status().is_success());
        scene.world.connect_again(BANK);
    }
    let (first, opening) = scene.permit(&renewal);
    let (again, same) = scene.permit(&renewal);
    assert_eq!((&first, &opening), (&again, &same));
    assert_eq!(first.fee, Some(yen(300)));
    let opening = opening.unwrap();
    scene.put_in(&NEW, &opening);
    assert_eq!(scene.report(&NEW), Ok(()));
    for _ in 0..2 {
        assert_eq!(scene.say_renewed(&NEW, &OLD).status(), 204);
    }
    assert_eq!(available(&scene.world, "holder 1"), 9_700);
    assert_eq!(available(&scene.world, "fees"), 300);
}

#[test]
fn a_card_that_lost_its_new_key_makes_another_and_pays_nothing_again() {
    let mut scene = scene();
    let lost = Key::P256([9; 32]);
    let (permit, _) = scene.permit(&scene.renewal(&lost));
    assert_eq!(permit.fee, Some(yen(300)));
    let permit = scene.renew(&NEW);
    assert_eq!(permit.fee, Some(yen(300)), "the one that was taken");
    assert_eq!(available(&scene.world, "fees"), 300);
    assert_eq!(available(&scene.world, "holder 1"), 9_700);
    assert_eq!(scene.report(&NEW), Ok(()));
    assert_eq!(scene.report(&lost), Err("bad-signature".to_owned()));
}

#[test]
fn a_fee_for_a_key_that_is_never_certified_is_given_back_and_taken_if_it_comes_after_all() {
    let mut scene = scene();
    scene.world.hub.cut(CA, true);
    let renewal = scene.renewal(&NEW);
    assert_eq!(problem(&scene.ask(&renewal)), "unreachable");
    assert_eq!(set_aside(&scene.world, "holder 1"), 300);
    scene.world.run_for(6 * DAY_MS);
    assert_eq!(set_aside(&scene.world, "holder 1"), 300);
    scene.world.run_for(2 * DAY_MS);
    assert_eq!(set_aside(&scene.world, "holder 1"), 0);
    assert_eq!(available(&scene.world, "holder 1"), 10_000);
    scene.world.hub.cut(CA, false);
    let (permit, opening) = scene.permit(&renewal);
    assert_eq!(permit.outcome, RenewalOutcome::Permitted);
    scene.put_in(&NEW, &opening.unwrap());
    assert_eq!(available(&scene.world, "holder 1"), 9_700);
    assert_eq!(available(&scene.world, "fees"), 300);
    assert_eq!(scene.report(&NEW), Ok(()));
    requires_clean_audit(&scene.world);
}

#[test]
fn a_renewal_cut_short_at_any_write_of_the_bank_goes_on_to_one_fee_and_one_key() {
    let mut finished = false;
    for writes in 0..100 {
        let mut scene = scene();
        let renewal = scene.renewal(&NEW);
        scene.world.machine(BANK).database.fail_after(writes);
        let outcome = scene.ask(&renewal);
        scene.world.machine(BANK).database.mend();
        scene.world.restart(BANK);
        let (permit, opening) = scene.permit(&renewal);
        assert_eq!(permit.outcome, RenewalOutcome::Permitted);
        scene.put_in(&NEW, &opening.unwrap());
        assert_eq!(scene.report(&NEW), Ok(()), "cut after {writes}");
        assert_eq!(available(&scene.world, "fees"), 300, "cut after {writes}");
        assert_eq!(available(&scene.world, "holder 1"), 9_700);
        if outcome.status().is_success() {
            finished = true;
            break;
        }
    }
    assert!(finished, "some run was not cut short");
}

#[test]
fn a_purse_at_a_shard_gets_a_new_key_and_the_office_continues_the_account() {
    let mut world = World::with_authority();
    world.spread_bank(4);
    let mut scene = Scene::of(world);
    scene.purse.load(&scene.world, &mut scene.holder, 1_000);
    scene.world.run_for(60 * DAY_MS);
    let before = expiry(&scene.world);
    scene.renew(&NEW);
    assert_eq!(scene.report(&NEW), Ok(()));
    assert_eq!(scene.report(&OLD), Err("bad-signature".to_owned()));
    assert_eq!(available(&scene.world, "fees"), 300);
    scene.world.run_for(60_000);
    assert_ne!(expiry(&scene.world), before);
    let ends = (account(&scene.holder), scene.purse.end());
    scene
        .purse
        .moves(&scene.world, &mut scene.holder, ends, 100)
        .unwrap();
    requires_clean_audit(&scene.world);
}

#[test]
fn a_fee_that_the_account_outside_does_not_give_permits_nothing_and_one_that_it_gave_stays_given() {
    let at = |minor: u64, fees: &'static [(FeeOption, u64)]| {
        let cast = Cast {
            fees,
            ..Cast::default()
        };
        let scene = Scene::of(World::with_authority_of(cast));
        let mut renewal = scene.renewal(&NEW);
        (renewal.fee, renewal.amount) = (FeeOption::OutsideAccount, yen(minor));
        (scene, renewal)
    };
    let (scene, renewal) = at(REJECTED, &[(FeeOption::OutsideAccount, REJECTED)]);
    for attempts in 1..=2 {
        let (permit, opening) = scene.permit(&renewal);
        let expected = (RenewalOutcome::FeeNotCovered, None);
        assert_eq!((permit.outcome, opening), expected);
        let ordered = "SELECT count(*) FROM bank_outside_payments";
        assert_eq!(scene.world.number(BANK, ordered), attempts, "asked anew");
    }
    let (scene, renewal) = at(UNANSWERED, &[(FeeOption::OutsideAccount, UNANSWERED)]);
    assert_eq!(problem(&scene.ask(&renewal)), "unreachable");
    assert_eq!(renewals(&scene.world), 0);
    assert_eq!(available(&scene.world, "fees"), 0);
    // The key that it was for is never certified, and another one comes in its place.
    let (mut scene, renewal) = at(300, &[(FeeOption::OutsideAccount, 300)]);
    scene.world.hub.cut(CA, true);
    assert_eq!(problem(&scene.ask(&renewal)), "unreachable");
    assert_eq!(available(&scene.world, "fees"), 300);
    scene.world.run_for(20 * DAY_MS);
    scene.world.hub.cut(CA, false);
    let next = Key::P256([9; 32]);
    let mut again = scene.renewal(&next);
    again.fee = FeeOption::OutsideAccount;
    let (permit, opening) = scene.permit(&again);
    assert_eq!(permit.fee, Some(yen(300)));
    scene.put_in(&next, &opening.unwrap());
    assert_eq!(scene.report(&next), Ok(()));
    assert_eq!(available(&scene.world, "fees"), 300, "once");
    assert_eq!(available(&scene.world, "holder 1"), 10_000);
}
