//! What time does to a purse: a clock that was wrong.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::MovementState;

use super::customer::{available, load, movement, purse, unload, with_purse};
use super::holder::{Holder, PASSPHRASE, PIN};
use super::world::World;

const DAY_MS: i64 = 86_400_000;

fn skew(holder: &mut Holder<'_>, off_ms: i64) {
    holder.device.skew(off_ms);
    holder.restart();
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
}

#[test]
fn t004_37_a_clock_that_was_ahead_freezes_nothing_once_it_is_right() {
    let world = World::with_authority();
    let mut holder = with_purse(&world, 10_000);
    load(&holder, 5_000).unwrap();
    world.run_for(1_000);
    skew(&mut holder, DAY_MS);
    let ahead = unload(&holder, 1_000).unwrap_err();
    assert_eq!(ahead.kind, ErrorKind::ClockWrong);
    skew(&mut holder, 0);
    let loaded = load(&holder, 2_000).unwrap();
    assert_eq!(movement(&holder, &loaded).state, MovementState::Completed);
    block_on(holder.wallet.report_purse(&purse(&holder).id, PIN)).unwrap();
    let after = purse(&holder);
    assert_eq!((after.amount_minor, after.out_minor), (7_000, 0));
    assert_eq!(available(&world, "holder 1"), 3_000);
}
