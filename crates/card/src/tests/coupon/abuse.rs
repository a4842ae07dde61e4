//! Whatever is asked and whatever the office says, in any order.

use alloc::vec::Vec;

use rand_core::Rng as _;
use tallystick_protocol::coupon::{CouponOutcome, CouponState, CouponTransfer};
use tallystick_protocol::wire::time::Timestamp;

use super::world::{BEN, CARL, World, handing};
use crate::tests::purse::bank::START;

/// A transfer that the card has signed, and whether the office has said that it counts no more.
struct Given {
    transfer: CouponTransfer,
    is_void: bool,
}

#[test]
fn t001_16_no_two_receivers_ever_hold_transfers_of_one_coupon_that_count_at_once() {
    let mut world = World::holding();
    let mut given: Vec<Given> = Vec::new();
    let (mut seconds, mut to_carl, mut refused) = (0, 0, 0);
    for step in 0_u8..=255 {
        let mut noise = [0; 4];
        world.bench.rng.fill_bytes(&mut noise);
        seconds += u64::from(noise[0] % 20);
        let now = START.plus_seconds(seconds);
        match noise[1] % 8 {
            0..=3 => {
                let mut transfer = world.transfer(if noise[2] % 2 == 0 { BEN } else { CARL });
                (transfer.at, transfer.nonce) = (now, [step; 16]);
                transfer.until = now.plus_seconds(1 + u64::from(noise[3] % 60));
                match world.sign::<CouponTransfer>(handing(0, &transfer)) {
                    Ok(signed) => {
                        require_alone(&given, &signed, now);
                        to_carl += usize::from(signed.to == CARL);
                        given.push(Given {
                            transfer: signed,
                            is_void: false,
                        });
                    }
                    Err(_) => refused += 1,
                }
            }
            4 => {
                // The office says how it is; nobody has brought a transfer.
                let _older = world.status(Some(CouponState::Owned), 0, seconds);
            }
            5 => {
                if let Some(one) = pick(&mut given, noise[2]) {
                    let heard = world.answer(&one.transfer, CouponOutcome::NotHere, seconds);
                    one.is_void |= heard.is_ok();
                }
            }
            6 => {
                if let Some(one) = pick(&mut given, noise[2]) {
                    let _other = world.answer(&one.transfer, CouponOutcome::NotYet, seconds);
                }
            }
            _ => world.power_goes(),
        }
    }
    let all = given.len();
    let seen = (all, to_carl, refused);
    assert!(
        all > 20 && to_carl > 5 && all - to_carl > 5 && refused > 20,
        "{seen:?}"
    );
}

fn pick(given: &mut [Given], by: u8) -> Option<&mut Given> {
    let last = given.len().checked_sub(1)?;
    given.get_mut(last - usize::from(by % 3).min(last))
}

/// Requires that what counts beside it is for the same receiver.
fn require_alone(given: &[Given], signed: &CouponTransfer, now: Timestamp) {
    let counts = |one: &&Given| !one.is_void && one.transfer.until > now;
    for other in given.iter().filter(counts) {
        assert_eq!(
            other.transfer.to, signed.to,
            "{:?} and {signed:?}",
            other.transfer
        );
    }
}
