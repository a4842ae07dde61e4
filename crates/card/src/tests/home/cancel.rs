//! What is cancelled is the loan's again: by the issuer's word, exactly, and once.

use alloc::vec::Vec;

use tallystick_protocol::checkout::answers::{IssuerAnswer, MoneyState};
use tallystick_protocol::test_keys::{TestAuthority, test_statement};
use tallystick_protocol::trust::statement::{Audience, Envelope};
use tallystick_protocol::wire::identifier::{Role, Root};
use tallystick_protocol::wire::time::Timestamp;

use super::world::{NOW, World};
use crate::host::home::lending;
use crate::host::{self, CardError};
use crate::tests::bench::domain;

const ISSUER: &str = "asahi-card.localhost";

/// What somebody signs about an order.
pub(super) fn word(
    by: (Role, &str),
    about: Root,
    money: Option<MoneyState>,
    at: Timestamp,
) -> Vec<u8> {
    let (role, name) = by;
    let certificate = TestAuthority::new(NOW).party(role, name, "Somebody", 6);
    let envelope = Envelope::new(domain(name), Audience::Anyone, about.0, at, 600);
    let answer = IssuerAnswer {
        envelope,
        root: about,
        money,
        refusal: None,
    };
    test_statement(&answer, &certificate, 6)
}

/// The issuer's word that nothing is charged.
pub(super) fn freed(root: Root) -> Vec<u8> {
    word(
        (Role::Issuer, ISSUER),
        root,
        Some(MoneyState::Released),
        NOW,
    )
}

fn left(world: &mut World) -> (u64, u32) {
    let loan = &world.view().loans[0];
    (loan.total_left, loan.count_left)
}

/// A card that has signed one order of 300 yen, of 800 and two.
fn signed() -> (World, Root) {
    let mut world = World::lent();
    world.released();
    let order = world.order(300);
    let root = order.proof.root();
    world.sign(&order).unwrap();
    assert_eq!(left(&mut world), (500, 1));
    (world, root)
}

fn cancel(world: &mut World, root: Root, word: &[u8], at: Timestamp) -> Result<(), CardError> {
    host::done(&world.home.send(lending::cancel(&root, word, at)))
}

#[test]
fn t000_5_an_order_that_its_issuer_set_free_is_the_loan_s_again_once() {
    let (mut world, root) = signed();
    let word = freed(root);
    cancel(&mut world, root, &word, NOW).unwrap();
    assert_eq!(left(&mut world), (800, 2));
    assert!(world.log()[0].is_cancelled);
    assert!(cancel(&mut world, root, &word, NOW).is_err());
    assert_eq!(left(&mut world), (800, 2));
    // The same order again is counted again.
    let order = world.order(300);
    assert_eq!(order.proof.root(), root);
    world.sign(&order).unwrap();
    assert_eq!(left(&mut world), (500, 1));
}

#[test]
fn t000_5_an_order_that_never_came_is_the_loan_s_again_once_it_is_over() {
    let (mut world, root) = signed();
    let issuer = (Role::Issuer, ISSUER);
    let early = word(issuer, root, None, NOW);
    assert!(cancel(&mut world, root, &early, NOW).is_err());
    assert_eq!(left(&mut world), (500, 1));
    let over = NOW.plus_seconds(900);
    cancel(&mut world, root, &word(issuer, root, None, over), over).unwrap();
    assert_eq!(left(&mut world), (800, 2));
}

#[test]
fn t000_5_what_is_not_the_issuer_s_word_that_nothing_is_charged_gives_nothing_back() {
    let (mut world, root) = signed();
    let free = Some(MoneyState::Released);
    let other = Root([9; 32]);
    for (what, by, about, money) in [
        (
            "another issuer",
            (Role::Issuer, "ume-card.localhost"),
            root,
            free,
        ),
        ("the shop", (Role::Shop, ISSUER), root, free),
        ("another order", (Role::Issuer, ISSUER), other, free),
        (
            "set aside",
            (Role::Issuer, ISSUER),
            root,
            Some(MoneyState::Reserved),
        ),
        (
            "charged",
            (Role::Issuer, ISSUER),
            root,
            Some(MoneyState::Captured),
        ),
    ] {
        let word = word(by, about, money, NOW);
        assert!(cancel(&mut world, root, &word, NOW).is_err(), "{what}");
    }
    let word = word((Role::Issuer, ISSUER), other, free, NOW);
    assert!(cancel(&mut world, other, &word, NOW).is_err(), "unknown");
    assert!(cancel(&mut world, root, b"nothing", NOW).is_err());
    assert_eq!(left(&mut world), (500, 1));
    assert!(!world.log()[0].is_cancelled);
}
