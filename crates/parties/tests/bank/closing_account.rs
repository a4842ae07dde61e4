//! A holder closes the account: what is on it goes to the account outside, once.

use tallystick_protocol::bank::{
    AccountInstruction, InstructionAnswer, InstructionKind, InstructionOutcome,
};
use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::purse::Endpoint;
use tallystick_protocol::trust::keyed;
use tallystick_simulation::cast::Cast;

use super::authority::deposit;
use super::holder::Holder;
use super::kitsune::{self, Kitsune, Line, OPENING};
use super::purse::{Key, Purse, account, available, say, set_aside, yen};
use super::statements::signed_by_account;
use super::talk::{buy, form};
use super::world::{BANK, World, domain, problem};

const KEY: Key = Key::P256([7; 32]);

/// A holder with so much on the account, and a purse to hear the bank's key by.
fn start(minor: u64) -> (World, Kitsune, Holder, Purse) {
    let (world, kitsune) = kitsune::world();
    let holder = kitsune.enrolled(&world);
    deposit(&world, &holder, minor, "one");
    give_to_the_bank(&kitsune, &world, minor);
    let purse = Purse::open(&world, &holder, KEY);
    (world, kitsune, holder, purse)
}

/// What is on the accounts of the bank it has on its own account outside.
fn give_to_the_bank(kitsune: &Kitsune, world: &World, minor: u64) {
    kitsune.pay_in_for_the_bank(world, minor);
}

fn instruct(
    world: &World,
    holder: &mut Holder,
    what: InstructionKind,
    purse: &Purse,
) -> Result<InstructionAnswer, String> {
    world.run_for(1_000);
    let instruction = AccountInstruction {
        bank: domain(BANK),
        account: holder.card.number.as_str().parse().unwrap(),
        holder: holder.id,
        what,
        purse: (what != InstructionKind::CloseAccount).then_some(purse.number),
        at: world.now(),
    };
    let said = signed_by_account(holder, &instruction);
    let answer = say(world, holder, "/v1/instructions", &said)?;
    Ok(keyed::open(&answer, &purse.bank).unwrap())
}

fn close(world: &World, holder: &mut Holder, purse: &Purse) -> InstructionAnswer {
    instruct(world, holder, InstructionKind::CloseAccount, purse).unwrap()
}

fn without_purse(world: &World, holder: &mut Holder, purse: &Purse) {
    let answer = instruct(world, holder, InstructionKind::ClosePurse, purse).unwrap();
    assert_eq!(answer.outcome, InstructionOutcome::Done);
}

fn alerts(world: &World) -> i64 {
    world.number(
        BANK,
        "SELECT count(*) FROM bank_outside_alerts WHERE alert <> 'outside-unassigned'",
    )
}

#[test]
fn a_closed_account_pays_the_rest_to_the_account_outside_and_moves_nothing_more() {
    let (world, kitsune, mut holder, purse) = start(9_000);
    assert_eq!(
        close(&world, &mut holder, &purse).outcome,
        InstructionOutcome::HasPurses
    );
    without_purse(&world, &mut holder, &purse);
    let answer = close(&world, &mut holder, &purse);
    assert_eq!(answer.outcome, InstructionOutcome::Done);
    assert_eq!(answer.amount, Some(yen(9_000)));
    assert_eq!(kitsune.balance(), i64::try_from(OPENING).unwrap() + 9_000);
    assert_eq!(
        (available(&world, "holder 1"), available(&world, "outside")),
        (0, 0)
    );
    // Told again, it is closed, and nothing is paid a second time.
    let again = close(&world, &mut holder, &purse);
    assert_eq!(
        (again.outcome, again.amount),
        (answer.outcome, answer.amount)
    );
    world.run_for(86_400_000);
    assert_eq!(kitsune.balance(), i64::try_from(OPENING).unwrap() + 9_000);

    assert_eq!(
        problem(&deposit(&world, &holder, 5, "late")),
        "destination-closed"
    );
    let form = form(&world, &[("sencha-100", 1)]);
    let wish = super::paying::by_account(&holder);
    let order = holder.order(&world, &form, &wish);
    assert_eq!(buy(&world, &order).state, ShopState::Refused);
    let opened = super::purse::application(
        &world,
        &holder,
        &Key::P256([8; 32]),
        &super::authority::certified_purse(
            &world,
            &Key::P256([8; 32]).public().to_spki().unwrap(),
            9,
        ),
    );
    let answer = world.post(BANK, "/v1/purse-keys", super::holder::COSE, opened);
    assert_eq!(problem(&answer), "account-ended");
}

