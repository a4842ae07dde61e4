//! Readers over WebUSB, in a service worker of a real browser with emulated devices.

#![cfg(target_arch = "wasm32")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the exemption of tests does not reach asynchronous ones"
)]

mod support;

use js_sys::Array;
use support::{Navigator, Plugged, power, rest, states, text, transmit};
use tallystick_reader_emulators::{
    CanoKeyDevice, Device, LedgerDevice, Listener, Picc, Port100Device, Port400Device, Radio,
    mirror, mirrored,
};
use tallystick_readers::Readers;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_service_worker);

const SELECT: &[u8] = &[0x00, 0xA4, 0x04, 0x00, 0x05, 0xA0, 0x00, 0x00, 0x03, 0x08];
const LEDGER: &str = r#"{"vendorId": 11415, "productId": 4113, "productName": "Tally Card", "interfaces": [
    {"number": 0, "classCode": 3, "endpoints": [1, -1]},
    {"number": 2, "classCode": 255, "endpoints": [3, -3]}]}"#;
const CANOKEY: &str = r#"{"vendorId": 8352, "productId": 17108, "productName": "Canokey", "interfaces": [
    {"number": 0, "classCode": 3, "endpoints": [1, -1]},
    {"number": 1, "classCode": 255, "endpoints": []},
    {"number": 2, "classCode": 11, "endpoints": [2, -2]}]}"#;
const RC_S380: &str = r#"{"vendorId": 1356, "productId": 1729, "productName": "RC-S380/S", "interfaces": [
    {"number": 0, "classCode": 255, "endpoints": [1, -2]}]}"#;
const RC_S300: &str = r#"{"vendorId": 1356, "productId": 3528, "productName": "RC-S300/S", "interfaces": [
    {"number": 0, "classCode": 11, "endpoints": [1, -1]},
    {"number": 1, "classCode": 255, "endpoints": [2, -2]}]}"#;

fn ledger() -> Box<dyn Device> {
    Box::new(LedgerDevice::new(mirror()))
}

fn canokey() -> Box<dyn Device> {
    let mut device = CanoKeyDevice::new(mirror());
    device.at_work = 2;
    Box::new(device)
}

fn rc_s380(radio: Radio) -> Box<dyn Device> {
    Box::new(Port100Device::with(radio))
}

fn rc_s300(radio: Radio) -> Box<dyn Device> {
    Box::new(Port400Device::with(radio))
}

fn card() -> Radio {
    on(Picc::type_a(&[4, 1, 2, 3, 4, 5, 6], mirror()).slow(2))
}

fn on(card: impl Listener + 'static) -> Radio {
    Radio::with(vec![Box::new(card)])
}

fn nothing() -> Radio {
    Radio::with(Vec::new())
}

/// A SELECT and a long command that is chained on the way, then the end of the session.
async fn carries(about: &str, device: Box<dyn Device>) -> Plugged {
    let navigator = Navigator::empty();
    let plugged = navigator.add_usb(about, device, "{}");
    let card = power(&Readers::new()).await.unwrap();
    assert_eq!(transmit(&card, SELECT).await.unwrap(), mirrored(SELECT));
    let bytes = if about == CANOKEY { 1_200 } else { 4_000_u32 };
    let long: Vec<u8> = (0..bytes).map(|index| (index % 253) as u8).collect();
    assert_eq!(transmit(&card, &long).await.unwrap(), mirrored(&long));
    drop(card);
    rest(100).await;
    plugged
}

#[wasm_bindgen_test]
async fn commands_go_through_ledger_framing() {
    let plugged = carries(LEDGER, ledger()).await;
    assert_eq!(plugged.log(), "open claim 2 close");
}

#[wasm_bindgen_test]
async fn commands_go_through_canokey() {
    let plugged = carries(CANOKEY, canokey()).await;
    assert_eq!(plugged.log(), "open claim 1 close");
}

