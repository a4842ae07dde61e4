//! An empty purse is closed, then its account; what happened stays readable.

use tallystick_parties::native::block_on;
use tallystick_wallet::view::PurseStep;
use tallystick_wallet::{ErrorKind, WalletError};

use super::customer::{
    account, available, buy_with, give_back, load, open_account, purse, put_in, unload,
    with_account, with_purse,
};
use super::holder::{Holder, PIN};
use super::reader::{CARD_PIN, ready};
use super::world::{BANK, Between, World};

fn close_purse(holder: &Holder<'_>) -> Result<(), ErrorKind> {
    let closed = block_on(holder.wallet.close_purse(&purse(holder).id, PIN));
    closed.map_err(|error: WalletError| error.kind)
}

fn close_account(holder: &Holder<'_>) -> Result<(), ErrorKind> {
    let closed = block_on(holder.wallet.close_account(&account(holder).id, PIN));
    closed.map_err(|error: WalletError| error.kind)
}

#[test]
fn a_purse_that_holds_something_is_not_closed_and_an_empty_one_leaves_the_card() {
    let world = World::with_authority();
    let holder = with_purse(&world, 10_000);
    load(&holder, 1_000).unwrap();
    assert_eq!(close_purse(&holder), Err(ErrorKind::PurseHoldsValue));
    assert_eq!(purse(&holder).step, PurseStep::Ready);
    unload(&holder, 1_000).unwrap();
    close_purse(&holder).unwrap();
    assert_eq!(purse(&holder).step, PurseStep::Closed);
    assert_eq!(account(&holder).purse_id, None);
    assert_eq!(holder.view().movements.len(), 2, "its history stays");
    assert_eq!(load(&holder, 100).unwrap_err().kind, ErrorKind::PurseState);
    close_purse(&holder).unwrap();
    // There is room for another one in the card and at the account.
    let next = block_on(holder.wallet.apply_for_purse(&account(&holder).id, PIN)).unwrap();
    block_on(holder.wallet.tend_purse(&next)).unwrap();
    assert_eq!(account(&holder).purse_id, Some(next));
}

#[test]
fn what_waits_at_the_bank_keeps_a_purse_open_even_if_the_wallet_has_not_heard_of_it() {
    let world = World::with_authority();
    let holder = with_purse(&world, 10_000);
    load(&holder, 5_000).unwrap();
    let order = buy_with(&holder, &purse(&holder).id);
    let left = purse(&holder).amount_minor;
    unload(&holder, left).unwrap();
    give_back(&world, &holder, &order, 500);
    assert_eq!(purse(&holder).waiting, [], "nobody has asked");
    assert_eq!(close_purse(&holder), Err(ErrorKind::PurseHoldsValue));
    block_on(holder.wallet.report_purse(&purse(&holder).id, PIN)).unwrap();
    unload(&holder, 500).unwrap();
    close_purse(&holder).unwrap();
}

#[test]
fn a_wrong_pin_closes_nothing() {
    let world = World::with_authority();
    let holder = with_purse(&world, 10_000);
    let id = purse(&holder).id;
    let wrong = holder.wallet.close_purse(&id, "000000");
    assert_eq!(block_on(wrong).unwrap_err().kind, ErrorKind::WrongPin);
    assert_eq!(purse(&holder).step, PurseStep::Ready);
}

#[test]
fn a_bank_that_is_away_is_told_again_and_the_purse_goes_then() {
    let world = World::with_authority();
    let mut holder = with_purse(&world, 10_000);
    world.put_between(BANK, |path| match path {
        "/v1/instructions" => Between::Instead(http::Response::default()),
        _ => Between::Nothing,
    });
    assert_eq!(close_purse(&holder), Err(ErrorKind::BankUnreachable));
    assert!(purse(&holder).telling);
    holder.restart();
    world.put_between(BANK, |_| Between::Nothing);
    holder.finish();
    let told = purse(&holder);
    assert_eq!((told.step, told.telling), (PurseStep::Closing, false));
    close_purse(&holder).unwrap();
    assert_eq!(purse(&holder).step, PurseStep::Closed);
}

#[test]
fn what_another_than_the_bank_says_closes_nothing() {
    let world = World::with_authority();
    let holder = with_purse(&world, 10_000);
    world.put_between(BANK, |path| match path {
        "/v1/instructions" => {
            let answer = http::Response::builder().header("content-type", "application/cbor");
            Between::Instead(answer.body(vec![0xa0]).unwrap())
        }
        _ => Between::Nothing,
    });
    assert_eq!(close_purse(&holder), Err(ErrorKind::BankUnreachable));
    let told = purse(&holder);
    assert_eq!((told.step, told.telling), (PurseStep::Ready, true));
}

