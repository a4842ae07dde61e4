//! An office whose coupons and accounts are spread over several objects.

use tallystick_parties::ledger::across::{TrialOfAll, trial_of_all};
use tallystick_protocol::coupon::{CouponOutcome, Funding, VerdictKind};

use super::coupon::{
    Person, available, balance, objects, period_passes, require_books, shop, verdict,
    world as office,
};
use super::world::{COUPON_SHARDS, World};

fn world() -> World {
    let mut world = office();
    world.spread_coupons(4);
    world
}

fn require_crossings(world: &World) {
    let names = objects(world);
    let books: Vec<_> = names
        .iter()
        .map(|name| &world.machine(name).database)
        .collect();
    let TrialOfAll { wrong, under_way } = trial_of_all(&books).unwrap();
    assert_eq!(wrong, Vec::<String>::new());
    assert!(
        under_way.iter().all(|(_, minor)| *minor == 0),
        "{under_way:?}"
    );
    require_books(world);
}

#[test]
fn a_coupon_is_at_the_object_of_whoever_pays_for_it_and_goes_its_way_there() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 3));
    assert_ne!(anna.id().0[0] % 4, ben.id().0[0] % 4, "at two objects");
    let coupon = anna.buy(&world, Funding::Postpaid, 700);
    assert_eq!(coupon.id().start() % 4, anna.id().0[0] % 4);
    assert_eq!(verdict(&world, &coupon.bytes), VerdictKind::Valid);
    assert_eq!(
        anna.give(&world, &coupon, ben.owner()).unwrap(),
        CouponOutcome::Done
    );
    let at_ben = ben.fetch(&world, coupon.id());
    assert_eq!(
        ben.give(&world, &at_ben, shop()).unwrap(),
        CouponOutcome::Done
    );
    let home = COUPON_SHARDS[usize::from(anna.id().0[0] % 4)];
    assert_eq!(world.number(home, "SELECT count(*) FROM coupon_lines"), 1);
    period_passes(&world);
    assert_eq!(available(&world, "holder 1"), 49_300);
    assert_eq!(balance(&world, "payable to kiso-tea.localhost"), 700);
    require_crossings(&world);
}

#[test]
fn t001_12_a_conversion_crosses_to_the_object_of_whoever_converts() {
    let world = world();
    let (mut anna, mut ben) = (Person::new(&world, 1), Person::new(&world, 3));
    for (funding, minor) in [(Funding::Prepaid, 900), (Funding::Postpaid, 400)] {
        let coupon = anna.buy(&world, funding, minor);
        anna.give(&world, &coupon, ben.owner()).unwrap();
        let at_ben = ben.fetch(&world, coupon.id());
        assert_eq!(ben.convert(&world, &at_ben), CouponOutcome::Done);
    }
    world.run_for(10_000);
    let home = COUPON_SHARDS[usize::from(ben.id().0[0] % 4)];
    let lines =
        "SELECT count(*) FROM coupon_lines WHERE kind = 'conversion' AND coupon IS NOT NULL";
    assert_eq!(world.number(home, lines), 2);
    period_passes(&world);
    assert_eq!(available(&world, "holder 1"), 50_000 - 1_300);
    assert_eq!(available(&world, "holder 2"), 50_000 + 1_300);
    assert_eq!(balance(&world, "charges 1"), 0);
    assert_eq!(balance(&world, "charges 2"), 0);
    require_crossings(&world);
}
