//! What a holder tells the bank with the account's key: close a purse.

use tallystick_protocol::bank::{
    AccountInstruction, InstructionAnswer, InstructionKind, InstructionOutcome,
};
use tallystick_protocol::test_keys::TestRng;
use tallystick_protocol::trust::keyed::{self, assemble, to_be_signed};
use tallystick_protocol::trust::signature::{Algorithm, sign_pss};
use tallystick_protocol::wire::cbor::encode;

use super::authority::{deposit, enrolled, world};
use super::holder::Holder;
use super::purse::{Key, Purse, account, available, say};
use super::world::{BANK, World, domain};

const KEY: Key = Key::P256([7; 32]);

fn start() -> (World, Holder, Purse) {
    let world = world();
    let holder = enrolled(&world, 1);
    deposit(&world, &holder, 10_000, "one");
    let purse = Purse::open(&world, &holder, KEY);
    (world, holder, purse)
}

fn close(world: &World, holder: &Holder, purse: &Purse) -> AccountInstruction {
    AccountInstruction {
        bank: domain(BANK),
        account: holder.card.number.as_str().parse().unwrap(),
        holder: holder.id,
        what: InstructionKind::ClosePurse,
        purse: Some(purse.number),
        at: world.now(),
    }
}

pub fn signed(holder: &Holder, instruction: &AccountInstruction) -> Vec<u8> {
    let bytes = to_be_signed(instruction, Algorithm::Ps256);
    let signature = sign_pss(&mut TestRng::new(5), &holder.key, &bytes).unwrap();
    assemble(&encode(instruction), Algorithm::Ps256, &signature)
}

fn tell(
    world: &World,
    holder: &mut Holder,
    purse: &Purse,
    instruction: &AccountInstruction,
) -> Result<InstructionAnswer, String> {
    let said = signed(holder, instruction);
    let answer = say(world, holder, "/v1/instructions", &said)?;
    Ok(keyed::open(&answer, &purse.bank).unwrap())
}

pub fn outcome(world: &World, holder: &mut Holder, purse: &Purse) -> InstructionOutcome {
    world.run_for(1_000);
    let instruction = close(world, holder, purse);
    tell(world, holder, purse, &instruction).unwrap().outcome
}

#[test]
fn an_empty_purse_is_closed_and_moves_nothing_any_more() {
    let (world, mut holder, mut purse) = start();
    let instruction = close(&world, &holder, &purse);
    let answer = tell(&world, &mut holder, &purse, &instruction).unwrap();
    assert_eq!(answer.outcome, InstructionOutcome::Done);
    world.run_for(1_000);
    let request = purse.request(&world, account(&holder), purse.end(), 100);
    let refused = purse.ask(&world, &mut holder, &request).err();
    assert_eq!(refused.as_deref(), Some("purse-closed"));
    let refused = purse.send(&world, &mut holder, &purse.report(&world)).err();
    assert_eq!(refused.as_deref(), Some("purse-closed"));
    // Nobody pays to it, and whoever tells so again hears the same, long after too.
    let mut other = enrolled(&world, 2);
    deposit(&world, &other, 1_000, "two");
    let mut paying = Purse::open(&world, &other, Key::P256([8; 32]));
    let request = paying.request(&world, account(&other), purse.end(), 100);
    let refused = paying.ask(&world, &mut other, &request).err();
    assert_eq!(refused.as_deref(), Some("destination-closed"));
    world.run_for(3_600_000);
    let again = tell(&world, &mut holder, &purse, &instruction).unwrap();
    assert_eq!(again, answer);
    assert_eq!(
        outcome(&world, &mut holder, &purse),
        InstructionOutcome::Done
    );
}

#[test]
fn a_purse_that_holds_value_or_has_something_under_way_stays_open() {
    let (world, mut holder, mut purse) = start();
    world.run_for(1_000);
    let request = purse.request(&world, account(&holder), purse.end(), 1_000);
    let offer = purse.ask(&world, &mut holder, &request).unwrap().offer();
    let under_way = InstructionOutcome::UnderWay;
    assert_eq!(outcome(&world, &mut holder, &purse), under_way);
    purse.accept(&offer);
    purse.send_reply(&world, &mut holder, offer.transaction, true);
    let holds = InstructionOutcome::HoldsValue;
    assert_eq!(outcome(&world, &mut holder, &purse), holds);
    let ends = (purse.end(), account(&holder));
    purse.moves(&world, &mut holder, ends, 1_000).unwrap();
    // Somebody gave something, which waits for it.
    let mut other = enrolled(&world, 2);
    deposit(&world, &other, 1_000, "two");
    let mut giver = Purse::open(&world, &other, Key::P256([8; 32]));
    let ends = (account(&other), purse.end());
    giver.moves(&world, &mut other, ends, 300).unwrap();
    assert_eq!(outcome(&world, &mut holder, &purse), under_way);
    purse.synchronise(&world, &mut holder);
    let waits = purse.synchronise(&world, &mut holder).answer.waiting;
    let credit = tallystick_protocol::purse::Endpoint::Waiting(waits[0].transaction);
    let ends = (credit, purse.end());
    purse.moves(&world, &mut holder, ends, 300).unwrap();
    let ends = (purse.end(), account(&holder));
    purse.moves(&world, &mut holder, ends, 300).unwrap();
    assert_eq!(
        outcome(&world, &mut holder, &purse),
        InstructionOutcome::Done
    );
    assert_eq!(available(&world, "holder 1"), 10_300);
}

