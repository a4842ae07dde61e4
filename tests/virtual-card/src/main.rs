//! A card as a program: the applets of `crates/card`, their state in a file, randomness from the
//! operating system. Each subcommand puts the card behind another kind of line.

mod arguments;
mod card_file;
mod counters;
#[cfg(target_os = "linux")]
mod hid;
mod pipe;
mod vpcd;

use std::process::ExitCode;

use arguments::{Arguments, Line};

fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(sentence) => {
            eprintln!("{sentence}\n\n{}", arguments::USAGE);
            return ExitCode::from(2);
        }
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    match arguments.line {
        Line::Pipe => Ok(pipe::run(&arguments.state)?),
        Line::Vpcd => Ok(vpcd::run(&arguments.state, arguments.port)?),
        #[cfg(target_os = "linux")]
        Line::Hid => Ok(hid::run(&arguments.state)?),
        #[cfg(not(target_os = "linux"))]
        Line::Hid => Err("A software USB device can be made on Linux only.".into()),
    }
}
