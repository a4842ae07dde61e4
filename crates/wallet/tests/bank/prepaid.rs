//! Prepaid cards: got from the bank, topped up, spent and taken back by the wallet as agent, read out without anybody, and
//! whole whatever is lost on the way.

use tallystick_parties::native::block_on;
use tallystick_wallet::view::{
    MoveChoice, MovementState, Phase, PrepaidReading, PrepaidStep, PrepaidView,
};
use tallystick_wallet::{ErrorKind, WalletError};

use super::customer::{account, available, load, movement, purse, with_account, with_purse};
use super::deaths::{DEPOSIT, Deaths};
use super::device::Device;
use super::holder::{Holder, PASSPHRASE, PIN, open};
use super::reader::{CARD_PIN, WithReader, ready};
use super::world::{BANK, Between, World};

pub fn card(holder: &Holder<'_>) -> PrepaidView {
    holder.view().prepaid[0].clone()
}

fn moved(holder: &Holder<'_>, from: &str, to: &str, minor: u64) -> Result<String, ErrorKind> {
    moved_with(holder, (from, to), minor, PIN)
}

fn moved_with(
    holder: &Holder<'_>,
    (from, to): (&str, &str),
    minor: u64,
    pin: &str,
) -> Result<String, ErrorKind> {
    let choice = MoveChoice {
        purse_id: purse(holder).id,
        from: from.to_owned(),
        to: to.to_owned(),
    };
    let moved = block_on(holder.wallet.move_value(&choice, minor, pin));
    moved.map_err(|error: WalletError| error.kind)
}

/// A wallet with an account, a purse, and an empty prepaid card.
pub fn with_prepaid(world: &World) -> Holder<'_> {
    let holder = with_purse(world, DEPOSIT);
    let id = account(&holder).id;
    block_on(holder.wallet.get_prepaid(&id, PIN)).unwrap();
    holder
}

pub fn top_up(holder: &Holder<'_>, minor: u64) -> Result<String, ErrorKind> {
    moved(holder, &account(holder).end, &card(holder).end, minor)
}

pub fn take_back(holder: &Holder<'_>, minor: u64) -> Result<String, ErrorKind> {
    moved(holder, &card(holder).end, &account(holder).end, minor)
}

pub fn parts(holder: &Holder<'_>) -> (u64, u64, u64) {
    let card = card(holder);
    (card.amount_minor, card.out_minor, card.in_minor)
}

/// What the books say: on the account, in the purse, on the card.
pub fn books(world: &World, holder: &Holder<'_>) -> (i64, i64, i64) {
    let of = |number: &str| available(world, &format!("purse {number}"));
    let on_account = available(world, "holder 1");
    (
        on_account,
        of(&purse(holder).number),
        of(&card(holder).number),
    )
}

fn read(holder: &Holder<'_>) -> PrepaidReading {
    block_on(holder.wallet.read_prepaid(&card(holder).id)).unwrap()
}

#[test]
fn t004_24_t004_29_a_prepaid_card_is_got_topped_up_and_taken_back_by_the_wallet_as_agent() {
    let world = World::with_authority();
    let holder = with_prepaid(&world);
    let empty = card(&holder);
    assert_eq!(
        (empty.step, parts(&holder)),
        (PrepaidStep::Ready, (0, 0, 0))
    );
    assert_eq!(empty.agent_id, Some(purse(&holder).id));
    load(&holder, 2_000).unwrap();
    let id = top_up(&holder, 3_000).unwrap();
    let topped = movement(&holder, &id);
    assert_eq!(topped.state, MovementState::Completed);
    assert_eq!(topped.to.own_id, Some(empty.id));
    assert_eq!(account(&holder).available_minor, Some(5_000));
    moved(&holder, &purse(&holder).end, &card(&holder).end, 500).unwrap();
    assert_eq!(parts(&holder), (3_500, 0, 0));
    assert_eq!(books(&world, &holder), (5_000, 1_500, 3_500));
    moved(&holder, &card(&holder).end, &purse(&holder).end, 200).unwrap();
    take_back(&holder, 1_300).unwrap();
    assert_eq!(parts(&holder), (2_000, 0, 0));
    assert_eq!(books(&world, &holder), (6_300, 1_700, 2_000));
    assert_eq!(purse(&holder).amount_minor, 1_700);
    assert_eq!(account(&holder).available_minor, Some(6_300));
    assert!(!purse(&holder).wants_report);
}

