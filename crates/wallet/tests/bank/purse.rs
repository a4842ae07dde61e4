//! The purse in the card: opened, loaded, unloaded, paying an order and given back to.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{MoveChoice, MovementKind, MovementState, OrderState, PurseStep};

use super::customer::{
    PRICE, account, available, buy_with, give_back, load, movement, purse, unload, with_account,
    with_purse,
};
use super::holder::PIN;
use super::world::World;

#[test]
fn t004_1_t004_7_an_account_loads_a_purse_in_the_wallet_itself_and_the_purse_unloads() {
    let world = World::with_authority();
    let holder = with_purse(&world, 10_000);
    let opened = purse(&holder);
    assert_eq!(opened.step, PurseStep::Ready);
    assert_eq!(
        (opened.amount_minor, opened.out_minor, opened.in_minor),
        (0, 0, 0)
    );
    let loaded = load(&holder, 6_000).unwrap();
    let loading = movement(&holder, &loaded);
    assert_eq!(
        (loading.kind, loading.state),
        (MovementKind::Load, MovementState::Completed)
    );
    let offer = loading.offer.unwrap();
    assert_eq!((offer.before_minor, offer.after_minor), (10_000, 4_000));
    assert_eq!(purse(&holder).amount_minor, 6_000);
    assert_eq!(purse(&holder).checkpoint_minor, 6_000);
    assert_eq!(available(&world, "holder 1"), 4_000);
    let unloaded = unload(&holder, 2_500).unwrap();
    let unloading = movement(&holder, &unloaded);
    assert_eq!(
        (unloading.kind, unloading.state),
        (MovementKind::Unload, MovementState::Completed)
    );
    assert_eq!(purse(&holder).amount_minor, 3_500);
    assert_eq!(available(&world, "holder 1"), 6_500);
    block_on(holder.wallet.report_purse(&purse(&holder).id, PIN)).unwrap();
    let account = account(&holder);
    assert_eq!(
        (account.available_minor, account.pending_minor),
        (Some(6_500), Some(0))
    );
    assert!(!purse(&holder).wants_report);
}

#[test]
fn t004_42_what_cannot_be_moved_moves_nothing_and_is_said_by_name() {
    let world = World::with_authority();
    let holder = with_purse(&world, 10_000);
    load(&holder, 1_000).unwrap();
    let kind = |result: Result<String, tallystick_wallet::WalletError>| result.unwrap_err().kind;
    assert_eq!(kind(load(&holder, 0)), ErrorKind::AmountInvalid);
    assert_eq!(kind(load(&holder, 9_001)), ErrorKind::AccountShort);
    assert_eq!(kind(unload(&holder, 1_001)), ErrorKind::PurseShort);
    assert_eq!(kind(load(&holder, 1 << 40)), ErrorKind::PurseLimit);
    let own = purse(&holder);
    let to = |to: &str| {
        let choice = MoveChoice {
            purse_id: own.id.clone(),
            from: own.end.clone(),
            to: to.to_owned(),
        };
        kind(block_on(holder.wallet.move_value(&choice, 100, PIN)))
    };
    assert_eq!(to("account:999"), ErrorKind::UnknownDestination);
    assert_eq!(to(&own.end), ErrorKind::EndInvalid);
    assert_eq!(to("shop:kiso-tea.localhost"), ErrorKind::EndInvalid);
    let after = purse(&holder);
    assert_eq!(
        (after.amount_minor, after.out_minor, after.in_minor),
        (1_000, 0, 0)
    );
    assert_eq!(available(&world, "holder 1"), 9_000);
    let open = holder.view().movements;
    assert!(open.iter().all(|one| one.state != MovementState::Asking));
}

