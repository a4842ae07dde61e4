//! What is lent pays with everything that the wallet at home has: an account at a bank, and a purse in the same card.

use tallystick_parties::native::{Line, Machine, block_on};
use tallystick_simulation::cast::Running;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{
    KeyPlace, LentKind, MovementKind, MovementState, MovementView, OrderState, PurseView, UseState,
};

use super::customer::{available, give_back, load, with_account, with_purse};
use super::ends::{Away, FIRST, Home, PRICE, SECOND};
use super::holder::{Holder, PIN};
use super::world::{Between, COURIER, World};

/// Both ends; what `means` names of the wallet at home is lent, as much as two bags of tea cost.
fn lending<'w>(
    world: &'w World,
    holder: Holder<'w>,
    means: &str,
) -> (Home<'w>, Away<'w>, Line<Running<Machine>>) {
    let (home, away) = (Home::of(holder), Away::new(world));
    let set_up = home
        .wallet
        .home_set_up(PIN, FIRST, SECOND, KeyPlace::Software);
    block_on(set_up).unwrap();
    home.let_in(&away);
    home.lend(|terms| terms.card_id = means.to_owned()).unwrap();
    away.fetch().unwrap();
    let line = home.connect();
    (home, away, line)
}

/// A purse with so much is lent.
fn lending_purse(world: &World, minor: u64) -> (Home<'_>, Away<'_>, Line<Running<Machine>>) {
    let holder = with_purse(world, 10_000);
    load(&holder, minor).unwrap();
    let means = holder.view().purses[0].id.clone();
    lending(world, holder, &means)
}

fn purse(home: &Home<'_>) -> PurseView {
    home.wallet_view().purses[0].clone()
}

/// What can be spent, and what is set aside.
fn amounts(home: &Home<'_>) -> (u64, u64) {
    let purse = purse(home);
    (purse.amount_minor, purse.out_minor)
}

fn payment(home: &Home<'_>) -> MovementView {
    let movements = home.wallet_view().movements;
    let payment = movements
        .into_iter()
        .find(|one| one.kind == MovementKind::Payment);
    payment.unwrap()
}

/// The page at home is looked at, and the wallet there goes on.
fn follow(home: &Home<'_>) {
    for _ in 0..10 {
        block_on(home.wallet.home_follow_uses()).unwrap();
        block_on(home.wallet.advance()).unwrap();
        home.world.run_for(1_000);
    }
}

fn left(home: &Home<'_>) -> (u64, u32, UseState) {
    let view = home.view();
    let loan = &view.loans[0];
    (loan.left_minor, loan.count_left, view.uses[0].state)
}

#[test]
fn t000_4_an_account_at_a_bank_that_is_lent_pays_away_as_at_home() {
    let world = World::with_home_proxy_and_bank();
    let holder = with_account(&world, 5_000);
    let means = holder.view().accounts[0].id.clone();
    let (home, away, _line) = lending(&world, holder, &means);
    assert_eq!(away.loan().pays, LentKind::Account);
    let order = away.buy();
    assert_eq!(order.state, OrderState::Delivering, "{order:?}");
    assert_eq!(order.card_last4, Some(away.loan().shown));
    assert_eq!(available(&world, "holder 1"), 5_000 - PRICE as i64);
    follow(&home);
    assert_eq!(left(&home), (PRICE, 2, UseState::Paid));
    let by = home.view().uses[0].paid_by.clone().unwrap();
    assert_eq!((by.pays, by.name), (LentKind::Account, away.loan().name));
    assert_eq!(home.wallet_view().movements, []);
}

#[test]
fn t000_4_a_purse_that_is_lent_pays_away_and_the_wallet_at_home_follows_it() {
    let world = World::with_home_proxy_and_bank();
    let (home, away, _line) = lending_purse(&world, 5_000);
    assert_eq!(away.loan().pays, LentKind::Purse);
    assert_eq!(home.view().loans[0].pays, LentKind::Purse);
    let order = away.buy();
    assert_eq!(order.state, OrderState::Delivering, "{order:?}");
    assert_eq!(order.card_last4, Some(away.loan().shown));
    assert_eq!(order.strands.issuer.word, "charged");
    assert_eq!(
        available(&world, "payable to kiso-tea.localhost"),
        PRICE as i64
    );
    // The card has subtracted it from loan and purse, and home knows as soon as it has signed.
    assert_eq!(left(&home), (PRICE, 2, UseState::Open));
    assert_eq!(amounts(&home), (5_000 - PRICE, PRICE));
    let paying = payment(&home);
    assert_eq!(
        (paying.state, paying.amount_minor),
        (MovementState::Paying, PRICE)
    );
    assert_eq!(paying.request_id, None);
    let by = home.view().uses[0].paid_by.clone().unwrap();
    assert_eq!((by.pays, by.shown), (LentKind::Purse, away.loan().shown));
    // The bank's verdict ends it, in the card as well.
    follow(&home);
    assert_eq!(left(&home), (PRICE, 2, UseState::Paid));
    assert_eq!(payment(&home).state, MovementState::Completed);
    assert_eq!(amounts(&home), (5_000 - PRICE, 0));
    // The bank's books and the purse agree.
    block_on(home.wallet.report_purse(&purse(&home).id, PIN)).unwrap();
    let after = purse(&home);
    assert_eq!(
        (after.amount_minor, after.checkpoint_minor),
        (5_000 - PRICE, 5_000 - PRICE)
    );
    assert!(!after.wants_report);
    let second = away.buy();
    assert_eq!(second.state, OrderState::Delivering);
    follow(&home);
    assert_eq!(amounts(&home), (5_000 - 2 * PRICE, 0));
}