#[wasm_bindgen_test]
async fn commands_go_through_rc_s380() {
    let plugged = carries(RC_S380, rc_s380(card())).await;
    assert_eq!(plugged.log(), "open claim 0 close");
}

#[wasm_bindgen_test]
async fn commands_go_through_rc_s300_by_its_vendor_interface() {
    let plugged = carries(RC_S300, rc_s300(card())).await;
    assert_eq!(plugged.log(), "open claim 1 close");
}

/// The states of one reader, live: with a card, held, without access, pulled.
async fn tells_states(about: &str, dialect: &str, device: Box<dyn Device>) {
    let navigator = Navigator::empty();
    let readers = Readers::new();
    assert_eq!(power(&readers).await.err().unwrap(), "no-reader");
    let plugged = navigator.add_usb(about, device, "{}");
    let views = JsFuture::from(readers.list()).await.unwrap();
    let view = views.unchecked_into::<Array>().get(0);
    assert_eq!(text(&view, "dialect"), dialect);
    assert_eq!(text(&view, "state"), "card");
    let id = text(&view, "id");
    plugged.set("heldByOther", true);
    assert_eq!(states(&readers).await, [format!("{id}: held")]);
    assert_eq!(power(&readers).await.err().unwrap(), "held");
    plugged.set("heldByOther", false);
    plugged.set("noAccess", true);
    assert_eq!(states(&readers).await, [format!("{id}: no-access")]);
    assert_eq!(power(&readers).await.err().unwrap(), "no-access");
    plugged.set("noAccess", false);
    assert_eq!(states(&readers).await, [format!("{id}: card")]);
    plugged.pull();
    assert!(states(&readers).await.is_empty());
}

#[wasm_bindgen_test]
async fn the_states_of_every_dialect_are_told_apart() {
    tells_states(LEDGER, "ledger-usb", ledger()).await;
    tells_states(CANOKEY, "canokey", canokey()).await;
    tells_states(RC_S380, "rc-s380", rc_s380(card())).await;
    tells_states(RC_S300, "rc-s300", rc_s300(card())).await;
}

#[wasm_bindgen_test]
async fn a_contactless_reader_without_card_has_none() {
    for (about, device) in [(RC_S380, rc_s380(nothing())), (RC_S300, rc_s300(nothing()))] {
        let navigator = Navigator::empty();
        let plugged = navigator.add_usb(about, device, "{}");
        let readers = Readers::new();
        assert!(states(&readers).await[0].ends_with(": no-card"));
        assert_eq!(power(&readers).await.err().unwrap(), "no-card");
        // It is closed in the background, so that nobody waits for it.
        for _ in 0..100 {
            if plugged.log().ends_with("close") {
                break;
            }
            rest(20).await;
        }
        let log = plugged.log();
        assert!(
            log.ends_with("claim 0 close") || log.ends_with("claim 1 close"),
            "{log}"
        );
    }
}

#[wasm_bindgen_test]
async fn what_lies_on_a_contactless_reader_is_said() {
    for (card, said) in [
        (
            Picc::type_a(&[1, 2, 3, 4], mirror()),
            "ISO/IEC 14443 type A",
        ),
        (Picc::type_b([1, 2, 3, 4], mirror()), "ISO/IEC 14443 type B"),
    ] {
        let navigator = Navigator::empty();
        navigator.add_usb(RC_S300, rc_s300(on(card)), "{}");
        let views = JsFuture::from(Readers::new().list()).await.unwrap();
        let view = views.unchecked_into::<Array>().get(0);
        assert_eq!(text(&view, "contactless"), said);
    }
}

#[wasm_bindgen_test]
async fn another_program_in_the_session_of_rc_s300_holds_it() {
    let navigator = Navigator::empty();
    let mut device = Port400Device::with(card());
    device.held = true;
    navigator.add_usb(RC_S300, device, "{}");
    let readers = Readers::new();
    assert!(states(&readers).await[0].ends_with(": held"));
    assert_eq!(power(&readers).await.err().unwrap(), "held");
}