#[test]
fn t004_24_a_prepaid_card_is_read_out_without_the_bank_and_without_the_pin() {
    let world = World::with_authority();
    let holder = with_prepaid(&world);
    top_up(&holder, 3_000).unwrap();
    take_back(&holder, 1_000).unwrap();
    world.hub.cut(BANK, true);
    let said = read(&holder);
    assert_eq!(
        (said.amount_minor, said.out_minor, said.in_minor),
        (2_000, 0, 0)
    );
    let entries: Vec<_> = said
        .entries
        .iter()
        .map(|entry| (entry.amount_minor, entry.balance_minor, entry.to.kind))
        .collect();
    assert_eq!(
        entries,
        [(1_000, 2_000, "account"), (3_000, 3_000, "prepaid")]
    );
}

#[test]
fn t004_33_value_on_a_prepaid_card_goes_to_somebody_else_once_the_holder_has_seen_whose_it_is() {
    let world = World::with_authority();
    let holder = with_prepaid(&world);
    let other = with_account(&world, 0);
    top_up(&holder, 3_000).unwrap();
    let send = |accept: bool| {
        let (from, to) = (card(&holder).end, account(&other).end);
        let id = moved(&holder, &from, &to, 1_000).unwrap();
        assert_eq!(movement(&holder, &id).state, MovementState::Offered);
        assert_eq!(parts(&holder), (3_000, 0, 0), "as it said last");
        block_on(holder.wallet.answer_movement(&id, accept, PIN)).unwrap();
        movement(&holder, &id).state
    };
    assert_eq!(send(false), MovementState::NotCompleted, "T004-34");
    assert_eq!(parts(&holder), (3_000, 0, 0));
    assert_eq!(send(true), MovementState::Completed);
    assert_eq!(parts(&holder), (2_000, 0, 0));
    assert_eq!(available(&world, "holder 2"), 1_000);
}

#[test]
fn t004_42_what_cannot_be_moved_moves_nothing_and_nothing_stays_set_aside() {
    let world = World::with_authority();
    let holder = with_prepaid(&world);
    top_up(&holder, 1_000).unwrap();
    assert_eq!(top_up(&holder, 0), Err(ErrorKind::AmountInvalid));
    assert_eq!(take_back(&holder, 1_001), Err(ErrorKind::PurseShort));
    assert_eq!(top_up(&holder, 1 << 40), Err(ErrorKind::PurseLimit));
    assert_eq!(top_up(&holder, 9_001), Err(ErrorKind::BankRefused));
    let own = card(&holder).end;
    assert_eq!(
        moved(&holder, &own, "account:999", 100),
        Err(ErrorKind::BankRefused)
    );
    assert_eq!(moved(&holder, &own, &own, 100), Err(ErrorKind::EndInvalid));
    let foreign = format!("prepaid:{}", "7".repeat(32));
    assert_eq!(
        moved(&holder, &account(&holder).end, &foreign, 100),
        Err(ErrorKind::EndInvalid)
    );
    assert_eq!(parts(&holder), (1_000, 0, 0));
    assert_eq!(books(&world, &holder), (9_000, 0, 1_000));
    take_back(&holder, 1_000).unwrap();
}

#[test]
fn a_wrong_pin_prepares_nothing() {
    let world = World::with_authority();
    let holder = with_prepaid(&world);
    top_up(&holder, 1_000).unwrap();
    let ends = (card(&holder).end, account(&holder).end);
    let wrong = moved_with(&holder, (&ends.0, &ends.1), 100, "000000");
    assert_eq!(wrong, Err(ErrorKind::WrongPin));
    assert_eq!(read(&holder).out_minor, 0);
    take_back(&holder, 1_000).unwrap();
}

#[test]
fn a_bank_that_does_not_answer_is_asked_again_and_issues_one_card() {
    let world = World::with_authority();
    let mut holder = with_purse(&world, DEPOSIT);
    world.put_between(BANK, |path| match path {
        "/v1/instructions" => Between::Afterwards(http::Response::default()),
        _ => Between::Nothing,
    });
    let id = account(&holder).id;
    let asked = block_on(holder.wallet.get_prepaid(&id, PIN));
    assert_eq!(asked.unwrap_err().kind, ErrorKind::BankUnreachable);
    assert_eq!(card(&holder).step, PrepaidStep::Asked);
    holder.restart();
    world.put_between(BANK, |_| Between::Nothing);
    holder.finish();
    assert_eq!(card(&holder).step, PrepaidStep::Ready);
    assert_eq!(holder.view().prepaid.len(), 1);
    let issued = "SELECT count(*) FROM bank_purses WHERE account IS NULL";
    assert_eq!(world.number(BANK, issued), 1);
}