#[test]
fn nobody_transfers_to_a_closed_account() {
    let (world, _kitsune, mut holder, purse) = start(0);
    let mut other = enrolled_other(&world, &_kitsune);
    deposit(&world, &other, 1_000, "two");
    let mut from = Purse::open(&world, &other, Key::P256([9; 32]));
    without_purse(&world, &mut holder, &purse);
    let answer = close(&world, &mut holder, &purse);
    assert_eq!(
        (answer.outcome, answer.amount),
        (InstructionOutcome::Done, Some(yen(0)))
    );
    let Endpoint::Account(number) = account(&holder) else {
        panic!()
    };
    let ends = (account(&other), Endpoint::Account(number));
    let refused = from.moves(&world, &mut other, ends, 100).unwrap_err();
    assert_eq!(refused, "destination-closed");
}

fn enrolled_other(world: &World, kitsune: &Kitsune) -> Holder {
    use super::authority::{offer_in, opening};
    let answer = opening(world, &kitsune.registration(2));
    Holder::enrol_with(world, 2, offer_in(world, &answer))
}

#[test]
fn whatever_is_lost_on_the_way_the_rest_is_paid_out_once() {
    for line in [Line::Cut, Line::LosesAnswers] {
        let (world, kitsune, mut holder, purse) = start(9_000);
        without_purse(&world, &mut holder, &purse);
        kitsune.set(line);
        let answer = close(&world, &mut holder, &purse);
        assert_eq!(
            (answer.outcome, answer.amount),
            (InstructionOutcome::UnderWay, None)
        );
        assert_eq!(
            (available(&world, "holder 1"), set_aside(&world, "holder 1")),
            (0, 9_000)
        );
        let late = deposit(&world, &holder, 5, "late");
        assert_eq!(problem(&late), "destination-closed", "it is shut meanwhile");
        // For more than a day nobody is heard; the message stays the same.
        world.run_for(90_000_000);
        kitsune.set(Line::Good);
        world.run_for(1_000_000);
        let answer = close(&world, &mut holder, &purse);
        assert_eq!(answer.outcome, InstructionOutcome::Done);
        assert_eq!(answer.amount, Some(yen(9_000)));
        assert_eq!(kitsune.balance(), i64::try_from(OPENING).unwrap() + 9_000);
        assert_eq!((set_aside(&world, "holder 1"), alerts(&world)), (0, 0));
    }
}

#[test]
fn if_the_bank_outside_takes_nothing_the_account_stays_open_and_can_be_closed_later() {
    let (world, kitsune, mut holder, purse) = start(9_000);
    without_purse(&world, &mut holder, &purse);
    kitsune.command(&world, "lock-account");
    let answer = close(&world, &mut holder, &purse);
    assert_eq!(
        (answer.outcome, answer.amount),
        (InstructionOutcome::NotPaidOut, None)
    );
    assert_eq!(
        (available(&world, "holder 1"), set_aside(&world, "holder 1")),
        (9_000, 0)
    );
    assert_eq!(alerts(&world), 1);
    assert!(
        deposit(&world, &holder, 5, "still open")
            .status()
            .is_success()
    );
    kitsune.command(&world, "unlock-account");
    give_to_the_bank(&kitsune, &world, 5);
    let answer = close(&world, &mut holder, &purse);
    assert_eq!(answer.outcome, InstructionOutcome::Done);
    assert_eq!(answer.amount, Some(yen(9_005)));
    assert_eq!(kitsune.balance(), i64::try_from(OPENING).unwrap() + 9_005);
}

