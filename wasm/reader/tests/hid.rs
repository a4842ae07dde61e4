//! Cards in Ledger's framing over WebHID, in a service worker of a real browser with emulated devices.

#![cfg(target_arch = "wasm32")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the exemption of tests does not reach asynchronous ones"
)]

mod support;

use js_sys::{Array, Promise};
use support::{Navigator, get, now, power, rest, states, text, transmit};
use tallystick_reader_emulators::{LedgerDevice, mirror, mirrored};
use tallystick_readers::Readers;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_service_worker);

const CARD: &str =
    r#"{"vendorId": 11415, "productId": 4113, "productName": "Tally Card", "usagePage": 65440}"#;
const KEYBOARD: &str =
    r#"{"vendorId": 1133, "productId": 1, "productName": "Keyboard", "usagePage": 1}"#;
const SELECT: &[u8] = &[0x00, 0xA4, 0x04, 0x00, 0x05, 0xA0, 0x00, 0x00, 0x03, 0x08];
const ID: &str = "hid-2c97-1011-1";

fn device() -> LedgerDevice {
    LedgerDevice::new(mirror())
}

#[wasm_bindgen_test]
async fn a_select_and_a_long_chained_command_go_through() {
    let navigator = Navigator::empty();
    let plugged = navigator.add_hid(CARD, device(), "{}");
    let card = power(&Readers::new()).await.unwrap();
    assert_eq!(transmit(&card, SELECT).await.unwrap(), mirrored(SELECT));
    let long: Vec<u8> = (0..4_000_u32).map(|index| (index % 253) as u8).collect();
    assert_eq!(transmit(&card, &long).await.unwrap(), mirrored(&long));
    drop(card);
    rest(10).await;
    assert_eq!(plugged.log(), "open close");
}

#[wasm_bindgen_test]
async fn no_reader_a_card_one_that_does_not_open_and_a_pulled_one_are_told_apart() {
    let navigator = Navigator::empty();
    let readers = Readers::new();
    assert!(states(&readers).await.is_empty());
    assert_eq!(power(&readers).await.err().unwrap(), "no-reader");
    navigator.add_hid(KEYBOARD, device(), "{}");
    assert!(states(&readers).await.is_empty());
    let plugged = navigator.add_hid(CARD, device(), "{}");
    assert_eq!(states(&readers).await, [format!("{ID}: card")]);
    plugged.set("heldByOther", true);
    assert_eq!(states(&readers).await, [format!("{ID}: not-opened")]);
    assert_eq!(power(&readers).await.err().unwrap(), "not-opened");
    plugged.pull();
    assert!(states(&readers).await.is_empty());
    assert_eq!(power(&readers).await.err().unwrap(), "no-reader");
    navigator.add_hid(CARD, device(), "{}");
    assert_eq!(states(&readers).await, [format!("{ID}: card")]);
}