#[test]
fn what_another_than_the_bank_says_is_no_card() {
    let world = World::with_authority();
    let holder = with_purse(&world, DEPOSIT);
    world.put_between(BANK, |path| match path {
        "/v1/instructions" => {
            let answer = http::Response::builder().header("content-type", "application/cbor");
            Between::Instead(answer.body(vec![0xa0]).unwrap())
        }
        _ => Between::Nothing,
    });
    let id = account(&holder).id;
    let asked = block_on(holder.wallet.get_prepaid(&id, PIN));
    assert_eq!(asked.unwrap_err().kind, ErrorKind::BankUnreachable);
    assert_eq!(card(&holder).number, "");
}

#[test]
fn t004_36_what_the_bank_hears_of_too_late_comes_back_to_card_and_purse() {
    for is_out in [true, false] {
        let world = World::with_authority();
        let mut holder = with_prepaid(&world);
        load(&holder, 2_000).unwrap();
        top_up(&holder, 3_000).unwrap();
        world.put_between(BANK, |path| match path {
            "/v1/movements" => Between::Instead(http::Response::default()),
            _ => Between::Nothing,
        });
        let ends = (card(&holder).end, purse(&holder).end);
        let id = match is_out {
            true => moved(&holder, &ends.0, &ends.1, 700),
            false => moved(&holder, &ends.1, &ends.0, 700),
        };
        let id = id.unwrap();
        assert_eq!(movement(&holder, &id).state, MovementState::Asking);
        // A report would bar the movement before the card has heard of it.
        let early = block_on(holder.wallet.report_purse(&purse(&holder).id, PIN));
        assert_eq!(early.unwrap_err().kind, ErrorKind::BankUnreachable);
        world.run_for(2 * 3_600_000);
        world.put_between(BANK, |_| Between::Nothing);
        holder.restart();
        holder.finish();
        assert_eq!(movement(&holder, &id).state, MovementState::NotCompleted);
        assert_eq!(parts(&holder), (3_000, 0, 0));
        assert_eq!(purse(&holder).amount_minor, 2_000);
        block_on(holder.wallet.report_purse(&purse(&holder).id, PIN)).unwrap();
        assert_eq!(books(&world, &holder), (5_000, 2_000, 3_000));
    }
}

#[test]
fn a_card_that_holds_something_stays_and_an_empty_one_goes() {
    let world = World::with_authority();
    let holder = with_prepaid(&world);
    let remove = || {
        let removed = block_on(holder.wallet.remove_prepaid(&card(&holder).id));
        removed.map_err(|error| error.kind)
    };
    top_up(&holder, 1_000).unwrap();
    assert_eq!(remove(), Err(ErrorKind::PurseHoldsValue));
    let removed = block_on(holder.wallet.remove_card(&account(&holder).id, PIN));
    assert_eq!(removed.unwrap_err().kind, ErrorKind::PurseInUse);
    let erased = block_on(holder.wallet.erase()).unwrap_err();
    assert_eq!(erased.kind, ErrorKind::StillUnderWay);
    take_back(&holder, 1_000).unwrap();
    let closed = block_on(holder.wallet.close_account(&account(&holder).id, PIN));
    assert_eq!(closed.unwrap_err().kind, ErrorKind::AccountHasPurse);
    remove().unwrap();
    assert_eq!(holder.view().prepaid, []);
    assert_eq!(holder.view().movements.len(), 2, "what happened stays");
    let id = account(&holder).id;
    block_on(holder.wallet.get_prepaid(&id, PIN)).unwrap();
    assert_eq!(parts(&holder), (0, 0, 0));
}

/// Pulls the card out after so many commands of a movement, puts it back, and goes on. Whether it was moved undisturbed.
fn pulled(here: &WithReader<'_>, apdus: u32, executed: bool, ends: (&str, &str)) -> bool {
    let (holder, reader) = (&here.holder, here.holder.device.reader());
    reader.pull_after(apdus, executed);
    let moved = moved_with(holder, ends, 10, CARD_PIN);
    reader.leave_alone();
    reader.insert(&here.card);
    if let Some(offered) = holder.view().movements.first()
        && offered.state == MovementState::Offered
    {
        block_on(holder.wallet.answer_movement(&offered.id, true, CARD_PIN)).unwrap();
    }
    holder.finish();
    block_on(holder.wallet.report_purse(&purse(holder).id, CARD_PIN)).unwrap();
    block_on(holder.wallet.tend_prepaid(&card(holder).id)).unwrap();
    moved.is_ok()
}

