//! The browser's ports, in a service worker of a real browser.

#![cfg(target_arch = "wasm32")]
#![allow(
    clippy::unwrap_used,
    reason = "the exemption of tests does not reach asynchronous ones"
)]

use js_sys::{Object, Reflect, Uint8Array};
use tallystick_card::{Applet, host};
use tallystick_software_card::SoftwareCard;
use tallystick_wallet::core::ports::{Cards, Change, Clock, DeviceKey, Ports, Session, Vault};
use tallystick_wallet::sealing::header::{Header, Secret};
use tallystick_wallet::sealing::recovery_code;
use tallystick_wallet::sealing::stretch::Stretch;
use tallystick_wallet::sealing::{StateKey, record};
use tallystick_wallet::{ErrorKind, WalletError};
use tallystick_wasm::JsWallet;
use tallystick_wasm::browser::Browser;
use tallystick_wasm::cards::{BrowserCards, Readers, SoftwareCards};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_service_worker);

/// The class `SoftwareCard`, as the card's module exports it.
fn software_cards() -> SoftwareCards {
    let card = JsValue::from(SoftwareCard::blank());
    Reflect::get(&card, &"constructor".into())
        .unwrap()
        .unchecked_into()
}

/// Readers that nobody asks.
fn no_readers() -> Readers {
    JsValue::NULL.unchecked_into()
}

fn cards() -> BrowserCards {
    BrowserCards {
        software: software_cards(),
        readers: no_readers(),
    }
}

/// A database of its own for each test.
async fn browser(name: &str) -> Browser {
    let name = format!("test {name} {}", js_sys::Math::random());
    Browser::open(&name, cards()).await.unwrap()
}

/// All records as text.
async fn records(vault: &impl Vault) -> Vec<String> {
    let records = vault.load().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let records = records.into_iter();
    records
        .map(|record| format!("{}={}", record.name, text(record.bytes)))
        .collect()
}

fn put(name: &str, bytes: &[u8]) -> Change {
    Change::Put {
        name: name.to_owned(),
        bytes: bytes.to_vec(),
    }
}

#[wasm_bindgen_test]
async fn what_was_stored_is_found_by_the_next_service_worker() {
    let name = format!("test reopen {}", js_sys::Math::random());
    let first = Browser::open(&name, cards()).await.unwrap();
    first
        .vault()
        .store(&[
            put("order/2", b"b"),
            put("order/1", b"a"),
            put("profile", b"p"),
        ])
        .await
        .unwrap();
    let wrapped = first.device_key().wrap("test", b"state key").await.unwrap();
    drop(first);
    let second = Browser::open(&name, cards()).await.unwrap();
    let vault = second.vault();
    let found = ["order/1=a", "order/2=b", "profile=p"];
    assert_eq!(records(vault).await, found);
    let opened = second.device_key().unwrap("test", &wrapped).await.unwrap();
    assert_eq!(opened.as_slice(), b"state key");
}

#[wasm_bindgen_test]
async fn removing_and_storing_are_one_step() {
    let browser = browser("one step").await;
    let vault = browser.vault();
    vault.store(&[put("offer", b"before")]).await.unwrap();
    let delete = Change::Delete {
        name: "offer".to_owned(),
    };
    vault.store(&[delete, put("card", b"after")]).await.unwrap();
    assert_eq!(records(vault).await, ["card=after"]);
}

#[wasm_bindgen_test]
async fn the_device_key_opens_only_what_it_wrapped_for_the_same_purpose() {
    let (this, other) = (browser("key").await, browser("other key").await);
    let wrapped = this.device_key().wrap("one", b"secret").await.unwrap();
    assert!(this.device_key().unwrap("two", &wrapped).await.is_err());
    assert!(other.device_key().unwrap("one", &wrapped).await.is_err());
    let mut altered = wrapped.clone();
    altered[20] ^= 1;
    assert!(this.device_key().unwrap("one", &altered).await.is_err());
    assert!(this.device_key().unwrap("one", b"short").await.is_err());
}

