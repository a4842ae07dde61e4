//! The office loses its power at each write in turn; what is said once more is done once, and there is exactly one owner.

use tallystick_protocol::coupon::{
    CouponOutcome, CouponState, Funding, TransferReply, asked_digest,
};

use super::coupon::{Person, balance, period_passes, require_books, shop, world};
use super::world::{COUPONS, World};

/// A way of a coupon from its issue to a shop and a total, during which the power fails after `writes` of the office's writes
/// and whatever was not answered is said again. Says whether it failed.
fn way_with_power_failure(writes: u32) -> bool {
    let mut world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    // The key is there, so that no write is spent on it.
    super::coupon::office_key(&world);
    let before = world.machine(COUPONS).database.writes();
    world.machine(COUPONS).database.fail_after(writes);
    let mut power = Power {
        before,
        writes,
        has_failed: false,
    };
    let issue = anna.issue_request(&world, Funding::Postpaid, 700);
    let coupon = power.through(&mut world, |world| {
        anna.tell(world, "/v1/coupon-issues", None, &issue)
    });
    let coupon = coupon.coupon();
    let about = Some(coupon.id());
    let request = ben.change_request(&world, &coupon);
    let asked = power.through(&mut world, |world| {
        ben.tell(world, "/v1/coupon-requests", about, &request)
    });
    assert_eq!(asked.outcome(), CouponOutcome::Waiting);
    let ask = anna.asked(&world, coupon.id());
    let reply: TransferReply = anna.reply_to(&world, &ask, true);
    let told = power.through(&mut world, |world| {
        anna.tell(world, "/v1/coupon-replies", about, &reply)
    });
    assert_eq!(told.outcome(), CouponOutcome::Done);
    let at_ben = ben.fetch(&world, coupon.id());
    assert_eq!((at_ben.opened.owner(), at_ben.change()), (&ben.owner(), 1));
    let transfer = ben.transfer(&world, &at_ben, shop());
    let told = power.through(&mut world, |world| {
        ben.tell(world, "/v1/coupon-transfers", about, &transfer)
    });
    assert_eq!(told.outcome(), CouponOutcome::Done);
    period_passes(&world);
    power.mend(&mut world);
    period_passes(&world);
    let at = format!("{writes} writes");
    assert_eq!(
        balance(&world, "payable to kiso-tea.localhost"),
        700,
        "{at}"
    );
    assert_eq!(balance(&world, "holder 1"), 49_300, "{at}");
    assert_eq!(balance(&world, "holder 2"), 50_000, "{at}");
    assert_eq!(balance(&world, "charges 1"), 0, "{at}");
    let one = "SELECT count(*) FROM coupons WHERE state = 'spent' AND change = 2";
    assert_eq!(world.number(COUPONS, one), 1, "{at}");
    require_books(&world);
    power.has_failed
}

struct Power {
    before: u32,
    writes: u32,
    has_failed: bool,
}

impl Power {
    /// Says something, and once more if it was not answered.
    fn through<T>(
        &mut self,
        world: &mut World,
        mut say: impl FnMut(&World) -> Result<T, String>,
    ) -> T {
        match say(world) {
            Ok(said) => said,
            Err(_) => {
                self.mend(world);
                say(world).unwrap()
            }
        }
    }

    fn mend(&mut self, world: &mut World) {
        let made = world.machine(COUPONS).database.writes() - self.before;
        self.has_failed |= made >= self.writes;
        world.machine(COUPONS).database.mend();
        world.restart(COUPONS);
    }
}

#[test]
fn t001_17_the_office_loses_power_at_any_write_and_the_coupon_goes_its_way_once() {
    let mut writes = 0;
    while way_with_power_failure(writes) {
        writes += tallystick_simulation::every_step_or(4);
        assert!(writes < 400, "the way never ends");
    }
    assert!(writes > 20, "only {writes} writes");
}

#[test]
fn an_answer_that_was_lost_is_given_again_after_a_restart() {
    let mut world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 2));
    let coupon = anna.buy(&world, Funding::Prepaid, 500);
    let transfer = anna.transfer(&world, &coupon, ben.owner());
    let signed = anna.sign(&transfer);
    let about = Some(coupon.id());
    for _ in 0..3 {
        let asked = asked_digest(&transfer);
        let told = anna.bring(&world, "/v1/coupon-transfers", about, &signed, asked);
        assert_eq!(told.unwrap().outcome(), CouponOutcome::Done);
        world.restart(COUPONS);
    }
    let status = ben.look(&world, coupon.id()).unwrap();
    assert_eq!((status.state, status.change), (Some(CouponState::Owned), 1));
}