#[test]
fn t004_8_a_card_that_is_pulled_while_it_moves_value_loses_none() {
    let world = World::with_authority();
    let here = ready(&world);
    here.tend().unwrap();
    let holder = &here.holder;
    block_on(holder.wallet.get_prepaid(&account(holder).id, CARD_PIN)).unwrap();
    let ends = (account(holder).end, card(holder).end);
    moved_with(holder, (&ends.0, &ends.1), 3_000, CARD_PIN).unwrap();
    here.load(2_000).unwrap();
    let (on_card, in_purse) = (card(holder).end, purse(holder).end);
    for executed in [true, false] {
        for ends in [(&*on_card, &*in_purse), (&*in_purse, &*on_card)] {
            for apdus in 0.. {
                let is_all = pulled(&here, apdus, executed, ends);
                let what = format!("pulled at {apdus}, executed: {executed}, {ends:?}");
                let (amount, out, within) = parts(holder);
                assert_eq!((out, within), (0, 0), "{what}");
                assert!(!card(holder).wants_settling, "{what}");
                let own = purse(holder).amount_minor;
                assert_eq!(own + amount, 5_000, "{what}");
                let held = (7_000 - 2_000, own as i64, amount as i64);
                assert_eq!(books(&world, holder), held, "{what}");
                if is_all {
                    assert!(apdus > 10);
                    break;
                }
                // A bank answers so many questions of one holder a minute.
                world.run_for(20_000);
            }
        }
    }
}

/// Gets a card, tops it up, and takes some back: goes on from what is stored.
fn go_on(world: &World, device: &Device) -> Result<(), WalletError> {
    let wallet = open(world, device)?;
    if block_on(wallet.view())?.phase == Phase::Locked {
        block_on(wallet.unlock(PASSPHRASE))?;
    }
    world.run_for(1_000);
    block_on(wallet.advance())?;
    let view = block_on(wallet.view())?;
    if view.prepaid.is_empty() {
        block_on(wallet.get_prepaid(&view.accounts[0].id, PIN))?;
    } else {
        block_on(wallet.tend_prepaid(&view.prepaid[0].id))?;
    }
    for (minor, is_back) in [(3_000, false), (1_200, true)] {
        let view = block_on(wallet.view())?;
        let card = view.prepaid[0].end.clone();
        let begun = view
            .movements
            .iter()
            .find(|one| one.amount_minor == minor && one.state != MovementState::NotCompleted);
        match begun {
            Some(one) if one.state == MovementState::Offered => {
                block_on(wallet.answer_movement(&one.id, true, PIN))?;
            }
            Some(_) => {}
            None => {
                let own = view.accounts[0].end.clone();
                let (from, to) = if is_back { (card, own) } else { (own, card) };
                let purse_id = view.purses[0].id.clone();
                let choice = MoveChoice { purse_id, from, to };
                block_on(wallet.move_value(&choice, minor, PIN))?;
            }
        }
        block_on(wallet.advance())?;
    }
    Ok(())
}

fn is_whole(world: &World, device: &Device, died: &str) {
    let wallet = open(world, device).unwrap();
    block_on(wallet.unlock(PASSPHRASE)).unwrap();
    let view = block_on(wallet.view()).unwrap();
    let card = &view.prepaid[0];
    assert_eq!(view.prepaid.len(), 1, "{died}");
    let parts = (card.amount_minor, card.out_minor, card.in_minor);
    assert_eq!(parts, (1_800, 0, 0), "{died}");
    assert_eq!(available(world, "holder 1"), 8_200, "{died}");
}

const GETS_AND_MOVES: Deaths = Deaths {
    go_on,
    rounds: 2,
    is_right: is_whole,
};

#[test]
fn t004_36_a_prepaid_card_is_whole_though_the_wallet_dies_at_any_step() {
    GETS_AND_MOVES.at_every_step(false);
}

#[test]
fn t004_36_a_prepaid_card_is_whole_though_any_answer_is_lost() {
    GETS_AND_MOVES.at_every_step(true);
}
