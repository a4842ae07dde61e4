//! The auditor as a program: what it prints and with what code it ends.
#![allow(clippy::unwrap_used, reason = "a test may")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tallystick_protocol::bank::{
    BookAccount, BookTransfer, EvidencePage, EvidencePart, TransferKind,
};
use tallystick_protocol::test_keys::TestAuthority;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

/// A folder of the bank's pages with the root beside it, gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("auditor-{name}-{}", std::process::id()));
        fs::create_dir_all(folder.join("pages")).unwrap();
        let root = TestAuthority::new(Timestamp(1_000)).anchors();
        fs::write(folder.join("root.cer"), root.roots()[0].as_der()).unwrap();
        Self(folder)
    }

    /// A bank to whose one account so much came from outside, and on which so much stands.
    fn with_books(name: &str, came: u64, stands: u64) -> Self {
        let folder = Self::new(name);
        for part in EvidencePart::ALL {
            let page = page(part, came, stands);
            folder.write(&format!("{}.cbor", part.as_str()), &encode(&page));
        }
        folder
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.0.join("pages").join(name), bytes).unwrap();
    }

    fn audit(&self, options: &[&str]) -> Output {
        let program = Path::new(env!("CARGO_BIN_EXE_tallystick-auditor"));
        let mut command = Command::new(program);
        command.arg("--root").arg(self.0.join("root.cer"));
        command.args(options).arg(self.0.join("pages"));
        command.output().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

fn page(part: EvidencePart, came: u64, stands: u64) -> EvidencePage {
    let account = |name: &str, given, taken| BookAccount {
        name: name.into(),
        kind: String::new(),
        currency: Currency::Jpy,
        debits_pending: 0,
        debits_posted: taken,
        credits_pending: 0,
        credits_posted: given,
    };
    let mut page = EvidencePage {
        bank: "bank.example".parse().unwrap(),
        object: "book".into(),
        at_ms: 1_000_000,
        position: 1,
        part,
        next: None,
        accounts: Vec::new(),
        holders: Vec::new(),
        purses: Vec::new(),
        transfers: Vec::new(),
        proofs: Vec::new(),
        bank_certificate: None,
    };
    match part {
        EvidencePart::Accounts => {
            page.accounts = vec![account("holder 1", stands, 0), account("outside", 0, came)];
        }
        EvidencePart::Transfers => page.transfers.push(BookTransfer {
            number: 1,
            id: "deposit one".into(),
            debit: "outside".into(),
            credit: "holder 1".into(),
            money: Money::new(came, Currency::Jpy),
            kind: TransferKind::Single,
            of: None,
            at_ms: 999_000,
        }),
        _ => {}
    }
    page
}

fn said(output: &Output) -> String {
    let streams = [&output.stdout[..], &output.stderr].concat();
    String::from_utf8(streams).unwrap()
}

#[test]
fn clean_books_end_with_zero_and_a_sentence() {
    let output = Folder::with_books("clean", 500, 500).audit(&[]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let text = said(&output);
    assert!(
        text.contains("bank.example: 1 entry from 0 signed messages, on 2 accounts at 1 object")
    );
    assert!(text.contains("all balances agree"), "{text}");
    assert!(
        text.contains("without anybody's signature: 500 JPY in minor units by 1 entry (deposit)")
    );
}

#[test]
fn one_unit_more_ends_with_one_and_names_the_account() {
    let folder = Folder::with_books("planted", 500, 501);
    let output = folder.audit(&[]);
    assert_eq!(output.status.code(), Some(1));
    let text = said(&output);
    let expected =
        "on the account \"holder 1\" the messages say 500 JPY given, the books 501 (difference 1)";
    assert!(text.contains(expected), "{text}");
    let output = folder.audit(&["--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let differs = findings
        .iter()
        .find(|one| one["finding"] == "balance-differs");
    assert_eq!(differs.unwrap()["claimed"], 501);
}

#[test]
fn what_cannot_be_judged_ends_with_two() {
    let folder = Folder::with_books("unreadable", 500, 500);
    folder.write("zz.cbor", b"no page");
    let output = folder.audit(&[]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("no page of a bank's books"));
    let output = folder.audit(&["--wrong"]);
    assert_eq!(output.status.code(), Some(2));
    let empty = Folder::new("empty").audit(&[]);
    assert_eq!(empty.status.code(), Some(1), "{}", said(&empty));
}
