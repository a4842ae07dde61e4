//! The command line of the simulation: replays a seed, runs a range of seeds, or runs for a time.

mod arguments;
mod fleet;
mod report;

use std::process::ExitCode;

use arguments::Arguments;

fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(sentence) => {
            eprintln!("{sentence}\n\n{}", arguments::USAGE);
            return ExitCode::from(2);
        }
    };
    let summary = fleet::run_all(&arguments);
    println!("{}", report::line(&summary));
    if let Some(file) = &arguments.report
        && let Err(error) = report::write(file, &arguments, &summary)
    {
        eprintln!("The report cannot be written: {error}.");
        return ExitCode::FAILURE;
    }
    if summary.failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
