//! The bank is in a key space that was full when the holder came: what is sealed for it is sealed again where it is.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::MovementState;

use super::customer::{
    account, available, load, movement, open_account, purse, put_in, unload, with_purse,
};
use super::holder::{Holder, PASSPHRASE, PIN};
use super::world::{AUTHORITY, BANK, Between, CENTRE, COURIER, ISSUER, SHOP, World};

/// Longer than an epoch is good after the next has begun.
const LONG_MS: u64 = 2 * 86_400_000;

/// The bank alone is in its space, and the card has its share of the next.
fn apart() -> World {
    let world = World::with_a_bank_in_a_full_space();
    assert_eq!(world.get_json(BANK, "/v1/identity")["spaces"][0], 0);
    world
}

/// How many shares the key centre was asked for.
fn shares(world: &World) -> usize {
    world.requests(CENTRE, "/v1/holder-shares")
}

#[test]
fn a_load_finds_the_space_of_the_bank_and_the_card_sets_aside_once() {
    let world = apart();
    let holder = with_purse(&world, 10_000);
    let before = shares(&world);
    let loaded = load(&holder, 6_000).unwrap();
    assert_eq!(movement(&holder, &loaded).state, MovementState::Completed);
    assert_eq!(purse(&holder).amount_minor, 6_000);
    assert_eq!(available(&world, "holder 1"), 4_000);
    assert_eq!(shares(&world), before + 1);
    assert!(!purse(&holder).wants_report);
    unload(&holder, 1_000).unwrap();
    assert_eq!(shares(&world), before + 1, "once is enough");
    assert_eq!(world.number(BANK, "SELECT count(*) FROM bank_movements"), 2);
}

#[test]
fn a_report_an_instruction_and_a_statement_find_it_too() {
    let world = apart();
    let holder = with_purse(&world, 0);
    block_on(holder.wallet.report_purse(&purse(&holder).id, PIN)).unwrap();

    let world = apart();
    let holder = with_purse(&world, 0);
    block_on(holder.wallet.block_purse(&purse(&holder).id, PIN)).unwrap();
    assert!(purse(&holder).blocked.is_some());

    let world = apart();
    let holder = Holder::ready(&world);
    put_in(&world, &open_account(&holder), 500);
    let pages = block_on(
        holder
            .wallet
            .account_statement(&account(&holder).id, (0, 30_000), PIN),
    );
    assert_eq!(pages.unwrap().len(), 1);
}

#[test]
fn while_the_key_centre_is_away_nothing_moves_and_a_report_ends_what_was_begun() {
    let world = apart();
    let mut holder = with_purse(&world, 10_000);
    world.put_between(CENTRE, |path| {
        let away = http::Response::builder().status(503).body(Vec::new());
        match path {
            "/v1/holder-shares" => Between::Instead(away.unwrap()),
            _ => Between::Nothing,
        }
    });
    let refused = load(&holder, 6_000).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::BankUnreachable);
    assert_eq!(available(&world, "holder 1"), 10_000);
    holder.restart();
    let asked = world.requests(BANK, "/v1/movements");
    for _ in 0..5 {
        block_on(holder.wallet.advance()).unwrap();
        world.run_for(60_000);
    }
    assert_eq!(world.requests(BANK, "/v1/movements"), asked, "in vain");
    assert!(purse(&holder).wants_report);
    world.put_between(CENTRE, |_| Between::Nothing);
    block_on(holder.wallet.report_purse(&purse(&holder).id, PIN)).unwrap();
    assert!(!purse(&holder).wants_report);
    load(&holder, 2_000).unwrap();
    assert_eq!(purse(&holder).amount_minor, 2_000);
}

#[test]
fn t_u4_what_the_bank_is_asked_long_after_the_epoch_has_changed_is_said_in_the_next() {
    let world = World::with_authority();
    let holder = with_purse(&world, 10_000);
    world.enter_epoch(2, &[CENTRE, SHOP, COURIER, ISSUER, BANK, AUTHORITY]);
    world.run_for(LONG_MS);
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    load(&holder, 6_000).unwrap();
    assert_eq!(purse(&holder).amount_minor, 6_000);
    assert_eq!(available(&world, "holder 1"), 4_000);
    block_on(holder.wallet.report_purse(&purse(&holder).id, PIN)).unwrap();
    let account = account(&holder).id;
    let pages = block_on(holder.wallet.account_statement(&account, (0, 30_000), PIN));
    assert_eq!(pages.unwrap().len(), 1);
    assert_eq!(world.number(BANK, "SELECT count(*) FROM bank_movements"), 1);
}
