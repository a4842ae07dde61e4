//! Paying the shop from an account at the bank.

use tallystick_wallet::view::OrderState;

use super::customer::{PRICE, account, available, buy_with, with_account};
use super::holder::TEA;
use super::world::World;

#[test]
fn an_account_at_a_bank_pays_as_a_card_does() {
    let world = World::with_authority();
    let holder = with_account(&world, 5_000);
    let account = account(&holder);
    let order = buy_with(&holder, &account.id);
    assert_eq!(order.state, OrderState::Delivering);
    assert_eq!(order.strands.issuer.word, "charged");
    let last4 = account.number.get(account.number.len() - 4..);
    assert_eq!(order.card_last4.as_deref(), last4);
    assert_eq!(available(&world, "holder 1"), 5_000 - PRICE as i64);
}

#[test]
fn what_paid_last_at_a_shop_is_proposed_there_a_card_or_an_account() {
    let world = World::with_authority();
    let holder = with_account(&world, 5_000);
    let (card, account) = (holder.view().cards[0].id.clone(), account(&holder).id);
    for means in [&account, &card, &account] {
        buy_with(&holder, means);
        let request = holder.asked(TEA);
        assert_eq!(holder.order(&request).proposed_card.as_ref(), Some(means));
        tallystick_parties::native::block_on(holder.wallet.decline(&request)).unwrap();
        world.run_for(1_000);
    }
}

#[test]
fn an_account_that_is_short_is_refused_and_not_proposed_again() {
    let world = World::with_authority();
    let holder = with_account(&world, 100);
    let account = account(&holder).id;
    let order = buy_with(&holder, &account);
    assert_eq!(order.state, OrderState::Refused);
    assert_eq!(order.failure.unwrap().kind, "issuer-refused");
    assert_eq!(available(&world, "holder 1"), 100);
    let request = holder.asked(TEA);
    let proposed = holder.order(&request).proposed_card;
    assert_eq!(proposed, Some(holder.view().cards[0].id.clone()));
}
