//! SZ1 to SZ3: who registers, hears what the bank signed.

use tallystick_parties::native::block_on;
use tallystick_parties::office::fault::Kind;
use tallystick_parties::routes;
use tallystick_protocol::bank::{OpeningAnswer, OpeningOutcome, RegistrationAnswer};
use tallystick_protocol::trust::statement::open;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::Role;

use crate::world::{BANK, OTHER_BANK, RA, World, domain, hanako, holds, problem, said};

const OPENINGS: &str = "/v1/openings";

/// What the bank signed, as the wallet reads it.
fn opened(world: &World, answer: &http::Response<Vec<u8>>) -> OpeningAnswer {
    let answer: RegistrationAnswer = said(answer);
    let identity = world.bank.office.identity().unwrap();
    let now = world.bank.office.now();
    open::<OpeningAnswer>(&answer.answer, &identity.anchors, now, Role::Issuer)
        .unwrap()
        .message
}

#[test]
fn an_account_is_opened_through_the_registration_authority() {
    let world = World::new();
    let answer = world.register(&hanako());
    let opened = opened(&world, &answer);
    assert_eq!(opened.outcome, OpeningOutcome::Opened);
    assert_eq!(opened.account, Some(4711));
    assert_eq!(opened.envelope.transaction, hanako().number);
    assert_eq!(opened.envelope.from, domain(BANK));
    let console = world.get_json(RA, "/v1/console");
    assert_eq!(console["counters"]["accounts_opened"], 1);
}

#[test]
fn the_same_registration_again_is_the_same_account_and_asks_the_bank_once() {
    let world = World::new();
    let first = world.register(&hanako());
    let again = world.register(&hanako());
    assert_eq!(first.body(), again.body());
    assert_eq!(world.bank.asked(OPENINGS), 1);
    let mut other = hanako();
    other.name = "Taro Yamada".into();
    assert_eq!(problem(&world.register(&other)), "replayed");
}

#[test]
fn t004_43_what_the_bank_refuses_goes_back_as_the_bank_signed_it() {
    for outcome in OpeningOutcome::ALL {
        let world = World::new();
        world.bank.outcome.set(outcome);
        let answer = world.register(&hanako());
        assert_eq!(opened(&world, &answer).outcome, outcome);
    }
}

#[test]
fn while_the_bank_is_silent_there_is_no_answer_yet_and_a_retry_goes_on() {
    let world = World::new();
    world.hub.cut(BANK, true);
    assert_eq!(problem(&world.register(&hanako())), "unreachable");
    assert_eq!(problem(&world.register(&hanako())), "unreachable");
    world.hub.cut(BANK, false);
    let answer = world.register(&hanako());
    assert_eq!(opened(&world, &answer).outcome, OpeningOutcome::Opened);
}

#[test]
fn a_lost_answer_is_asked_for_again_with_the_same_bytes() {
    let world = World::new();
    world.bank.loses.set(2);
    assert_eq!(problem(&world.register(&hanako())), "unreachable");
    // Nobody has to wait for it: the letter is tried by itself.
    world.clock.advance(60_000);
    block_on(world.restart()).unwrap();
    let answer = world.register(&hanako());
    assert_eq!(opened(&world, &answer).outcome, OpeningOutcome::Opened);
    let heard = world.bank.heard.borrow();
    assert!(heard.len() >= 2);
    assert!(heard.iter().all(|said| *said == heard[0]));
}

#[test]
fn what_the_bank_says_without_a_signature_is_told_and_decides_nothing() {
    let world = World::new();
    world.bank.refuses.set(Some(Kind::Malformed));
    assert_eq!(problem(&world.register(&hanako())), "malformed");
    // It is not said again and again, because the bank would not say anything else.
    world.clock.advance(60_000);
    block_on(world.restart()).unwrap();
    assert_eq!(world.bank.asked(OPENINGS), 1);
    world.bank.refuses.set(None);
    let answer = world.register(&hanako());
    assert_eq!(opened(&world, &answer).outcome, OpeningOutcome::Opened);
}

#[test]
fn nobody_but_the_bank_answers_and_about_nothing_but_this_registration() {
    let mut world = World::new();
    let other = world.other_bank(Role::Issuer, OTHER_BANK);
    let number = hanako().number;
    let yes = OpeningOutcome::Opened;
    let by_other = other.answer_to(&domain(RA), number, yes);
    let about_another = world.bank.answer_to(&domain(RA), [1; 32], yes);
    let to_another = world.bank.answer_to(&domain(OTHER_BANK), number, yes);
    let mut incomplete = world.bank.answer_to(&domain(RA), number, yes);
    incomplete.offer = None;
    let forged = [
        block_on(other.office.say(&by_other)).unwrap(),
        block_on(world.bank.office.say(&about_another)).unwrap(),
        block_on(world.bank.office.say(&to_another)).unwrap(),
        block_on(world.bank.office.say(&incomplete)).unwrap(),
        b"yes".to_vec(),
    ];
    for forged in forged {
        world.bank.forged.replace(Some(forged));
        assert_eq!(problem(&world.register(&hanako())), "starting");
    }
    world.bank.forged.replace(None);
    assert_eq!(opened(&world, &world.register(&hanako())).outcome, yes);
}

