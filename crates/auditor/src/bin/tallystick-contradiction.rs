//! A small program for whoever is shown the proof that a purse was spent twice: says in one sentence who signed what.
//! Exit code 0: it is proved; 1: it is not; 2: a file cannot be read.

use std::process::ExitCode;

use tallystick_auditor::contradiction::judge;
use tallystick_auditor::files::content;
use tallystick_protocol::purse::local::Contradiction;
use tallystick_protocol::trust::certificate::TrustAnchors;
use tallystick_protocol::wire::cbor::Message as _;

/// How the program is called.
const USAGE: &str = "tallystick-contradiction ROOT BANK PROOF
  ROOT   the root certificate (DER) under which the bank is certified
  BANK   the bank's certificate for purses (DER)
  PROOF  the proof, as the bank answers it at /v1/contradictions/PURSE";

/// The largest certificate, in bytes.
const CERTIFICATE_BYTES_MAX: usize = 16 * 1024;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match read(&arguments) {
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::from(2)
        }
        Ok((anchors, bank, proof)) => match judge(&proof, &bank, &anchors) {
            Ok(proven) => {
                println!("{proven}");
                ExitCode::SUCCESS
            }
            Err(unproven) => {
                println!("{unproven}");
                ExitCode::FAILURE
            }
        },
    }
}

/// The root, the bank's certificate and the proof.
type Given = (TrustAnchors, Vec<u8>, Vec<u8>);

fn read(arguments: &[String]) -> Result<Given, String> {
    let [root, bank, proof] = arguments else {
        return Err(USAGE.to_owned());
    };
    let root = content(root.as_ref(), CERTIFICATE_BYTES_MAX)?;
    let anchors = TrustAnchors::from_der(&[root]);
    Ok((
        anchors.map_err(|error| format!("The root is none: {error}"))?,
        content(bank.as_ref(), CERTIFICATE_BYTES_MAX)?,
        content(proof.as_ref(), Contradiction::LEN_MAX)?,
    ))
}