#[test]
fn what_comes_late_for_a_closed_account_goes_the_same_way() {
    use tallystick_parties::ports::Tables as _;
    let (world, kitsune, mut holder, purse) = start(9_000);
    without_purse(&world, &mut holder, &purse);
    let answer = close(&world, &mut holder, &purse);
    assert_eq!(answer.outcome, InstructionOutcome::Done);
    give_to_the_bank(&kitsune, &world, 500);
    // As a refund would: the bank's books alone know how it came.
    let sql = "INSERT INTO transfers (id, debit, credit, minor, kind, memo, at_ms)
        SELECT 'late', o.account, h.account, 500, 'single', '', 1 FROM accounts o, accounts h
        WHERE o.name = 'outside' AND h.name = 'holder 1'";
    world.machine(BANK).database.run(sql, &[]).unwrap();
    world.run_for(90_000_000);
    assert_eq!(kitsune.balance(), i64::try_from(OPENING).unwrap() + 9_500);
    assert_eq!(available(&world, "holder 1"), 0);
}

#[test]
fn an_account_at_a_shard_is_shut_at_the_office_too() {
    let (mut world, kitsune) = kitsune::world_of(Cast::default());
    world.spread_bank(4);
    let mut holder = kitsune.enrolled(&world);
    deposit(&world, &holder, 9_000, "one");
    give_to_the_bank(&kitsune, &world, 9_000);
    let purse = Purse::open(&world, &holder, KEY);
    without_purse(&world, &mut holder, &purse);
    let answer = close(&world, &mut holder, &purse);
    assert_eq!(answer.outcome, InstructionOutcome::Done);
    assert_eq!(answer.amount, Some(yen(9_000)));
    assert_eq!(kitsune.balance(), i64::try_from(OPENING).unwrap() + 9_000);
    world.run_for(5_000);
    assert_eq!(
        problem(&deposit(&world, &holder, 5, "late")),
        "destination-closed"
    );
}

/// As after the account moved to this device from one whose home is another object, with a purse that is still open there.
fn leave_a_purse(world: &World, holder: &Holder) -> &'static str {
    use super::world::BANK_SHARDS;
    use tallystick_parties::ports::Tables as _;
    let home = usize::from(holder.id.0[0] % 4);
    let other = (home + 1) % 4;
    let mut former = [9; 32];
    former[0] = u8::try_from(other).unwrap();
    let homes = "INSERT INTO issuer_homes (holder, account, is_over) VALUES (?, 1, 1)";
    world
        .machine(BANK)
        .database
        .run(homes, &[former.into()])
        .unwrap();
    let sql = "INSERT INTO bank_purses VALUES (randomblob(16), 'account', 1, ?, 'JPY', NULL, NULL, 1,
        9000000000, 0, 0, zeroblob(32), 0, zeroblob(32), 0, 0, 0, 0, 0, 0, 0, 'upload-first', NULL, NULL)";
    let place = BANK_SHARDS[other];
    let database = &world.machine(place).database;
    database.run(sql, &[former.into()]).unwrap();
    place
}

#[test]
fn a_purse_of_the_account_at_another_object_keeps_it_open() {
    use tallystick_parties::ports::Tables as _;
    let (mut world, kitsune) = kitsune::world();
    world.spread_bank(4);
    let mut holder = kitsune.enrolled(&world);
    deposit(&world, &holder, 9_000, "one");
    give_to_the_bank(&kitsune, &world, 9_000);
    let purse = Purse::open(&world, &holder, KEY);
    without_purse(&world, &mut holder, &purse);
    let place = leave_a_purse(&world, &holder);
    let answer = close(&world, &mut holder, &purse);
    assert_eq!(answer.outcome, InstructionOutcome::HasPurses);
    assert_eq!(available(&world, "holder 1"), 9_000);
    let closed = "UPDATE bank_purses SET closed_at = 1";
    world.machine(place).database.run(closed, &[]).unwrap();
    let answer = close(&world, &mut holder, &purse);
    assert_ne!(answer.outcome, InstructionOutcome::HasPurses);
}
