//! Arguments from JavaScript, read member by member: whatever a page hands over becomes a Rust value
//! or an error, and unknown members are ignored.

use js_sys::{Array, Reflect};
use tallystick_wallet::ErrorKind;
use tallystick_wallet::WalletError;
use tallystick_wallet::view::{
    Address, Choice, Deployment, FeeName, GiftView, KeyPlace, LoanTerms, MoveChoice,
    RegistrationForm, SettlementServer,
};
use wasm_bindgen::{JsCast, JsValue};

/// The most members that a list may have.
const LIST_MAX: usize = 64;
/// The largest amount, in minor units: every whole number up to here is exact in JavaScript.
const AMOUNT_MAX: f64 = 9_007_199_254_740_992.0;

fn wrong(name: &str) -> WalletError {
    WalletError::caused(
        ErrorKind::CallInvalid,
        &format_args!("{name} is missing or wrong"),
    )
}

/// A member; `undefined` where there is none.
fn member(value: &JsValue, name: &str) -> Result<JsValue, WalletError> {
    Reflect::get(value, &name.into()).map_err(|_| wrong(name))
}

fn text(value: &JsValue, name: &str) -> Result<String, WalletError> {
    member(value, name)?.as_string().ok_or_else(|| wrong(name))
}

fn texts(value: &JsValue, name: &str) -> Result<Vec<String>, WalletError> {
    let list: Array = member(value, name)?.dyn_into().map_err(|_| wrong(name))?;
    let text = |value: JsValue| value.as_string().ok_or_else(|| wrong(name));
    list.iter().take(LIST_MAX).map(text).collect()
}

pub(crate) fn deployment(value: &JsValue) -> Result<Deployment, WalletError> {
    let port = member(value, "local_port")?;
    let local_port = match port.as_f64() {
        Some(port) if (1.0..=65535.0).contains(&port) => Some(port as u16),
        None if port.is_null() || port.is_undefined() => None,
        _ => return Err(wrong("local_port")),
    };
    Ok(Deployment {
        root_certificates: texts(value, "root_certificates")?,
        key_centres: texts(value, "key_centres")?,
        welcome_url: text(value, "welcome_url")?,
        local_port,
        registration: domain(value, "registration")?,
        banks: domains(value, "banks")?,
        coupon_offices: domains(value, "coupon_offices")?,
        settlement_servers: settlement_servers(value)?,
        directory: domain(value, "directory")?,
        home_proxy: domain(value, "home_proxy")?,
    })
}

/// Absent in packages of earlier releases.
fn domain(value: &JsValue, field: &str) -> Result<Option<String>, WalletError> {
    let name = member(value, field)?;
    match name.as_string() {
        None if !name.is_null() && !name.is_undefined() => Err(wrong(field)),
        name => Ok(name),
    }
}

/// Absent in packages of earlier releases.
fn domains(value: &JsValue, field: &str) -> Result<Vec<String>, WalletError> {
    match member(value, field)?.is_undefined() {
        true => Ok(Vec::new()),
        false => texts(value, field),
    }
}

/// Absent in packages of earlier releases.
fn settlement_servers(value: &JsValue) -> Result<Vec<SettlementServer>, WalletError> {
    const NAME: &str = "settlement_servers";
    let list = member(value, NAME)?;
    if list.is_undefined() {
        return Ok(Vec::new());
    }
    let list: Array = list.dyn_into().map_err(|_| wrong(NAME))?;
    let server = |server: JsValue| {
        Ok(SettlementServer {
            front: text(&server, "front")?,
            security: text(&server, "security")?,
        })
    };
    list.iter().take(LIST_MAX).map(server).collect()
}

pub(crate) fn registration(value: &JsValue) -> Result<RegistrationForm, WalletError> {
    Ok(RegistrationForm {
        bank: text(value, "bank")?,
        name: text(value, "name")?,
        address: text(value, "address")?,
        telephone: text(value, "telephone")?,
        iban: text(value, "iban")?,
        currency: text(value, "currency")?,
    })
}

pub(crate) fn move_choice(value: &JsValue) -> Result<MoveChoice, WalletError> {
    Ok(MoveChoice {
        purse_id: text(value, "purse_id")?,
        from: text(value, "from")?,
        to: text(value, "to")?,
    })
}

/// An amount in minor units: a whole number that JavaScript holds exactly (2^53 at most).
pub(crate) fn amount(minor: f64) -> Result<u64, WalletError> {
    let is_whole = minor.fract() == 0.0 && (0.0..=AMOUNT_MAX).contains(&minor);
    match is_whole {
        true => Ok(minor as u64),
        false => Err(WalletError::new(ErrorKind::AmountInvalid)),
    }
}

pub(crate) fn address(value: &JsValue) -> Result<Address, WalletError> {
    Ok(Address {
        id: member(value, "id")?.as_string(),
        label: text(value, "label")?,
        name: text(value, "name")?,
        telephone: text(value, "telephone")?,
        postal_code: text(value, "postal_code")?,
        lines: text(value, "lines")?,
        country: text(value, "country")?,
    })
}

pub(crate) fn place(name: &str) -> Result<KeyPlace, WalletError> {
    match name {
        "software" => Ok(KeyPlace::Software),
        "reader" => Ok(KeyPlace::Reader),
        "hosted" => Ok(KeyPlace::Hosted),
        _ => Err(wrong("place")),
    }
}

pub(crate) fn fee(name: &str) -> Result<FeeName, WalletError> {
    match name {
        "account" => Ok(FeeName::Account),
        "outside-account" => Ok(FeeName::OutsideAccount),
        "new-card" => Ok(FeeName::NewCard),
        "key-installation" => Ok(FeeName::KeyInstallation),
        "certificate" => Ok(FeeName::Certificate),
        _ => Err(wrong("fee")),
    }
}

pub(crate) fn choice(value: &JsValue) -> Result<Choice, WalletError> {
    Ok(Choice {
        card_id: text(value, "card_id")?,
        address_id: text(value, "address_id")?,
        accept_extra: member(value, "accept_extra")?.is_truthy(),
        coupons: chosen_coupons(value)?,
        gift: gift(value)?,
    })
}

/// None where it is no gift.
fn gift(value: &JsValue) -> Result<Option<GiftView>, WalletError> {
    let gift = member(value, "gift")?;
    if gift.is_undefined() || gift.is_null() {
        return Ok(None);
    }
    let note = text(&gift, "note")?;
    Ok(Some(GiftView { note }))
}

/// None where none were offered.
fn chosen_coupons(value: &JsValue) -> Result<Vec<String>, WalletError> {
    if member(value, "coupons")?.is_undefined() {
        return Ok(Vec::new());
    }
    texts(value, "coupons")
}

fn whole(value: &JsValue, name: &str) -> Result<u64, WalletError> {
    let number = member(value, name)?.as_f64().ok_or_else(|| wrong(name))?;
    amount(number).map_err(|_| wrong(name))
}

pub(crate) fn loan_terms(value: &JsValue) -> Result<LoanTerms, WalletError> {
    let count = whole(value, "count")?;
    Ok(LoanTerms {
        terminal: text(value, "terminal")?,
        card_id: text(value, "card_id")?,
        shops: texts(value, "shops")?,
        currency: text(value, "currency")?,
        each_minor: whole(value, "each_minor")?,
        total_minor: whole(value, "total_minor")?,
        count: u32::try_from(count).map_err(|_| wrong("count"))?,
        ends_at: whole(value, "ends_at")?,
    })
}
