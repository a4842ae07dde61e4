//! Converting coupons, and what was charged.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::CouponStanding;

use super::customer::{account, at_office, buy, buy_as, customer, state, world};
use super::holder::PIN;

#[test]
fn t001_12_a_coupon_that_is_converted_is_set_against_what_was_charged() {
    let world = world();
    let holder = customer(&world);
    let unasked = block_on(holder.wallet.coupon_bill(&account(&holder)));
    assert_eq!(unasked.unwrap_err().kind, ErrorKind::OfficeUnasked);
    let id = buy(&holder, 500);
    block_on(holder.wallet.convert_coupon(&id, PIN)).unwrap();
    assert_eq!(state(&holder, &id), (CouponStanding::Converted, false));
    assert_eq!(at_office(&world, "converted"), 1);
    let bill = block_on(holder.wallet.coupon_bill(&account(&holder))).unwrap();
    assert_eq!((bill.charged.minor, bill.converted.minor), (0, 500));
    assert_eq!(bill.lines[0].kind, "conversion");
    let again = block_on(holder.wallet.convert_coupon(&id, PIN));
    assert_eq!(again.unwrap_err().kind, ErrorKind::CouponOver);
    block_on(holder.wallet.forget_coupon(&id)).unwrap();
    assert!(holder.view().coupons.is_empty());
}

#[test]
fn t001_10_a_postpaid_coupon_that_is_converted_is_charged_and_set_against_it() {
    let world = world();
    let holder = customer(&world);
    let id = buy_as(&holder, "postpaid", 700).unwrap();
    block_on(holder.wallet.convert_coupon(&id, PIN)).unwrap();
    let bill = block_on(holder.wallet.coupon_bill(&account(&holder))).unwrap();
    assert_eq!((bill.charged.minor, bill.converted.minor), (700, 700));
    assert!(bill.period_ends > world.now().0);
}
