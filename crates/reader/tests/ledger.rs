//! Ledger's framing against an emulated device, and against the exchange that LedgerHQ's own tests record.

mod support;

use proptest::prelude::*;
use support::{Cable, run};
use tallystick_reader::{Fault, Ledger, Pipe};
use tallystick_reader_emulators::{Card, Device, LedgerDevice, mirror, mirrored};

const CHANNEL: u16 = 0xBEEF;
const SELECT: &[u8] = &[0x00, 0xA4, 0x04, 0x00, 0x05, 0xA0, 0x00, 0x00, 0x03, 0x08];

fn card(card: Card) -> Cable<LedgerDevice> {
    Cable::to(LedgerDevice::new(card))
}

fn answer<P: Pipe>(pipe: P, apdu: &[u8]) -> Result<Vec<u8>, Fault> {
    run(Ledger::new(pipe, CHANNEL).transmit(apdu)).map(|response| response.to_vec())
}

/// Sends nothing of its own: what the host receives is scripted.
struct Script(Vec<Vec<u8>>);

impl Device for Script {
    fn take(&mut self, _packet: &[u8]) -> Vec<Vec<u8>> {
        core::mem::take(&mut self.0)
    }
}

fn scripted(reports: &[&[u8]]) -> Result<Vec<u8>, Fault> {
    let reports = reports.iter().map(|report| report.to_vec()).collect();
    answer(Cable::to(Script(reports)), SELECT)
}

/// The "get version" of LedgerHQ's `hid-framing.test.ts`: 31 bytes in one report.
#[test]
fn the_recorded_answer_of_one_report_is_read() {
    let version = [
        0x33, 0x20, 0x00, 0x04, 0x05, 0x31, 0x2E, 0x33, 0x2E, 0x30, 0x04, 0xE6, 0x02, 0x00, 0x00,
        0x04, 0x35, 0x2E, 0x32, 0x34, 0x04, 0x30, 0x2E, 0x34, 0x38, 0x01, 0x00, 0x01, 0x00, 0x90,
        0x00,
    ];
    let mut report = vec![0xBE, 0xEF, 0x05, 0x00, 0x00, 0x00, 0x1F];
    report.extend(version);
    report.resize(64, 0);
    assert_eq!(scripted(&[&report]).unwrap(), version);
}

#[test]
fn the_report_of_a_short_command_is_channel_tag_sequence_length_and_zeros() {
    struct Expects;
    impl Device for Expects {
        fn take(&mut self, report: &[u8]) -> Vec<Vec<u8>> {
            let mut expected = vec![0xBE, 0xEF, 0x05, 0, 0, 0, 0x05, 0xE0, 0x01, 0, 0, 0];
            expected.resize(64, 0);
            assert_eq!(report, expected);
            vec![vec![0xBE, 0xEF, 0x05, 0, 0, 0, 2, 0x90, 0x00]]
        }
    }
    let get_version = [0xE0, 0x01, 0, 0, 0];
    assert_eq!(
        answer(Cable::to(Expects), &get_version).unwrap(),
        [0x90, 0x00]
    );
}

#[test]
fn one_session_carries_many_commands() {
    let mut session = Ledger::new(card(mirror()), CHANNEL);
    for _ in 0..3 {
        assert_eq!(*run(session.transmit(SELECT)).unwrap(), mirrored(SELECT));
    }
}

#[test]
fn an_extended_command_travels_in_more_than_a_thousand_reports() {
    let apdu: Vec<u8> = (0..65_000_u32).map(|index| (index % 251) as u8).collect();
    assert_eq!(answer(card(mirror()), &apdu).unwrap(), mirrored(&apdu));
}

#[test]
fn what_is_no_command_or_does_not_fit_its_length_is_not_sent() {
    assert_eq!(answer(card(mirror()), &[0, 0xA4, 4]), Err(Fault::NotAnApdu));
    let too_long = answer(card(mirror()), &vec![0; 0x1_0000]);
    let fault = Fault::TooLong {
        bytes: 0x1_0000,
        bytes_max: 0xFFFF,
    };
    assert_eq!(too_long, Err(fault));
}

