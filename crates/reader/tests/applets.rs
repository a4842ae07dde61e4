//! The wallet's own applets behind every dialect: extended commands, command chaining and GET RESPONSE.

#![allow(
    clippy::unwrap_used,
    reason = "the exemption of tests does not reach helpers"
)]

mod support;

use getrandom::SysRng;
use rand_core::UnwrapErr;
use support::{Cable, cards, run};
use tallystick_card::host::{self, Exchange, Form};
use tallystick_card::{Applet, Card};
use tallystick_reader::{Contactless, Fault, Ledger, Port100, Port400, Response};
use tallystick_reader_emulators::{LedgerDevice, Picc, Port100Device, Port400Device};

/// The applets as an emulated device holds them.
fn applets() -> tallystick_reader_emulators::Card {
    let mut card = Card::blank();
    Box::new(move |apdu| card.transmit(apdu, &mut UnwrapErr(SysRng)).bytes.to_vec())
}

fn whole(
    apdu: &[u8],
    form: Form,
    transmit: &mut impl FnMut(&[u8]) -> Result<Response, Fault>,
) -> Response {
    let mut exchange = Exchange::new(apdu, form).unwrap();
    loop {
        let response = transmit(exchange.to_send()).unwrap();
        if let Some(response) = exchange.receive(&response).unwrap() {
            return response;
        }
    }
}

/// Stores a certificate and reads it again, in long and in short commands; then the slots, of which none is taken.
fn works(mut transmit: impl FnMut(&[u8]) -> Result<Response, Fault>) {
    for (form, bytes) in [(Form::Extended, 1_500), (Form::Short, 1_200)] {
        let certificate = cards::command(bytes);
        let mut say = |apdu: &[u8]| whole(apdu, form, &mut transmit);
        host::done(&say(&host::select(Applet::Identity).unwrap())).unwrap();
        host::done(&say(&host::verify_pin("123456").unwrap())).unwrap();
        host::done(&say(&host::put_certificate(&certificate).unwrap())).unwrap();
        let read = host::certificate(&say(&host::get_certificate().unwrap())).unwrap();
        assert_eq!(read, certificate);
        host::done(&say(&host::select(Applet::Keys).unwrap())).unwrap();
        assert!(
            host::slots(&say(&host::list_slots().unwrap()))
                .unwrap()
                .is_empty()
        );
    }
}

#[test]
fn the_applets_work_through_ledger_framing() {
    let mut card = Ledger::new(Cable::to(LedgerDevice::new(applets())), 0x1234);
    works(|apdu| run(card.transmit(apdu)));
}

#[test]
fn the_applets_work_on_rc_s380() {
    let card = Picc::type_a(&[1, 2, 3, 4], applets()).with_fsci(2).slow(1);
    let cable = Cable::to(Port100Device::with(cards::with(card)));
    let opened = run(Port100::open(cable)).map_err(|(_pipe, fault)| fault);
    let mut reader = Contactless::new(opened.unwrap());
    run(reader.look()).unwrap().card().unwrap();
    works(|apdu| run(reader.transmit(apdu)));
}

#[test]
fn the_applets_work_on_rc_s300() {
    let card = Picc::type_b([1, 2, 3, 4], applets()).slow(2);
    let cable = Cable::to(Port400Device::with(cards::with(card)));
    let opened = run(Port400::open(cable, 0)).map_err(|(_pipe, fault)| fault);
    let mut reader = Contactless::new(opened.unwrap());
    run(reader.look()).unwrap().card().unwrap();
    works(|apdu| run(reader.transmit(apdu)));
}
