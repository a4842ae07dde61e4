//! Who else blocks a purse, and what begins with that.

use super::*;

#[test]
fn an_operator_ends_the_window_of_a_purse_that_was_found_but_not_once_it_was_paid_back() {
    let (world, holder, mut purse) = start();
    let mut holder = holder;
    let token = session(&world, &holder);
    block(&world, &token, &purse);
    let number = purse.number.to_string();
    let argument = [("purse", number.as_str())];
    done(&command(&world, "unblock-purse", &argument));
    world.run_for(WINDOW_MS);
    assert_eq!(inside(&world, &purse), 5_000, "nothing was paid back");
    let ends = (purse.end(), account(&holder));
    purse.moves(&world, &mut holder, ends, 1_000).unwrap();
    block(&world, &session(&world, &holder), &purse);
    world.run_for(WINDOW_MS + 1_000);
    assert_eq!(inside(&world, &purse), 0);
    let refused = command(&world, "unblock-purse", &argument);
    assert_eq!(problem(&refused), "conflict");
}

#[test]
fn what_the_operator_or_the_bank_itself_blocked_begins_no_window_until_the_holder_does() {
    let (world, holder, purse) = start();
    let number = purse.number.to_string();
    done(&command(
        &world,
        "block-purse",
        &[("purse", number.as_str())],
    ));
    let token = session(&world, &holder);
    assert_eq!(look(&world, &token)["purses"][0]["state"], "blocked");
    world.run_for(2 * WINDOW_MS);
    assert_eq!(inside(&world, &purse), 5_000);
    block(&world, &session(&world, &holder), &purse);
    world.run_for(WINDOW_MS);
    assert_eq!(inside(&world, &purse), 0);
}

/// What the bank says to the holder's instruction to block a purse.
pub fn instruct(world: &World, holder: &mut Holder, number: PurseNumber) -> InstructionAnswer {
    let instruction = AccountInstruction {
        bank: crate::world::domain(BANK),
        account: holder.card.number.as_str().parse().unwrap(),
        holder: holder.id,
        what: InstructionKind::BlockPurse,
        purse: Some(number),
        at: world.now(),
    };
    let signature = sign_pss(
        &mut TestRng::new(5),
        &holder.key,
        &to_be_signed(&instruction, Algorithm::Ps256),
    );
    let said = assemble(&encode(&instruction), Algorithm::Ps256, &signature.unwrap());
    let answer = say(world, holder, "/v1/instructions", &said).unwrap();
    keyed::unverified(&answer).unwrap()
}

#[test]
fn the_account_s_key_blocks_a_purse_and_hears_what_is_paid_back_and_when() {
    blocks_by_instruction(start());
}

#[test]
fn the_account_s_key_blocks_a_purse_at_a_shard_too() {
    let mut world = world();
    world.spread_bank(4);
    blocks_by_instruction(start_in(world));
}

fn blocks_by_instruction((world, mut holder, purse): (World, Holder, Purse)) {
    let answer = instruct(&world, &mut holder, purse.number);
    assert_eq!(answer.outcome, InstructionOutcome::Done);
    assert_eq!(answer.amount, Some(yen(5_000)));
    let until = world.now().plus_seconds(WINDOW_MS / 1000);
    assert_eq!(answer.until, Some(until));
    world.run_for(2_000);
    let again = instruct(&world, &mut holder, purse.number);
    assert_eq!(
        (again.outcome, again.until),
        (InstructionOutcome::Done, Some(until))
    );
    world.run_for(2_000);
    let mut other = purse.number;
    other.0[15] ^= 1;
    let unknown = instruct(&world, &mut holder, other);
    assert_eq!(unknown.outcome, InstructionOutcome::UnknownPurse);
    world.run_for(WINDOW_MS);
    assert_eq!(available(&world, "holder 1"), 10_000);
    world.run_for(2_000);
    let paid_back = instruct(&world, &mut holder, purse.number);
    assert_eq!(paid_back.outcome, InstructionOutcome::Done);
    assert_eq!(paid_back.amount, Some(yen(5_000)));
}

#[test]
fn a_wallet_that_is_revoked_or_ended_does_not_keep_its_purse_from_being_blocked_and_paid_back() {
    let (world, holder, purse) = start();
    // As after moving the account to another device, which never came to its end.
    let sql = "DELETE FROM issuer_holders";
    use tallystick_parties::ports::Tables as _;
    world.machine(BANK).database.run(sql, &[]).unwrap();
    block(&world, &session(&world, &holder), &purse);
    world.run_for(WINDOW_MS);
    assert_eq!(available(&world, "holder 1"), 10_000);
}
