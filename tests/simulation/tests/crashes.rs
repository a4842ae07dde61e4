//! The power fails once, at one write after the other, of everybody in turn.

use tallystick_simulation::cast::{CA, CENTRE, COURIER, ISSUER, SHOP};
use tallystick_simulation::{Crash, Options, Sweep, every_step_or, run};

/// One run for every thirtieth write of this participant, or for each; about how many there were.
fn at_its_writes(at: &'static str, lose_answer: bool) -> u32 {
    let sweep = Sweep {
        at,
        lose_answer,
        bank: false,
        between: false,
        coupons: false,
        every: every_step_or(30),
    };
    sweep.run()
}

#[test]
fn t_u3_a_crash_after_any_write_of_a_party_loses_and_creates_no_value_and_the_sequence_ends() {
    let parties = [
        (SHOP, 40),
        (ISSUER, 40),
        (COURIER, 20),
        (CENTRE, 10),
        (CA, 5),
    ];
    for (party, least) in parties {
        let writes = at_its_writes(party, false);
        println!("{party}: {writes} writes");
        assert!(writes >= least, "{party}: {writes} writes");
    }
}

#[test]
fn t_u3_a_crash_after_any_write_or_call_of_the_wallet_loses_and_creates_no_value_and_the_sequence_ends()
 {
    for lose_answer in [false, true] {
        let steps = at_its_writes("holder-1", lose_answer);
        println!("the wallet: {steps} writes and calls");
        assert!(steps >= 40, "{steps} steps");
    }
}

#[test]
fn without_a_crash_one_order_is_delivered_and_two_are_refused() {
    let outcome = run(Options {
        seed: 1,
        crash: Some(Crash {
            at: SHOP,
            after: u32::MAX - 1,
            lose_answer: false,
        }),
        ..Options::default()
    });
    assert_eq!(
        (outcome.crashes, outcome.delivered, outcome.ended),
        (0, 1, 2)
    );
}