/// Pulled while the card is at work.
async fn is_removed(about: &str, device: Box<dyn Device>, pull_after: usize) {
    let navigator = Navigator::empty();
    let options = format!(r#"{{"pullAfter": {pull_after}}}"#);
    navigator.add_usb(about, device, &options);
    let card = power(&Readers::new()).await.unwrap();
    assert_eq!(transmit(&card, &[7; 1_200]).await.unwrap_err(), "removed");
    assert_eq!(transmit(&card, SELECT).await.unwrap_err(), "removed");
}

#[wasm_bindgen_test]
async fn a_reader_pulled_in_mid_command_is_removed() {
    is_removed(LEDGER, ledger(), 10).await;
    is_removed(CANOKEY, canokey(), 2).await;
    is_removed(RC_S380, rc_s380(card()), 19).await;
    is_removed(RC_S300, rc_s300(card()), 15).await;
}

#[wasm_bindgen_test]
async fn the_first_reader_with_a_card_gives_it() {
    let navigator = Navigator::empty();
    navigator.add_usb(RC_S380, rc_s380(nothing()), "{}");
    let held = navigator.add_usb(LEDGER, ledger(), "{}");
    held.set("heldByOther", true);
    let other = navigator.add_usb(RC_S300, rc_s300(card()), "{}");
    let readers = Readers::new();
    let card = power(&readers).await.unwrap();
    assert_eq!(transmit(&card, SELECT).await.unwrap(), mirrored(SELECT));
    drop(card);
    rest(100).await;
    other.pull();
    // Of those that give none, the one that could is named.
    assert_eq!(power(&readers).await.err().unwrap(), "held");
}

#[wasm_bindgen_test]
async fn what_the_list_says_and_a_session_finds_is_one_word() {
    let two = || {
        let cards: Vec<Box<dyn Listener>> = vec![
            Box::new(Picc::type_a(&[1, 2, 3, 4], mirror())),
            Box::new(Picc::type_a(&[5, 6, 7, 8], mirror())),
        ];
        Radio::with(cards)
    };
    for (about, device, word) in [
        (RC_S380, rc_s380(two()), "several-cards"),
        (RC_S300, rc_s300(two()), "several-cards"),
        (RC_S380, rc_s380(nothing()), "no-card"),
        (RC_S300, rc_s300(nothing()), "no-card"),
        (RC_S380, ledger(), "failed"),
    ] {
        let navigator = Navigator::empty();
        navigator.add_usb(about, device, "{}");
        let readers = Readers::new();
        let listed = states(&readers).await;
        assert!(listed[0].ends_with(&format!(": {word}")), "{listed:?}");
        assert_eq!(power(&readers).await.err().unwrap(), word);
    }
}

#[wasm_bindgen_test]
async fn the_interface_with_the_endpoints_is_taken_whatever_stands_before_it() {
    let several = r#"{"vendorId": 11415, "productId": 4113, "productName": "Tally Card", "interfaces": [
        {"number": 0, "classCode": 255, "endpoints": [1, -1]},
        {"number": 1, "classCode": 255, "endpoints": [3]},
        {"number": 2, "classCode": 255, "endpoints": [3, -3]}]}"#;
    let plugged = carries(several, ledger()).await;
    assert_eq!(plugged.log(), "open claim 2 close");
}

#[wasm_bindgen_test]
async fn a_device_without_the_endpoints_has_no_card() {
    let none = r#"{"vendorId": 11415, "productId": 4113, "productName": "Tally Card", "interfaces": [
        {"number": 0, "classCode": 255, "endpoints": [1, -1]}]}"#;
    let navigator = Navigator::empty();
    navigator.add_usb(none, ledger(), "{}");
    let readers = Readers::new();
    assert!(states(&readers).await[0].ends_with(": failed"));
    assert_eq!(power(&readers).await.err().unwrap(), "failed");
}