#[test]
fn a_closed_purse_leaves_the_card_in_the_reader_when_that_is_there() {
    let world = World::with_authority();
    let here = ready(&world);
    here.tend().unwrap();
    let holder = &here.holder;
    let close = || {
        let id = purse(holder).id;
        let closed = holder.wallet.close_purse(&id, CARD_PIN);
        block_on(closed).map_err(|error| error.kind)
    };
    world.put_between(BANK, |path| match path {
        "/v1/instructions" => Between::Afterwards(http::Response::default()),
        _ => Between::Nothing,
    });
    assert_eq!(close(), Err(ErrorKind::BankUnreachable));
    world.put_between(BANK, |_| Between::Nothing);
    holder.device.reader().eject();
    world.run_for(1_000);
    holder.finish();
    assert_eq!(purse(holder).step, PurseStep::Closing);
    assert_eq!(close(), Err(ErrorKind::NoCard));
    holder.device.reader().insert(&here.card);
    close().unwrap();
    assert_eq!(purse(holder).step, PurseStep::Closed);
}

#[test]
fn the_balance_of_an_account_is_known_from_what_its_purse_was_told() {
    let world = World::with_authority();
    let holder = with_account(&world, 10_000);
    assert_eq!(account(&holder).available_minor, None);
    block_on(holder.wallet.tend_purse(&purse(&holder).id)).unwrap();
    let opened = account(&holder);
    let known = (opened.available_minor, opened.pending_minor);
    assert_eq!(known, (Some(10_000), None));
    assert!(opened.as_of.is_some());
    load(&holder, 4_000).unwrap();
    assert_eq!(account(&holder).available_minor, Some(6_000));
    put_in(&world, &account(&holder), 500);
    world.run_for(1_000);
    block_on(holder.wallet.report_purse(&purse(&holder).id, PIN)).unwrap();
    let reported = account(&holder);
    let known = (reported.available_minor, reported.pending_minor);
    assert_eq!(known, (Some(6_500), Some(0)));
    world.run_for(1_000);
    unload(&holder, 1_000).unwrap();
    assert_eq!(account(&holder).available_minor, Some(7_500));
}

#[test]
fn the_statement_of_an_account_has_every_entry_and_is_asked_for_page_by_page() {
    let world = World::with_authority();
    let holder = with_account(&world, 10_000);
    for minor in 1..=44 {
        put_in(&world, &account(&holder), minor);
    }
    let today = u32::try_from(world.now().seconds() / 86_400).unwrap();
    let days = (today - 30, today);
    let account = account(&holder);
    let asked = holder.wallet.account_statement(&account.id, days, PIN);
    let pages = block_on(asked).unwrap();
    assert_eq!(pages.len(), 2);
    assert!(pages.iter().all(|page| page.contains(&account.number)));
    let entries: usize = pages
        .iter()
        .map(|page| page.matches("<Ntry>").count())
        .sum();
    assert_eq!(entries, 45);
}

#[test]
fn t004_42_an_account_with_a_purse_is_not_closed() {
    let world = World::with_authority();
    let holder = with_purse(&world, 10_000);
    assert_eq!(close_account(&holder), Err(ErrorKind::AccountHasPurse));
    assert_eq!(available(&world, "holder 1"), 10_000);
}

#[test]
fn a_closed_account_is_paid_out_and_its_history_is_still_here() {
    let world = World::with_authority();
    let holder = with_purse(&world, 10_000);
    load(&holder, 1_000).unwrap();
    unload(&holder, 1_000).unwrap();
    close_purse(&holder).unwrap();
    let (number, id) = (account(&holder).number, account(&holder).id);
    let wrong = block_on(holder.wallet.close_account(&id, "000000"));
    assert_eq!(wrong.unwrap_err().kind, ErrorKind::WrongPin);
    close_account(&holder).unwrap();
    let view = holder.view();
    assert_eq!(view.accounts, []);
    let closed = &view.closed_accounts[0];
    let told = (&closed.number, closed.paid_out_minor);
    assert_eq!(told, (&number, 10_000));
    assert_eq!(view.purses[0].step, PurseStep::Closed);
    assert_eq!(view.movements.len(), 2);
    world.run_for(60_000);
    assert_eq!(available(&world, "holder 1"), 0);
    // Its slot in the card is free again.
    open_account(&holder);
    assert!(account(&holder).purse_id.is_some());
}

#[test]
fn a_bank_that_is_away_closes_the_account_later_and_pays_out_once() {
    let world = World::with_authority();
    let mut holder = with_purse(&world, 10_000);
    close_purse(&holder).unwrap();
    world.put_between(BANK, |path| match path {
        "/v1/instructions" => Between::Afterwards(http::Response::default()),
        _ => Between::Nothing,
    });
    assert_eq!(close_account(&holder), Err(ErrorKind::BankUnreachable));
    holder.restart();
    assert!(account(&holder).closing);
    world.put_between(BANK, |_| Between::Nothing);
    world.run_for(1_000);
    holder.finish();
    assert!(account(&holder).closing, "its keys are here still");
    close_account(&holder).unwrap();
    assert_eq!(holder.view().closed_accounts[0].paid_out_minor, 10_000);
    let orders = world.number(BANK, "SELECT count(*) FROM bank_outside_payments");
    assert_eq!(orders, 1);
}
