//! Amounts as decimals, with as many places as their currency has (ISO 4217): JPY none, EUR and USD two.

use tallystick_protocol::wire::money::{Currency, MINOR_MAX, Money};

use super::error::Iso20022Error;
use super::xml::Element;

/// An amount without its currency: "12.05".
pub(super) fn decimal(money: Money) -> String {
    let written = money.to_string();
    written.split(' ').next().unwrap_or_default().to_owned()
}

/// An element of an amount.
pub(super) fn write(name: &str, money: Money) -> Element {
    Element {
        currency: Some(money.currency.code().to_owned()),
        ..Element::text(name, decimal(money))
    }
}

/// Reads an element of an amount.
pub(super) fn read(element: &Element) -> Result<Money, Iso20022Error> {
    let read = || {
        let currency: Currency = element.currency.as_deref()?.parse().ok()?;
        read_decimal(&element.text, currency)
    };
    let read = read().filter(|_| element.children.is_empty());
    read.ok_or_else(|| Iso20022Error::Amount(element.name.clone()))
}

/// Reads an amount without a sign. Fewer places than the currency has are as good as zeros; more are none.
pub(super) fn read_decimal(text: &str, currency: Currency) -> Option<Money> {
    let places = usize::try_from(currency.exponent()).ok()?;
    let (whole, part) = match text.split_once('.') {
        Some((whole, part)) if !part.is_empty() => (whole, part),
        Some(_) => return None,
        None => (text, ""),
    };
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_amount = (1..=18).contains(&whole.len())
        && part.len() <= places
        && are_digits(whole)
        && are_digits(part);
    if !is_amount {
        return None;
    }
    let whole = whole.parse::<u64>().ok()?;
    let unit = 10_u64.pow(currency.exponent());
    let part = format!("{part:0<places$}");
    let part = if places == 0 { 0 } else { part.parse().ok()? };
    let minor = whole.checked_mul(unit)?.checked_add(part)?;
    (minor <= MINOR_MAX).then_some(Money { minor, currency })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str, currency: &str) -> Result<Money, Iso20022Error> {
        read(&Element {
            currency: Some(currency.to_owned()),
            ..Element::text("InstdAmt", text)
        })
    }

    #[test]
    fn yen_have_no_decimals_and_euros_and_dollars_two() {
        let cases = [
            ("1000", "JPY", 1000),
            ("12.05", "EUR", 1205),
            ("12.5", "USD", 1250),
            ("7", "EUR", 700),
            ("0.01", "USD", 1),
            ("0007", "JPY", 7),
        ];
        for (text, currency, minor) in cases {
            assert_eq!(amount(text, currency).unwrap().minor, minor, "{text}");
        }
        let written = |minor, currency| decimal(Money { minor, currency });
        assert_eq!(written(1000, Currency::Jpy), "1000");
        assert_eq!(written(1205, Currency::Eur), "12.05");
        assert_eq!(written(5, Currency::Usd), "0.05");
    }

    #[test]
    fn what_is_no_amount_in_its_currency_is_refused() {
        let cases = [
            ("1000.0", "JPY"),
            ("1.5", "JPY"),
            ("1.005", "EUR"),
            ("-1", "JPY"),
            ("+1", "JPY"),
            ("", "JPY"),
            (".5", "EUR"),
            ("5.", "EUR"),
            ("1e3", "JPY"),
            ("1,000", "JPY"),
            (" 1", "JPY"),
            ("１", "JPY"),
            ("9007199254740992", "JPY"),
            ("90071992547409.92", "EUR"),
            ("99999999999999999999", "JPY"),
            ("1", "XXX"),
            ("1", "jpy"),
        ];
        for (text, currency) in cases {
            assert!(amount(text, currency).is_err(), "{text} {currency}");
        }
        assert!(amount("9007199254740991", "JPY").is_ok());
        assert!(amount("90071992547409.91", "EUR").is_ok());
    }
}