#[test]
fn another_channel_tag_or_sequence_ends_the_exchange() {
    for (index, at, what) in [
        (1, 1, "a report of another channel"),
        (0, 2, "a report with another tag"),
        (0, 4, "a report out of sequence"),
        (1, 4, "a report out of sequence"),
    ] {
        let cable = card(mirror()).tampered(move |which, mut report| {
            if which == index {
                report[at] ^= 1;
            }
            vec![report]
        });
        assert_eq!(answer(cable, &[0; 100]), Err(Fault::Protocol(what)));
    }
}

/// A session that ended in mid-command, with its service worker, is answered in the next one.
#[test]
fn the_answer_to_an_earlier_session_is_dropped() {
    let late = |reports: usize| {
        card(mirror()).tampered(move |index, report| {
            let mut old = report.clone();
            old[0] ^= 0x40;
            let mut reports = vec![old; if index == 0 { reports } else { 0 }];
            reports.push(report);
            reports
        })
    };
    assert_eq!(answer(late(3), SELECT).unwrap(), mirrored(SELECT));
    assert_eq!(answer(late(1_112), SELECT).unwrap(), mirrored(SELECT));
    let fault = Fault::Protocol("reports of other channels without end");
    assert_eq!(answer(late(1_113), SELECT), Err(fault));
}

#[test]
fn a_report_lost_or_twice_ends_the_exchange() {
    let apdu = [0xA5; 200];
    for copies in [0, 2] {
        let cable = card(mirror())
            .tampered(move |index, report| vec![report; if index == 1 { copies } else { 1 }]);
        let fault = Fault::Protocol("a report out of sequence");
        assert_eq!(answer(cable, &apdu), Err(fault));
    }
}

#[test]
fn an_answer_that_ends_early_is_silence() {
    let cable =
        card(mirror()).tampered(|index, report| if index == 3 { vec![] } else { vec![report] });
    assert_eq!(answer(cable, &[0; 200]), Err(Fault::Silent));
}

#[test]
fn a_device_pulled_in_mid_command_is_told_apart_from_silence() {
    assert_eq!(
        answer(card(mirror()).pulled_after(0), SELECT),
        Err(Fault::Removed)
    );
    assert_eq!(
        answer(card(mirror()).pulled_after(2), &[7; 300]),
        Err(Fault::Removed)
    );
}

#[test]
fn reports_that_are_cut_or_too_long_and_answers_without_status_word_are_refused() {
    let refused = |report: &[u8], what| assert_eq!(scripted(&[report]), Err(Fault::Protocol(what)));
    refused(&[0xBE, 0xEF, 5, 0], "a report is shorter than its header");
    refused(&[0xBE, 0xEF, 5, 0, 0, 0], "an answer without length");
    refused(
        &[0xBE, 0xEF, 5, 0, 0, 0, 1, 0x90],
        "an answer without status word",
    );
    refused(&[0xBE, 0xEF, 5, 0, 0, 0, 2], "a report without content");
    let mut long = [0; 65];
    long[..3].copy_from_slice(&[0xBE, 0xEF, 5]);
    refused(&long, "a report is longer than 64 bytes");
}

proptest! {
    #[test]
    fn every_command_and_answer_survive_the_way(apdu in proptest::collection::vec(any::<u8>(), 4..1_000)) {
        prop_assert_eq!(answer(card(mirror()), &apdu).unwrap(), mirrored(&apdu));
    }

    #[test]
    fn no_report_makes_the_host_panic(reports in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..70), 0..6)) {
        let reports: Vec<&[u8]> = reports.iter().map(Vec::as_slice).collect();
        let _any = scripted(&reports);
    }

    #[test]
    fn no_content_after_a_good_header_makes_the_host_panic(content in proptest::collection::vec(any::<u8>(), 0..60)) {
        let mut report = vec![0xBE, 0xEF, 5, 0, 0];
        report.extend(content);
        let _any = scripted(&[&report]);
    }
}
