//! The power fails once at every write there is, of everybody in turn.

use std::sync::atomic::{AtomicU32, Ordering};

use tallystick_simulation::cast::{CA, CENTRE, COURIER, ISSUER, SHOP};
use tallystick_simulation::{Crash, Options, Outcome, run};

/// More writes than anybody does.
const WRITES_MAX: u32 = 1_000;

fn crashed(crash: Crash) -> Outcome {
    run(Options {
        seed: 1,
        crash: Some(crash),
        ..Options::default()
    })
}

/// One run for each write of this participant, two at a time; how many there were.
fn at_every_write(at: &'static str, lose_answer: bool) -> u32 {
    let next = AtomicU32::new(0);
    let writes = AtomicU32::new(WRITES_MAX);
    let worker = || {
        loop {
            let after = next.fetch_add(1, Ordering::Relaxed);
            if after >= writes.load(Ordering::Relaxed) {
                return;
            }
            let outcome = crashed(Crash {
                at,
                after,
                lose_answer,
            });
            if outcome.crashes == 0 {
                writes.fetch_min(after, Ordering::Relaxed);
            }
            let found = &outcome.violations;
            assert!(found.is_empty(), "{at}, {after} writes: {found:?}");
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(worker);
        scope.spawn(worker);
    });
    writes.into_inner()
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
        let writes = at_every_write(party, false);
        println!("{party}: {writes} writes");
        assert!(
            (least..WRITES_MAX).contains(&writes),
            "{party}: {writes} writes"
        );
    }
}

#[test]
fn t_u3_a_crash_after_any_write_or_call_of_the_wallet_loses_and_creates_no_value_and_the_sequence_ends()
 {
    for lose_answer in [false, true] {
        let steps = at_every_write("holder-1", lose_answer);
        println!("the wallet: {steps} writes and calls");
        assert!((40..WRITES_MAX).contains(&steps), "{steps} steps");
    }
}

#[test]
fn without_a_crash_one_order_is_delivered_and_two_are_refused() {
    let outcome = crashed(Crash {
        at: SHOP,
        after: WRITES_MAX,
        lose_answer: false,
    });
    assert_eq!(
        (outcome.crashes, outcome.delivered, outcome.ended),
        (0, 1, 2)
    );
}