#[test]
fn t000_4_what_a_shop_gives_back_of_it_comes_back_to_the_purse() {
    let world = World::with_home_proxy_and_bank();
    let (home, away, _line) = lending_purse(&world, 5_000);
    let order = away.buy();
    follow(&home);
    give_back(&world, &away.holder, &order, 500);
    for _ in 0..2 {
        block_on(home.wallet.report_purse(&purse(&home).id, PIN)).unwrap();
        assert_eq!(amounts(&home), (5_000 - PRICE + 500, 0));
    }
    assert_eq!(purse(&home).waiting, []);
}

#[test]
fn t000_5_what_is_cancelled_away_is_the_loan_s_and_the_purse_s_again_once() {
    let world = World::with_home_proxy_and_bank();
    let (home, away, _line) = lending_purse(&world, 5_000);
    world.put_between(COURIER, |path| match path {
        "/v1/introductions" => Between::Instead(http::Response::default()),
        _ => Between::Nothing,
    });
    let request = away.asked();
    away.approve(&request, FIRST, SECOND).unwrap();
    for _ in 0..20 {
        block_on(away.holder.wallet.advance()).unwrap();
        world.run_for(1_000);
    }
    follow(&home);
    assert_eq!(left(&home), (PRICE, 2, UseState::Open));
    assert_eq!(amounts(&home), (5_000 - PRICE, PRICE));
    block_on(away.holder.wallet.cancel(&request)).unwrap();
    away.holder.finish();
    for _ in 0..2 {
        follow(&home);
        assert_eq!(left(&home), (2 * PRICE, 3, UseState::GivenBack));
        assert_eq!(amounts(&home), (5_000, 0));
        assert_eq!(payment(&home).state, MovementState::NotCompleted);
    }
    world.put_between(COURIER, |_| Between::Nothing);
    assert_eq!(away.buy().state, OrderState::Delivering);
    assert_eq!(amounts(&home), (5_000 - PRICE, PRICE));
}

#[test]
fn t000_5_an_order_that_never_reached_the_bank_comes_back_with_the_next_report() {
    let world = World::with_home_proxy_and_bank();
    let (home, away, _line) = lending_purse(&world, 5_000);
    let request = away.asked();
    // The courier is away: the order is approved, and is never sent.
    world.hub.cut(COURIER, true);
    away.approve(&request, FIRST, SECOND).unwrap();
    follow(&home);
    // It may still be sent, so nothing is given back and no report is asked for.
    assert_eq!(amounts(&home), (5_000 - PRICE, PRICE));
    assert!(!purse(&home).wants_report);
    world.run_for(1_000_000);
    away.holder.finish();
    follow(&home);
    assert_eq!(left(&home), (2 * PRICE, 3, UseState::GivenBack));
    assert_eq!(amounts(&home), (5_000 - PRICE, PRICE));
    assert!(purse(&home).wants_report);
    // For an hour the bank expects that the payment may still come.
    world.run_for(60 * 60_000);
    block_on(home.wallet.report_purse(&purse(&home).id, PIN)).unwrap();
    assert_eq!(amounts(&home), (5_000, 0));
    assert_eq!(payment(&home).state, MovementState::NotCompleted);
}

#[test]
fn t000_4_a_purse_that_has_too_little_pays_nothing_and_says_so() {
    let world = World::with_home_proxy_and_bank();
    let (home, away, _line) = lending_purse(&world, PRICE - 1);
    let request = away.asked();
    let refused = away.approve(&request, FIRST, SECOND).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::LoanPurseShort);
    let order = away.holder.order(&request);
    assert_eq!(order.state, OrderState::Asked);
    assert_eq!(order.failure.unwrap().kind, "loan-purse-short");
    assert_eq!(amounts(&home), (PRICE - 1, 0));
    assert_eq!(home.view().loans[0].left_minor, 2 * PRICE);
    assert_eq!(home.view().uses, []);
}

#[test]
fn a_purse_is_lent_in_its_own_currency_and_while_it_can_pay() {
    let world = World::with_home_proxy_and_bank();
    let (home, away, _line) = lending_purse(&world, 5_000);
    let means = purse(&home).id;
    let lend = |currency: &str| {
        home.lend(|terms| {
            terms.card_id.clone_from(&means);
            currency.clone_into(&mut terms.currency);
        })
    };
    let refused = lend("EUR").unwrap_err();
    assert_eq!(
        (refused.kind, &*refused.about),
        (ErrorKind::LoanInvalid, "currency")
    );
    block_on(home.wallet.block_purse(&means, PIN)).unwrap();
    assert_eq!(lend("JPY").unwrap_err().kind, ErrorKind::PurseBlocked);
    // What was lent before comes to nothing: the bank refuses, and the loan has it again.
    let order = away.buy();
    assert_eq!(order.state, OrderState::Refused);
    follow(&home);
    assert_eq!(left(&home), (2 * PRICE, 3, UseState::GivenBack));
}
