//! Orders that are paid from a bank account: by the messages that an issuer takes.

use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::instrument::{BankAccountDetails, Payment};

use super::authority::{deposit, enrolled, world};
use super::holder::{Holder, Wish};
use super::talk::{buy, form};
use super::world::{BANK, World};

/// A bag of tea and its delivery, in yen.
const PRICE: i64 = 2_000;

pub fn by_account(holder: &Holder) -> Wish {
    let account = holder.card.number.as_str().parse().unwrap();
    let mut wish = holder.wish();
    wish.payment = Some(Payment::BankAccount(BankAccountDetails { account }));
    wish
}

fn available(world: &World, account: &str) -> i64 {
    let what = "credits_posted - debits_posted - debits_pending";
    let sql = format!("SELECT coalesce((SELECT {what} FROM accounts WHERE name = '{account}'), 0)");
    world.number(BANK, &sql)
}

#[test]
fn an_enrolled_wallet_pays_an_order_by_bank_account() {
    let world = world();
    let mut holder = enrolled(&world, 1);
    deposit(&world, &holder, 5_000, "one");
    let form = form(&world, &[("sencha-100", 1)]);
    let wish = by_account(&holder);
    let order = holder.order(&world, &form, &wish);
    let receipt = buy(&world, &order);
    assert_eq!(receipt.state, ShopState::Accepted);
    assert_eq!(available(&world, "holder 1"), 5_000 - PRICE);
    assert_eq!(available(&world, "payable to kiso-tea.localhost"), PRICE);
}

#[test]
fn a_bank_gives_no_credit() {
    let world = world();
    let mut holder = enrolled(&world, 1);
    deposit(&world, &holder, 1_999, "one");
    let form = form(&world, &[("sencha-100", 1)]);
    let wish = by_account(&holder);
    let order = holder.order(&world, &form, &wish);
    assert_eq!(buy(&world, &order).state, ShopState::Refused);
    assert_eq!(available(&world, "holder 1"), 1_999);
}

#[test]
fn another_number_or_a_card_account_pays_nothing_here() {
    let world = world();
    let mut holder = enrolled(&world, 1);
    deposit(&world, &holder, 5_000, "one");
    let mut wish = by_account(&holder);
    wish.payment = Some(Payment::BankAccount(BankAccountDetails { account: 7 }));
    let form = form(&world, &[("sencha-100", 1)]);
    let order = holder.order(&world, &form, &wish);
    assert_eq!(buy(&world, &order).state, ShopState::Refused);
    let wish = holder.wish();
    let form = super::talk::form(&world, &[("sencha-100", 1)]);
    let order = holder.order(&world, &form, &wish);
    assert_eq!(buy(&world, &order).state, ShopState::Refused);
    assert_eq!(available(&world, "holder 1"), 5_000);
}
