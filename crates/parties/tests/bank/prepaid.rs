//! Prepaid cards for whoever has an account, and what becomes of a movement of one that the bank hears of too late.

use tallystick_protocol::bank::{AccountInstruction, InstructionKind, PurseOpening};
use tallystick_protocol::purse::{MovementOutcome, PurseCertificate, PurseKind};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::decode;

use super::authority::{deposit, enrolled, world};
use super::closing::signed;
use super::holder::Holder;
use super::purse::{Answer, Key, Purse, account, available, say};
use super::world::{BANK, World, domain};

const KEY: Key = Key::P256([7; 32]);

fn wanted(world: &World, holder: &Holder) -> AccountInstruction {
    AccountInstruction {
        bank: domain(BANK),
        account: holder.card.number.as_str().parse().unwrap(),
        holder: holder.id,
        what: InstructionKind::IssuePrepaid,
        purse: None,
        at: world.now(),
    }
}

fn issue(
    world: &World,
    holder: &mut Holder,
    instruction: &AccountInstruction,
) -> Result<Vec<u8>, String> {
    let said = signed(holder, instruction);
    say(world, holder, "/v1/instructions", &said)
}

#[test]
fn t004_24_whoever_has_an_account_gets_an_empty_prepaid_card_of_it_that_is_nobody_s() {
    let world = world();
    let mut holder = enrolled(&world, 1);
    let instruction = wanted(&world, &holder);
    let first = issue(&world, &mut holder, &instruction).unwrap();
    let opening: PurseOpening = decode(&first).unwrap();
    assert_eq!(opening.key_certificate, None);
    let certificate: PurseCertificate = keyed::unverified(&opening.purse_certificate).unwrap();
    assert_eq!(
        (certificate.kind, certificate.key),
        (PurseKind::Prepaid, None)
    );
    let sql = "SELECT count(*) FROM bank_purses WHERE account IS NULL AND holder IS NULL";
    assert_eq!(world.number(BANK, sql), 1);
    // The same instruction is the same card, long after too; another one is another card.
    world.run_for(3_600_000);
    let again = issue(&world, &mut holder, &instruction).unwrap();
    let same: PurseOpening = decode(&again).unwrap();
    assert_eq!(same.purse_certificate, opening.purse_certificate);
    assert_eq!(world.number(BANK, sql), 1);
    let late = issue(
        &world,
        &mut holder,
        &AccountInstruction {
            at: instruction.at.plus_seconds(1),
            ..instruction
        },
    );
    assert_eq!(late.err().as_deref(), Some("wrong-clock"));
}

#[test]
fn an_account_gets_so_many_prepaid_cards_a_day_and_nobody_else_gets_one_in_its_name() {
    let world = world();
    let (mut holder, mut other) = (enrolled(&world, 1), enrolled(&world, 2));
    let theirs = wanted(&world, &other);
    let stolen = issue(&world, &mut holder, &theirs).err();
    assert_eq!(stolen.as_deref(), Some("wrong-sender"));
    let mut issued = 0;
    let refused = loop {
        world.run_for(10_000);
        let instruction = wanted(&world, &holder);
        match issue(&world, &mut holder, &instruction) {
            Ok(_) => issued += 1,
            Err(kind) => break kind,
        }
    };
    assert_eq!((issued, refused.as_str()), (16, "over-cap"));
    let theirs = wanted(&world, &other);
    issue(&world, &mut other, &theirs).unwrap();
}

#[test]
fn t004_36_what_a_prepaid_card_was_prepared_for_at_another_time_is_refused_by_a_word_that_it_takes()
{
    let world = world();
    let mut holder = enrolled(&world, 1);
    deposit(&world, &holder, 10_000, "one");
    let mut purse = Purse::open(&world, &holder, KEY);
    let card = Purse::prepaid(&world, "one");
    world.run_for(1_000);
    let mut request = purse.request(&world, account(&holder), card.prepaid_end(), 700);
    request.prepaid = Some(card.shown());
    world.run_for(3_600_000);
    let Answer::Verdict(verdict) = purse.ask(&world, &mut holder, &request).unwrap() else {
        panic!("an offer");
    };
    assert_eq!(verdict.outcome, MovementOutcome::NotCompleted);
    assert_eq!(verdict.checkpoint.purse, card.number);
    assert_eq!(available(&world, "holder 1"), 10_000);
    // So is what is asked for at a time to come; without such a card it is a problem.
    let late = purse.request(&world, account(&holder), purse.end(), 700);
    world.run_for(3_600_000);
    let refused = purse.ask(&world, &mut holder, &late).err();
    assert_eq!(refused.as_deref(), Some("wrong-clock"));
    let mut early = purse.request(&world, account(&holder), card.prepaid_end(), 700);
    early.prepaid = Some(card.shown());
    early.at = world.now().plus_seconds(3_600);
    let Answer::Verdict(verdict) = purse.ask(&world, &mut holder, &early).unwrap() else {
        panic!("an offer");
    };
    assert_eq!(verdict.outcome, MovementOutcome::NotCompleted);
    world.run_for(1_000);
    let mut now = purse.request(&world, account(&holder), card.prepaid_end(), 700);
    now.prepaid = Some(card.shown());
    let offer = purse.ask(&world, &mut holder, &now).unwrap().offer();
    assert_eq!(offer.after, 9_300, "and nothing of that time is noted");
}
