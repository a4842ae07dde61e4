//! The command line of the auditor: reads pages from files, prints what it found. Exit code 0: all balances agree; 1:
//! something is wrong; 2: it could not be judged.

mod arguments;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use tallystick_auditor::files::content;
use tallystick_auditor::{Export, Report, Trust, audit};
use tallystick_protocol::bank::EvidencePage;
use tallystick_protocol::trust::certificate::TrustAnchors;
use tallystick_protocol::wire::cbor::Message as _;

use arguments::Arguments;

/// The largest root certificate, in bytes.
const ROOT_BYTES_MAX: usize = 16 * 1024;

fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(sentence) => {
            eprintln!("{sentence}\n\n{}", arguments::USAGE);
            return ExitCode::from(2);
        }
    };
    let report = match audited(&arguments) {
        Ok(report) => report,
        Err(sentence) => {
            eprintln!("{sentence}");
            return ExitCode::from(2);
        }
    };
    if arguments.json {
        match serde_json::to_string_pretty(&report) {
            Ok(text) => println!("{text}"),
            Err(error) => {
                eprintln!("The report cannot be written: {error}.");
                return ExitCode::from(2);
            }
        }
    } else {
        println!("{report}");
    }
    ExitCode::from(u8::from(!report.is_clean()))
}

fn audited(arguments: &Arguments) -> Result<Report, String> {
    let mut roots = Vec::new();
    for root in &arguments.roots {
        roots.push(content(root, ROOT_BYTES_MAX)?);
    }
    let anchors = TrustAnchors::from_der(&roots);
    let trust = Trust {
        anchors: anchors.map_err(|error| format!("A root is none: {error}"))?,
        operators: arguments.operators.clone(),
    };
    let mut export = Export::new();
    for file in files(&arguments.pages)? {
        let page = content(&file, EvidencePage::LEN_MAX)?;
        let read = export.read(&page);
        read.map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(audit(&export, &trust))
}

/// The files, and of folders the files in them that end in `.cbor`.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    for path in paths {
        let unread = |error| format!("{} cannot be read: {error}.", path.display());
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        for entry in fs::read_dir(path).map_err(unread)? {
            let file = entry.map_err(unread)?.path();
            if file.extension().is_some_and(|end| end == "cbor") {
                files.push(file);
            }
        }
    }
    files.sort();
    Ok(files)
}
