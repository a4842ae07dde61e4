//! CanoKey's vendor interface against an emulated device.

#![allow(
    clippy::unwrap_used,
    reason = "the exemption of tests does not reach helpers"
)]

mod support;

use proptest::prelude::*;
use support::cards::{SELECT, command};
use support::run;
use tallystick_reader::{CanoKey, Control, Fault};
use tallystick_reader_emulators::{CanoKeyDevice, Device, mirror, mirrored};

/// The control pipe of a device; it is pulled after so many requests.
struct Requests<D> {
    device: D,
    left: usize,
    waited_ms: u32,
}

impl<D: Device> Requests<D> {
    fn ask(&mut self, packet: &[u8]) -> Result<Vec<u8>, Fault> {
        self.left = self.left.checked_sub(1).ok_or(Fault::Removed)?;
        self.device
            .take(packet)
            .pop()
            .ok_or(Fault::Protocol("stalled"))
    }
}

impl<D: Device> Control for Requests<D> {
    async fn write(&mut self, request: u8, data: &[u8]) -> Result<(), Fault> {
        self.ask(&[&[0x41, request], data].concat()).map(drop)
    }

    async fn read(&mut self, request: u8, bytes_max: u16) -> Result<Vec<u8>, Fault> {
        let [high, low] = bytes_max.to_be_bytes();
        self.ask(&[0xC1, request, high, low])
    }

    async fn wait(&mut self, ms: u32) {
        self.waited_ms += ms;
    }
}

fn open<D: Device>(device: D, left: usize) -> Result<CanoKey<Requests<D>>, Fault> {
    let requests = Requests {
        device,
        left,
        waited_ms: 0,
    };
    run(CanoKey::open(requests)).map_err(|(_control, fault)| fault)
}

fn key<D: Device>(device: D) -> CanoKey<Requests<D>> {
    open(device, usize::MAX).unwrap()
}

fn answer<D: Device>(device: D, apdu: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut key = open(device, usize::MAX)?;
    run(key.transmit(apdu)).map(|response| response.to_vec())
}

/// Says the same to every request.
struct Says(Vec<u8>);

impl Device for Says {
    fn take(&mut self, _packet: &[u8]) -> Vec<Vec<u8>> {
        vec![self.0.clone()]
    }
}

#[test]
fn commands_go_through_one_after_another() {
    let mut key = key(CanoKeyDevice::new(mirror()));
    for bytes in [4, 10, 261, 1_280] {
        assert_eq!(
            *run(key.transmit(&command(bytes))).unwrap(),
            mirrored(&command(bytes))
        );
    }
    let fault = Fault::TooLong {
        bytes: 1_281,
        bytes_max: 1_280,
    };
    assert_eq!(run(key.transmit(&command(1_281))), Err(fault));
}

#[test]
fn a_card_at_work_is_asked_again_but_not_for_ever() {
    let mut device = CanoKeyDevice::new(mirror());
    device.at_work = 50;
    let mut slow = key(device);
    assert_eq!(*run(slow.transmit(SELECT)).unwrap(), mirrored(SELECT));
    assert_eq!(slow.into_control().waited_ms, 50 * 20);
    let mut device = CanoKeyDevice::new(mirror());
    device.at_work = usize::MAX;
    assert_eq!(answer(device, SELECT), Err(Fault::Silent));
}

#[test]
fn a_device_pulled_in_mid_command_is_removed() {
    for left in 0..4 {
        let outcome =
            open(CanoKeyDevice::new(mirror()), left).and_then(|mut key| run(key.transmit(SELECT)));
        assert_eq!(outcome, Err(Fault::Removed), "after {left} requests");
    }
}

#[test]
fn the_answer_to_an_earlier_session_is_dropped() {
    for at_work in [0, 7] {
        let mut device = CanoKeyDevice::new(mirror());
        device.at_work = at_work;
        assert_eq!(device.take(&[0x41, 0x00, 0x00, 0xA4, 0x04, 0x00]).len(), 1);
        assert_eq!(answer(device, SELECT).unwrap(), mirrored(SELECT));
    }
}

#[test]
fn states_and_answers_that_break_the_protocol_are_refused() {
    let refused = |said: &[u8], what| {
        assert_eq!(
            answer(Says(said.to_vec()), SELECT),
            Err(Fault::Protocol(what))
        )
    };
    refused(&[0xFF], "a device that is neither at work nor done");
    refused(&[], "a device that is neither at work nor done");
    refused(&[0x02, 0x00], "a device that is neither at work nor done");
    refused(&[0x00], "an answer without status word");
}

proptest! {
    #[test]
    fn every_command_and_answer_survive_the_way(apdu in proptest::collection::vec(any::<u8>(), 4..1_280)) {
        prop_assert_eq!(answer(CanoKeyDevice::new(mirror()), &apdu).unwrap(), mirrored(&apdu));
    }

    #[test]
    fn nothing_it_says_makes_the_host_panic(said in proptest::collection::vec(any::<u8>(), 0..4)) {
        let _any = answer(Says(said), SELECT);
    }
}
