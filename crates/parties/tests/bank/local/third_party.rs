//! Whoever has the root, the bank's certificate and what the bank shows can judge it himself.

use tallystick_auditor::contradiction::{Proven, judge};

use super::people::{Copied, proof_against, spend_twice};
use crate::authority::world;
use crate::world::{BANK, World};

/// The bank's certificate for purses, as it gives it to anybody.
fn bank_certificate(world: &World) -> Vec<u8> {
    world.get(BANK, "/v1/purses.cer").body().to_owned()
}

#[test]
fn a_downloaded_proof_is_judged_without_the_bank_and_there_is_none_against_those_who_were_paid() {
    let world = world();
    let Copied {
        cheat, mut payees, ..
    } = spend_twice(&world, 3_000, [3_000, 2_000]);
    for payee in &mut payees {
        payee.reports(&world);
        assert!(proof_against(&world, payee).is_none());
    }
    let certificate = bank_certificate(&world);
    let proof = proof_against(&world, &cheat).unwrap();
    let Proven { bank, caught } = judge(&proof, &certificate, &world.anchors).unwrap();
    assert_eq!((bank.as_str(), caught.purse), (BANK, cheat.purse.number));
    let sentence = judge(&proof, &certificate, &world.anchors).unwrap();
    let sentence = sentence.to_string();
    for payee in [(&payees[0], 3_000), (&payees[1], 2_000)] {
        let (payee, minor) = payee;
        let said = format!("that it pays {minor} JPY to purse {}", payee.purse.number);
        assert!(sentence.contains(&said), "{sentence}");
    }
}

#[test]
fn a_proof_by_a_report_that_hides_a_payment_is_judged_too() {
    let world = world();
    let Copied {
        mut cheat,
        mut copy,
        mut payees,
    } = spend_twice(&world, 3_000, [2_000, 1_000]);
    cheat.with_copy(&mut copy, |copy| copy.reports(&world));
    payees[0].reports(&world);
    let certificate = bank_certificate(&world);
    let proof = proof_against(&world, &cheat).unwrap();
    let proven = judge(&proof, &certificate, &world.anchors).unwrap();
    assert_eq!(proven.caught.purse, cheat.purse.number);
    let told = format!(
        "to its bank, that 1000 minor units went from purse {}",
        cheat.purse.number
    );
    assert!(proven.to_string().contains(&told), "{proven}");
}
