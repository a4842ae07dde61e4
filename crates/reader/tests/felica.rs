//! FeliCa polling, with the emulator of the crate `felica` as the card: another's work, from JIS X 6319-4.

#![allow(
    clippy::unwrap_used,
    reason = "the exemption of tests does not reach helpers"
)]

mod support;

use felica::felica_standard::{EmulatedSystem, FelicaStandardEmulator};
use support::cards::{both, type_a, with};
use support::{Cable, run};
use tallystick_reader::{Contactless, Fault, FelicaCard, Found, Port100, Port400, Technology};
use tallystick_reader_emulators::{Air, Listener, Port100Device, Port400Device, Radio, Spoken};

const IDM: [u8; 8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF];
const PMM: [u8; 8] = [0x00, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

struct Felica(FelicaStandardEmulator);

impl Listener for Felica {
    fn hear(&mut self, air: Air, spoken: &Spoken) -> Option<Vec<u8>> {
        if air != Air::F {
            return None;
        }
        assert!(spoken.checksum && spoken.bits == 8);
        self.0.handle_frame(&spoken.bytes)
    }

    fn field_off(&mut self) {
        self.0.power_off();
    }
}

fn card(idm: [u8; 8]) -> Felica {
    let mut emulator = FelicaStandardEmulator::new();
    emulator.add_system(EmulatedSystem::new(0x0003, idm, PMM).unwrap());
    Felica(emulator)
}

fn on_rc_s380(radio: Radio) -> Result<Found, Fault> {
    let opened = run(Port100::open(Cable::to(Port100Device::with(radio))));
    run(Contactless::new(opened.map_err(|(_pipe, fault)| fault)?).look())
}

fn on_rc_s300(radio: Radio) -> Result<Found, Fault> {
    let opened = run(Port400::open(Cable::to(Port400Device::with(radio)), 0));
    run(Contactless::new(opened.map_err(|(_pipe, fault)| fault)?).look())
}

const FOUND: Found = Found::Felica(FelicaCard { idm: IDM, pmm: PMM });

#[test]
fn idm_and_pmm_are_those_of_the_card() {
    assert_eq!(on_rc_s380(with(card(IDM))), Ok(FOUND));
    assert_eq!(on_rc_s300(with(card(IDM))), Ok(FOUND));
}

#[test]
fn a_card_that_takes_apdus_comes_before_a_felica_card() {
    let radio = || both(card(IDM), type_a());
    assert_eq!(on_rc_s380(radio()), Ok(Found::Card(Technology::A)));
    assert_eq!(on_rc_s300(radio()), Ok(Found::Card(Technology::A)));
}

#[test]
fn two_felica_cards_are_told() {
    let radio = || both(card(IDM), card([9; 8]));
    assert_eq!(on_rc_s380(radio()), Err(Fault::SeveralCards));
    assert_eq!(on_rc_s300(radio()), Err(Fault::SeveralCards));
}

#[test]
fn a_felica_card_takes_no_apdus() {
    let opened = run(Port100::open(Cable::to(Port100Device::with(with(card(
        IDM,
    ))))));
    let mut reader = Contactless::new(opened.map_err(|(_pipe, fault)| fault).unwrap());
    let found = run(reader.look()).unwrap();
    assert!(matches!(found.card(), Err(Fault::Felica(there)) if there.idm == IDM));
    assert_eq!(run(reader.transmit(&[0, 0xA4, 4, 0])), Err(Fault::NoCard));
}
