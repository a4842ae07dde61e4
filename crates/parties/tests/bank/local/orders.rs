//! Every order in which histories arrive ends in the same ledgers.

use super::people::{Person, losses, pay};
use crate::authority::world;
use crate::world::World;

/// Every order of so many.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for _ in 0..count {
        let longer = |order: Vec<usize>| {
            (0..count)
                .filter(|next| !order.contains(next))
                .map(|next| [&order[..], &[next]].concat())
                .collect::<Vec<_>>()
        };
        all = all.into_iter().flat_map(longer).collect();
    }
    all
}

/// Three who pay each other in a ring, and one who only gives.
fn lived(world: &World) -> Vec<Person> {
    let mut people: Vec<Person> = [(1, 3_000), (2, 0), (3, 1_000)]
        .map(|(seed, inside)| Person::new(world, seed, inside))
        .into();
    for (nonce, (from, to, minor)) in [(0, 1, 2_500), (1, 2, 2_000), (2, 0, 2_800), (0, 1, 3_000)]
        .into_iter()
        .enumerate()
    {
        let [payer, payee] = people.get_disjoint_mut([from, to]).unwrap();
        let nonce = u8::try_from(nonce + 1).unwrap();
        pay(world, payer, payee, nonce, minor);
    }
    people
}

#[test]
fn every_order_of_uploads_ends_in_the_same_ledgers() {
    let mut ends = Vec::new();
    for order in orders(3) {
        let world = world();
        let mut people = lived(&world);
        for one in order {
            people[one].reports(&world);
        }
        let books: Vec<_> = people.iter().map(|person| person.books(&world)).collect();
        let inside: Vec<_> = people.iter().map(|person| person.purse.amount).collect();
        ends.push((books, inside, losses(&world)));
    }
    let right = (
        vec![(300, 7_000), (3_500, 10_000), (200, 9_000)],
        vec![300, 3_500, 200],
        0,
    );
    assert!(ends.iter().all(|end| *end == right), "{ends:?}");
}

#[test]
fn every_order_of_uploads_about_a_purse_that_was_spent_twice_ends_in_the_same_ledgers() {
    let mut ends = Vec::new();
    for order in orders(3) {
        let world = world();
        let mut giver = Person::new(&world, 4, 1_000);
        let mut cheat = Person::new(&world, 1, 3_000);
        let mut payees = [2, 3].map(|seed| Person::new(&world, seed, 0));
        // What somebody gave the cheat before is known to the books sooner or later.
        pay(&world, &mut giver, &mut cheat, 9, 500);
        let mut copy = cheat.purse.clone();
        pay(&world, &mut cheat, &mut payees[0], 1, 3_500);
        cheat.with_copy(&mut copy, |copy| {
            pay(&world, copy, &mut payees[1], 2, 3_500)
        });
        let [first, second] = &mut payees;
        let uploads = [first, second, &mut giver];
        for one in order {
            uploads[one].reports(&world);
        }
        let people = [&payees[0], &payees[1], &cheat, &giver];
        ends.push((people.map(|person| person.books(&world)), losses(&world)));
    }
    let right = (
        [(3_500, 10_000), (3_500, 10_000), (0, 3_500), (500, 9_000)],
        0,
    );
    assert!(ends.iter().all(|end| *end == right), "{ends:?}");
}