#[test]
fn a_wrong_pin_moves_nothing() {
    let world = World::with_authority();
    let holder = with_purse(&world, 10_000);
    let (account, purse) = (account(&holder), purse(&holder));
    let choice = MoveChoice {
        purse_id: purse.id,
        from: account.end,
        to: purse.end,
    };
    let wrong = block_on(holder.wallet.move_value(&choice, 100, "000000")).unwrap_err();
    assert_eq!(wrong.kind, ErrorKind::WrongPin);
    assert_eq!(holder.view().movements, []);
    assert_eq!(holder.view().pin_tries_left, 2);
    load(&holder, 100).unwrap();
}

#[test]
fn a_purse_pays_an_order_and_hears_from_its_bank_that_it_did() {
    let world = World::with_authority();
    let holder = with_purse(&world, 10_000);
    load(&holder, 5_000).unwrap();
    let order = buy_with(&holder, &purse(&holder).id);
    assert_eq!(order.state, OrderState::Delivering);
    let payment = holder.view().movements[0].clone();
    assert_eq!(
        (payment.kind, payment.state),
        (MovementKind::Payment, MovementState::Completed)
    );
    assert_eq!(payment.request_id.as_ref(), Some(&order.request_id));
    let after = purse(&holder);
    assert_eq!((after.amount_minor, after.out_minor), (5_000 - PRICE, 0));
    assert_eq!(
        available(&world, "payable to kiso-tea.localhost"),
        PRICE as i64
    );
    let request = holder.asked(super::holder::TEA);
    assert_eq!(holder.order(&request).proposed_card, Some(after.id));
}

#[test]
fn t_u5_what_a_purse_paid_comes_back_to_it() {
    let world = World::with_authority();
    let holder = with_purse(&world, 10_000);
    load(&holder, 5_000).unwrap();
    let order = buy_with(&holder, &purse(&holder).id);
    give_back(&world, &holder, &order, 500);
    assert!(purse(&holder).wants_report);
    block_on(holder.wallet.report_purse(&purse(&holder).id, PIN)).unwrap();
    let after = purse(&holder);
    assert_eq!(after.amount_minor, 5_000 - PRICE + 500);
    assert!(!after.wants_report);
    assert_eq!(after.waiting, []);
    let taken = holder.view().movements[0].clone();
    assert_eq!(
        (taken.kind, taken.state),
        (MovementKind::Take, MovementState::Completed)
    );
}

#[test]
fn an_account_whose_purse_holds_something_is_not_removed() {
    let world = World::with_authority();
    let holder = with_purse(&world, 10_000);
    load(&holder, 100).unwrap();
    let id = account(&holder).id;
    let refused = block_on(holder.wallet.remove_card(&id, PIN)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::PurseInUse);
    let erased = block_on(holder.wallet.erase()).unwrap_err();
    assert_eq!(erased.kind, ErrorKind::StillUnderWay);
    unload(&holder, 100).unwrap();
    block_on(holder.wallet.remove_card(&id, PIN)).unwrap();
    assert_eq!(holder.view().accounts, []);
    assert_eq!(holder.view().purses, []);
}

#[test]
fn value_for_somebody_else_waits_until_the_holder_has_seen_whose_it_is() {
    let world = World::with_authority();
    let holder = with_purse(&world, 10_000);
    let other = with_account(&world, 0);
    load(&holder, 5_000).unwrap();
    let own = purse(&holder);
    let send = |accept: bool| {
        let choice = MoveChoice {
            purse_id: own.id.clone(),
            from: own.end.clone(),
            to: account(&other).end,
        };
        let id = block_on(holder.wallet.move_value(&choice, 1_000, PIN)).unwrap();
        let offered = movement(&holder, &id);
        assert_eq!(offered.state, MovementState::Offered);
        assert!(offered.offer.unwrap().destination_name.is_some());
        block_on(holder.wallet.answer_movement(&id, accept, PIN)).unwrap();
        movement(&holder, &id).state
    };
    assert_eq!(send(false), MovementState::NotCompleted, "T004-34");
    assert_eq!(purse(&holder).amount_minor, 5_000);
    assert_eq!(send(true), MovementState::Completed);
    assert_eq!(purse(&holder).amount_minor, 4_000);
    assert_eq!(available(&world, "holder 2"), 1_000);
}