#[wasm_bindgen_test]
async fn a_state_key_is_sealed_and_unsealed_and_a_wrong_passphrase_opens_nothing() {
    let browser = browser("seal").await;
    let rng = &mut browser.random();
    let key = StateKey::generate(rng);
    let code = recovery_code::generate(rng);
    let started = browser.clock().now_ms();
    let header = Header::new(
        &key,
        Stretch::STANDARD,
        b"five split tally sticks",
        code.as_slice(),
        browser.device_key(),
        rng,
    )
    .await
    .unwrap();
    let each_ms = (browser.clock().now_ms() - started) / 2;
    wasm_bindgen_test::console_log!("one stretch took {each_ms} ms");
    assert!(each_ms >= 50, "guessing is too cheap: {each_ms} ms");
    let header = Header::from_bytes(&header.to_bytes()).unwrap();
    let sealed = record::seal(&key, "profile", b"personal", rng).unwrap();
    let device_key = browser.device_key();
    for (which, secret) in [
        (Secret::Passphrase, &b"five split tally sticks"[..]),
        (Secret::RecoveryCode, code.as_slice()),
    ] {
        let key = header.unwrap(which, secret, device_key).await.unwrap();
        assert_eq!(
            record::open(&key, "profile", &sealed).unwrap().as_slice(),
            b"personal"
        );
    }
    let wrong = header.unwrap(Secret::Passphrase, b"five split tally stick", device_key);
    let wrong = WalletError::from(wrong.await.err().unwrap());
    assert_eq!(wrong.kind, ErrorKind::WrongPassphrase);
    let elsewhere = self::browser("elsewhere").await;
    let moved = header.unwrap(
        Secret::Passphrase,
        b"five split tally sticks",
        elsewhere.device_key(),
    );
    let moved = WalletError::from(moved.await.err().unwrap());
    assert_eq!(moved.kind, ErrorKind::StorageDamaged);
}

#[wasm_bindgen_test]
async fn the_session_keeps_the_key_until_it_is_cleared() {
    let browser = browser("session").await;
    let session = browser.session();
    assert!(session.get().await.unwrap().is_none());
    session.put(b"forty bytes").await.unwrap();
    assert_eq!(
        session.get().await.unwrap().unwrap().as_slice(),
        b"forty bytes"
    );
    session.clear().await.unwrap();
    assert!(session.get().await.unwrap().is_none());
}

/// A self-signed root is not at hand here; an empty list is refused.
#[wasm_bindgen_test]
async fn errors_reach_javascript_by_their_kinds() {
    let deployment = Object::new();
    let set =
        |field: &str, value: JsValue| Reflect::set(&deployment, &field.into(), &value).unwrap();
    set("root_certificates", js_sys::Array::new().into());
    set(
        "key_centres",
        js_sys::Array::of1(&"keys.localhost".into()).into(),
    );
    set("welcome_url", "https://issuer.example/".into());
    set("local_port", JsValue::NULL);
    let thrown = JsWallet::open(deployment.into(), software_cards(), no_readers())
        .await
        .err()
        .unwrap();
    let field = |name: &str| {
        Reflect::get(&thrown, &name.into())
            .unwrap()
            .as_string()
            .unwrap()
    };
    assert_eq!(field("name"), "WalletError");
    assert_eq!(field("kind"), "deployment-invalid");
    assert_eq!(field("about"), "");
    assert!(!field("details").is_empty());
    let thrown = JsWallet::open(
        Uint8Array::new_with_length(1).into(),
        software_cards(),
        no_readers(),
    )
    .await
    .err()
    .unwrap();
    let kind = Reflect::get(&thrown, &"kind".into()).unwrap().as_string();
    assert_eq!(kind.as_deref(), Some("call-invalid"));
}

#[wasm_bindgen_test]
async fn the_card_is_reached_by_apdus_alone_and_comes_back_from_its_sealed_state() {
    let browser = browser("card").await;
    let key = StateKey::generate(&mut browser.random());
    let select = host::select(Applet::Identity).unwrap();
    let wrong_pin = host::verify_pin("000000").unwrap();
    let mut card = browser.cards().blank().unwrap();
    host::done(&card.transmit(&select).await.unwrap()).unwrap();
    assert!(host::done(&card.transmit(&wrong_pin).await.unwrap()).is_err());
    let sealed = card.unsaved(&key).unwrap().unwrap();
    drop(card);
    let mut card = browser.cards().power(&key, &sealed).unwrap();
    assert!(card.unsaved(&key).unwrap().is_none());
    host::done(&card.transmit(&select).await.unwrap()).unwrap();
    let tries = card.transmit(&host::pin_tries().unwrap()).await.unwrap();
    assert_eq!(host::tries_left(&tries).unwrap(), host::TRIES_MAX - 1);
}

#[wasm_bindgen_test]
async fn a_card_gets_no_power_from_another_key_or_altered_bytes() {
    let browser = browser("sealed card").await;
    let rng = &mut browser.random();
    let (key, other) = (StateKey::generate(rng), StateKey::generate(rng));
    let unsaved = browser.cards().blank().unwrap().unsaved(&key);
    let mut sealed = unsaved.unwrap().unwrap();
    assert!(browser.cards().power(&other, &sealed).is_err());
    sealed[20] ^= 1;
    assert!(browser.cards().power(&key, &sealed).is_err());
}
