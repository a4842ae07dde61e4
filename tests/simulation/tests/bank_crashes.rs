//! Where there is a bank: the power of everybody in turn fails once, in the middle of what two holders do there.

use tallystick_simulation::cast::{AUTHORITY, BANK, BANKING_SYSTEM, CA, DIRECTORY};
use tallystick_simulation::{Crash, Options, Sweep, every_step_or, run};

/// Who stores something for it, and how much at least.
const PARTIES: [(&str, u32); 5] = [
    (BANK, 200),
    (AUTHORITY, 20),
    (DIRECTORY, 40),
    (CA, 40),
    (BANKING_SYSTEM, 20),
];

/// One run for each of these writes and calls; asserts that there are as many as there must be.
fn sweep(at: &'static str, least: u32, lose_answer: bool) {
    let sweep = Sweep {
        at,
        lose_answer,
        bank: true,
        between: false,
        coupons: false,
        every: every_step_or(200),
    };
    let writes = sweep.run();
    println!("{at}: about {writes} writes or calls");
    assert!(writes >= least, "{at}: about {writes} writes or calls");
}

#[test]
fn t_u3_a_crash_at_the_bank_or_beside_it_loses_and_creates_no_value() {
    for (at, least) in PARTIES {
        sweep(at, least, false);
    }
}

#[test]
fn t_u3_a_crash_of_a_wallet_with_a_purse_loses_and_creates_no_value() {
    for lose_answer in [false, true] {
        sweep("holder-1", 100, lose_answer);
    }
}

#[test]
fn without_a_crash_the_purse_is_loaded_gives_pays_and_is_unloaded() {
    let outcome = run(Options {
        seed: 1,
        crash: Some(Crash {
            at: BANK,
            after: u32::MAX - 1,
            lose_answer: false,
        }),
        print: true,
        bank: true,
        ..Options::default()
    });
    assert_eq!((outcome.crashes, outcome.delivered), (0, 1));
    assert_eq!(outcome.violations, [""; 0]);
    let mut moved: Vec<_> = outcome.lines.iter().collect();
    moved.retain(|line| line.contains(": movement ") && line.ends_with(" is Completed"));
    let amounts = ["of 6000 ", "of 700 ", "of 500 ", "of 2000 "];
    assert_eq!(moved.len(), amounts.len(), "{moved:?}");
    for (line, amount) in moved.iter().zip(amounts) {
        assert!(line.contains(amount), "{line}");
    }
}
