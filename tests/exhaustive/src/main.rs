//! The command line: explores everything in each scope, and prints how much there is.

use std::process::ExitCode;
use std::time::Instant;

use tallystick_exhaustive::{Scope, explore};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let scopes = match (arguments.next().as_deref(), arguments.next()) {
        (None | Some("all"), None) => Scope::all(),
        (Some("quick"), None) => Scope::quick(),
        _ => {
            eprintln!("exhaustive [quick | all]");
            return ExitCode::from(2);
        }
    };
    let (mut held, mut failed, mut states) = (0, 0, 0);
    for scope in scopes {
        let since = Instant::now();
        let mut tell = |looked_at, known| {
            let seconds = since.elapsed().as_secs();
            eprintln!("  {looked_at} states looked at, {known} known, {seconds} s");
        };
        match explore(scope, &mut tell) {
            Ok(found) => {
                held += 1;
                states += found.states;
                let seconds = since.elapsed().as_secs_f64();
                println!("{}: {found} ({seconds:.0} s)", scope.words());
            }
            Err(found) => {
                failed += 1;
                println!("{}: {:?}", scope.words(), found.broken);
                found.moves.iter().for_each(|one| println!("  {one:?}"));
            }
        }
    }
    let scopes = if held == 1 { "scope" } else { "scopes" };
    println!("Exhaustive: {held} {scopes} held, {failed} failed; {states} states");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
