//! While something is lent, time does not lock the wallet at home; its holder does.

use tallystick_parties::native::block_on;
use tallystick_wallet::view::Phase;

use super::ends::{Away, Home, both};
use super::world::World;

const QUARTER_MS: u64 = 15 * 60_000;

#[test]
fn while_something_is_lent_time_does_not_lock_the_wallet_and_its_holder_does() {
    let world = World::with_home_proxy();
    let (home, _away, _line) = both(&world);
    assert_eq!(home.wallet_view().locks_at, None);
    world.run_for(3 * QUARTER_MS);
    assert_eq!(home.wallet_view().phase, Phase::Ready);
    assert!(home.view().is_on);
    block_on(home.wallet.lock()).unwrap();
    assert_eq!(home.wallet_view().phase, Phase::Locked);
    assert_eq!(block_on(home.wallet.home_connection()).unwrap(), None);
}

#[test]
fn once_everything_is_stopped_time_locks_it_again() {
    let world = World::with_home_proxy();
    let (home, _away, _line) = both(&world);
    block_on(home.wallet.home_stop_everything()).unwrap();
    let chosen = world.now().seconds() + 15 * 60;
    assert_eq!(home.wallet_view().locks_at, Some(chosen));
    world.run_for(QUARTER_MS);
    assert_eq!(home.wallet_view().phase, Phase::Locked);
}

#[test]
fn once_the_last_loan_has_ended_time_locks_it_again() {
    let world = World::with_home_proxy();
    let (home, away) = (Home::new(&world), Away::new(&world));
    home.let_in(&away);
    home.lend(|terms| terms.ends_at = world.now().seconds() + 3_600)
        .unwrap();
    world.run_for(3_600_000);
    assert!(!home.view().is_on);
    assert_eq!(
        home.wallet_view().phase,
        Phase::Ready,
        "counted from now on"
    );
    world.run_for(QUARTER_MS);
    assert_eq!(home.wallet_view().phase, Phase::Locked);
}