#[test]
fn nothing_is_told_to_a_bank_that_is_not_of_this_authority_or_not_certified_as_one() {
    let mut world = World::new();
    let mut elsewhere = hanako();
    elsewhere.bank = domain("unknown-bank.localhost");
    assert_eq!(problem(&world.register(&elsewhere)), "not-found");
    // It is one of the banks, but whoever answers there is a courier.
    let courier = world.other_bank(Role::Courier, OTHER_BANK);
    elsewhere.bank = domain(OTHER_BANK);
    let refused = world.register(&elsewhere);
    assert_eq!(problem(&refused), "untrusted-certificate");
    assert_eq!(courier.asked(OPENINGS), 0, "T002-7");
}

#[test]
fn what_cannot_be_shown_or_is_missing_is_refused() {
    let world = World::new();
    let mut nameless = hanako();
    nameless.name = String::new();
    assert_eq!(problem(&world.register(&nameless)), "malformed");
    let mut hidden = hanako();
    hidden.address = "Kiso\u{202e}Nagano".into();
    assert_eq!(problem(&world.register(&hidden)), "malformed");
    let form = world.post(RA, "/v1/registrations", "text/plain", encode(&hanako()));
    assert_eq!(problem(&form), "unsupported-media-type");
    assert!(routes::is_dear("/v1/registrations"));
    assert_eq!(world.bank.asked(OPENINGS), 0);
}

#[test]
fn what_a_holder_tells_rests_sealed_is_never_logged_and_is_dropped_after_a_month() {
    let world = World::new();
    let told = hanako();
    let secrets: [&[u8]; 6] = [
        told.name.as_bytes(),
        told.address.as_bytes(),
        told.telephone.as_bytes(),
        told.outside_account.as_bytes(),
        &told.password_verifier,
        b"the offer with a grant",
    ];
    let in_clear = |when: &str| {
        let kept = world.kept_at_ra();
        for secret in secrets {
            assert!(!holds(&kept, secret), "{when}: {secret:?}");
        }
    };
    world.hub.cut(BANK, true);
    world.register(&told);
    in_clear("while the bank is silent");
    world.hub.cut(BANK, false);
    world.register(&told);
    in_clear("when the bank has answered");

    let sealed = "SELECT count(told) + count(request) FROM ra_registrations";
    let count = || {
        use tallystick_parties::ports::Tables as _;
        let rows = world.ra.database.run(sealed, &[]).unwrap();
        rows[0].integer(0).unwrap()
    };
    world.nights(29);
    assert_eq!(count(), 2);
    world.nights(3);
    assert_eq!(count(), 0);
    let again = world.register(&told);
    assert_eq!(again.status(), 200, "the answer is there still");
}

#[test]
fn a_registration_cut_short_at_any_write_goes_on_to_one_account() {
    let mut finished = false;
    for writes in 0..200 {
        let world = World::new();
        world.ra.database.fail_after(writes);
        let outcome = world.register(&hanako());
        block_on(world.restart()).unwrap();
        let answer = world.register(&hanako());
        let opened = opened(&world, &answer);
        assert_eq!(opened.outcome, OpeningOutcome::Opened, "cut after {writes}");
        let heard = world.bank.heard.borrow();
        assert!(
            heard.iter().all(|said| *said == heard[0]),
            "one request, cut after {writes}"
        );
        if outcome.status() == 200 {
            assert_eq!(outcome.body(), answer.body());
            finished = true;
            break;
        }
    }
    assert!(finished, "some run was not cut short");
}

#[test]
fn what_came_to_nothing_is_dropped_after_a_month_and_can_be_asked_for_anew() {
    let world = World::new();
    let drawn = |number| {
        let mut registration = hanako();
        registration.number = [number; 32];
        registration
    };
    world.register(&hanako());
    world.bank.outcome.set(OpeningOutcome::NotSolvent);
    world.register(&drawn(1));
    world.hub.cut(BANK, true);
    world.register(&drawn(2));
    world.hub.cut(BANK, false);
    world.nights(29);
    assert_eq!(world.kept("ra_registrations"), 3);
    world.nights(3);
    assert_eq!(world.kept("ra_registrations"), 1);
    world.bank.outcome.set(OpeningOutcome::Opened);
    // What it said before is good for a day.
    world.bank.said.borrow_mut().clear();
    for number in [1, 2] {
        let answer = world.register(&drawn(number));
        assert_eq!(opened(&world, &answer).outcome, OpeningOutcome::Opened);
    }
    world.nights(32);
    assert_eq!(world.kept("ra_registrations"), 3);
}
