//! More is lent, by the PIN, exactly as much as was asked for, and once.

use tallystick_protocol::home::Loan;
use tallystick_protocol::trust::keyed;

use super::world::World;
use crate::host::home::lending::{self, TopUp};
use crate::host::{self, home};

const MORE: TopUp = TopUp {
    loan: 1,
    from: 800,
    more: 200,
    orders: 1,
};

fn left(world: &mut World) -> (u64, u64, u32, u32) {
    let loan = &world.view().loans[0];
    let (all, count) = (loan.loan.total, loan.loan.count);
    (loan.total_left, all, loan.count_left, count)
}

#[test]
fn t000_6_a_top_up_adds_exactly_what_was_asked_for_and_once() {
    let mut world = World::lent();
    world.released();
    let order = world.order(300);
    world.sign(&order).unwrap();
    assert_eq!(left(&mut world), (500, 800, 1, 2));
    let signed = world.home.with_pin(lending::top_up(&MORE));
    let signed = home::bytes(&signed).unwrap();
    let loan: Loan = keyed::open(&signed, &world.keys.verifying().unwrap()).unwrap();
    assert_eq!((loan.number, loan.total, loan.count), (1, 1000, 3));
    assert_eq!(left(&mut world), (700, 1000, 2, 3));
    let again = world.home.with_pin(lending::top_up(&MORE));
    assert!(host::data(&again).is_err());
    assert_eq!(left(&mut world), (700, 1000, 2, 3));
}

#[test]
fn t000_6_without_the_pin_for_another_loan_or_for_nothing_nothing_is_added() {
    let mut world = World::lent();
    let refused = world.home.send(lending::top_up(&MORE));
    assert!(host::data(&refused).is_err(), "without the PIN");
    for (what, more) in [
        ("another loan", TopUp { loan: 2, ..MORE }),
        ("from another amount", TopUp { from: 700, ..MORE }),
        ("nothing", TopUp { more: 0, ..MORE }),
        (
            "more than there is",
            TopUp {
                more: u64::MAX,
                ..MORE
            },
        ),
        (
            "more orders than there are",
            TopUp {
                orders: u32::MAX,
                ..MORE
            },
        ),
    ] {
        let refused = world.home.with_pin(lending::top_up(&more));
        assert!(host::data(&refused).is_err(), "{what}");
    }
    assert_eq!(left(&mut world), (800, 800, 2, 2));
    world.home.done(lending::stop(1));
    let refused = world.home.with_pin(lending::top_up(&MORE));
    assert!(host::data(&refused).is_err(), "stopped");
}