#[test]
fn what_was_told_before_and_refused_stays_refused_and_is_told_anew() {
    let (world, mut holder, mut purse) = start();
    purse.load(&world, &mut holder, 100);
    let early = close(&world, &holder, &purse);
    let refused = tell(&world, &mut holder, &purse, &early).unwrap();
    assert_eq!(refused.outcome, InstructionOutcome::HoldsValue);
    let ends = (purse.end(), account(&holder));
    purse.moves(&world, &mut holder, ends, 100).unwrap();
    let again = tell(&world, &mut holder, &purse, &early).unwrap();
    assert_eq!(again, refused, "a replay closes nothing");
    assert_eq!(
        outcome(&world, &mut holder, &purse),
        InstructionOutcome::Done
    );
}

#[test]
fn only_the_account_s_key_tells_and_only_about_its_own_purses_and_now() {
    let (world, mut holder, purse) = start();
    let mut other = enrolled(&world, 2);
    let instruction = close(&world, &holder, &purse);
    let problem_of =
        |holder: &mut Holder, said: &[u8]| say(&world, holder, "/v1/instructions", said).err();
    // The purse's key is not the account's, nor is another holder's.
    let by_purse = KEY.sign(&instruction);
    let refused = problem_of(&mut holder, &by_purse);
    assert_eq!(refused.as_deref(), Some("malformed"), "another algorithm");
    let by_other = signed(&other, &instruction);
    let refused = problem_of(&mut holder, &by_other);
    assert_eq!(refused.as_deref(), Some("bad-signature"));
    let refused = problem_of(&mut other, &signed(&holder, &instruction));
    assert_eq!(refused.as_deref(), Some("wrong-sender"));
    let change = |change: &dyn Fn(&mut AccountInstruction)| {
        let mut changed = instruction.clone();
        change(&mut changed);
        changed
    };
    let cases = [
        (
            change(&|one| one.bank = domain("other-bank.localhost")),
            "wrong-recipient",
        ),
        (change(&|one| one.account += 1), "wrong-sender"),
        (change(&|one| one.purse = None), "malformed"),
        (
            change(&|one| one.at = one.at.minus_seconds(601)),
            "wrong-clock",
        ),
        (
            change(&|one| one.at = one.at.plus_seconds(601)),
            "wrong-clock",
        ),
    ];
    for (changed, expected) in cases {
        let said = signed(&holder, &changed);
        let refused = problem_of(&mut holder, &said);
        assert_eq!(refused.as_deref(), Some(expected), "{changed:?}");
    }
    // The purse is another account's, or none.
    let mut about_another = close(&world, &other, &purse);
    let unknown = InstructionOutcome::UnknownPurse;
    let said = tell(&world, &mut other, &purse, &about_another).unwrap();
    assert_eq!(said.outcome, unknown);
    about_another.purse = Some(tallystick_protocol::purse::PurseNumber([9; 16]));
    let said = tell(&world, &mut other, &purse, &about_another).unwrap();
    assert_eq!(said.outcome, unknown);
    let sql = "SELECT count(*) FROM bank_purses WHERE closed_at IS NOT NULL";
    assert_eq!(world.number(BANK, sql), 0);
}

#[test]
fn a_refund_for_a_closed_purse_goes_to_its_account() {
    let (world, mut holder, mut purse) = start();
    purse.load(&world, &mut holder, 2_000);
    let (order, _) = super::ordering::order(&world, &mut holder, &mut purse);
    super::talk::buy(&world, &order);
    world.run_for(1_000);
    assert_eq!(
        outcome(&world, &mut holder, &purse),
        InstructionOutcome::Done
    );
    super::ordering::refund(&world, &order, 1, 500);
    world.run_for(10_000);
    assert_eq!(available(&world, "holder 1"), 8_500);
    assert_eq!(available(&world, &format!("waiting {}", purse.number)), 0);
}