#[wasm_bindgen_test]
async fn a_card_pulled_in_mid_command_is_removed_and_stays_so() {
    let navigator = Navigator::empty();
    navigator.add_hid(CARD, device(), r#"{"pullAfter": 2}"#);
    let card = power(&Readers::new()).await.unwrap();
    assert_eq!(transmit(&card, &[7; 500]).await.unwrap_err(), "removed");
    assert_eq!(transmit(&card, SELECT).await.unwrap_err(), "removed");
}

#[wasm_bindgen_test]
async fn a_card_pulled_between_commands_is_removed() {
    let navigator = Navigator::empty();
    let plugged = navigator.add_hid(CARD, device(), "{}");
    let card = power(&Readers::new()).await.unwrap();
    assert_eq!(transmit(&card, SELECT).await.unwrap(), mirrored(SELECT));
    plugged.pull();
    assert_eq!(transmit(&card, SELECT).await.unwrap_err(), "removed");
}

#[wasm_bindgen_test]
async fn one_session_waits_for_the_one_before() {
    let navigator = Navigator::empty();
    let plugged = navigator.add_hid(CARD, device(), "{}");
    let readers = Readers::new();
    let first = power(&readers).await.unwrap();
    let second = readers.power();
    rest(20).await;
    drop(first);
    assert!(JsFuture::from(second).await.is_ok());
    assert_eq!(plugged.log(), "open close open");
}

#[wasm_bindgen_test]
async fn one_exchange_at_a_time() {
    let navigator = Navigator::empty();
    navigator.add_hid(CARD, device(), "{}");
    let card = power(&Readers::new()).await.unwrap();
    let both = Array::of2(
        &card.transmit(SELECT.to_vec()),
        &card.transmit(SELECT.to_vec()),
    );
    let settled = JsFuture::from(Promise::all_settled(&both)).await.unwrap();
    let settled = settled.unchecked_into::<Array>();
    let outcomes: Vec<String> = settled.iter().map(|one| text(&one, "status")).collect();
    assert_eq!(outcomes, ["fulfilled", "rejected"]);
    assert_eq!(transmit(&card, SELECT).await.unwrap(), mirrored(SELECT));
}

#[wasm_bindgen_test]
async fn a_card_freed_at_work_still_answers_and_is_closed_then() {
    let navigator = Navigator::empty();
    let plugged = navigator.add_hid(CARD, device(), "{}");
    let card = power(&Readers::new()).await.unwrap();
    let answer = card.transmit(SELECT.to_vec());
    rest(0).await;
    drop(card);
    assert!(JsFuture::from(answer).await.is_ok());
    rest(10).await;
    assert_eq!(plugged.log(), "open close");
}

#[wasm_bindgen_test]
async fn a_forgotten_reader_is_gone() {
    let navigator = Navigator::empty();
    let plugged = navigator.add_hid(CARD, device(), "{}");
    let readers = Readers::new();
    assert_eq!(states(&readers).await, [format!("{ID}: card")]);
    JsFuture::from(readers.forget(ID.to_owned())).await.unwrap();
    assert!(states(&readers).await.is_empty());
    assert_eq!(plugged.log(), "open close forget");
}

#[wasm_bindgen_test]
async fn a_browser_without_device_interfaces_has_no_readers() {
    let navigator = Navigator::empty();
    navigator.without("hid");
    navigator.without("usb");
    let readers = Readers::new();
    assert!(states(&readers).await.is_empty());
    let thrown = JsFuture::from(readers.power()).await.unwrap_err();
    assert_eq!(text(&thrown, "kind"), "no-reader");
    assert!(text(&thrown, "message").contains("neither WebHID nor WebUSB"));
}

#[wasm_bindgen_test]
fn the_chooser_offers_no_reader_of_the_smart_card_class() {
    let filters = Readers::filters();
    for interface in ["hid", "usb"] {
        for filter in get(&filters, interface).unchecked_into::<Array>().iter() {
            assert_ne!(get(&filter, "classCode").as_f64(), Some(11.0));
            assert!(get(&filter, "vendorId").as_f64().is_some());
        }
    }
}

/// What a device is asked and never answers.
fn never(what: &str) -> String {
    format!(r#"{{"never": ["{what}"]}}"#)
}

#[wasm_bindgen_test]
async fn a_device_whose_send_report_never_settles_ends_the_command_in_seconds() {
    let navigator = Navigator::empty();
    let plugged = navigator.add_hid(CARD, device(), &never("send"));
    let readers = Readers::new();
    let card = power(&readers).await.unwrap();
    let before = now();
    assert_eq!(transmit(&card, SELECT).await.unwrap_err(), "silent");
    assert!(now() - before < 8_000.0, "{} ms", now() - before);
    drop(card);
    rest(20).await;
    assert_eq!(plugged.log(), "open close");
    plugged.set("never", Array::new());
    let card = power(&readers).await.unwrap();
    assert_eq!(transmit(&card, SELECT).await.unwrap(), mirrored(SELECT));
}

#[wasm_bindgen_test]
async fn a_device_that_never_opens_is_silent_and_blocks_no_other() {
    let navigator = Navigator::empty();
    navigator.add_hid(CARD, device(), &never("open"));
    navigator.add_hid(CARD, device(), "{}");
    let readers = Readers::new();
    let before = now();
    let both = [format!("{ID}: silent"), "hid-2c97-1011-2: card".to_owned()];
    assert_eq!(states(&readers).await, both);
    assert!(now() - before < 5_000.0, "{} ms", now() - before);
    // The one that had a card comes first.
    let before = now();
    let card = power(&readers).await.unwrap();
    assert!(now() - before < 1_000.0, "{} ms", now() - before);
    assert_eq!(transmit(&card, SELECT).await.unwrap(), mirrored(SELECT));
    let both = [
        format!("{ID}: silent"),
        "hid-2c97-1011-2: working".to_owned(),
    ];
    assert_eq!(states(&readers).await, both);
}

#[wasm_bindgen_test]
async fn a_reader_that_is_silent_while_it_is_closed_keeps_nobody_from_the_others() {
    let navigator = Navigator::empty();
    let plugged = navigator.add_hid(CARD, device(), &never("close"));
    let readers = Readers::new();
    drop(power(&readers).await.unwrap());
    navigator.add_hid(CARD, device(), "{}");
    let before = now();
    let both = [format!("{ID}: silent"), "hid-2c97-1011-2: card".to_owned()];
    assert_eq!(states(&readers).await, both);
    assert!(power(&readers).await.is_ok());
    assert!(now() - before < 3_000.0, "{} ms", now() - before);
    plugged.pull();
    navigator.add_hid(CARD, device(), "{}");
    rest(20).await;
    let states = states(&readers).await;
    assert!(
        states.iter().all(|state| state.ends_with(": card")),
        "{states:?}"
    );
}
