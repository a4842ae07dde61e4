//! Amounts: whole minor units with their currency.

use core::{fmt, str::FromStr};
use tallystick_codec::DecodeMap;

use minicbor::{CborLen, Decode, Encode};

/// The largest amount, in minor units: exact in every program that reads JSON numbers (2⁵³ − 1).
pub const MINOR_MAX: u64 = super::number::WHOLE_MAX;

/// Why an amount is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// Two amounts in different currencies.
    #[error("amounts in {0} and {1} cannot be added or compared")]
    CurrenciesDiffer(Currency, Currency),
    /// The result lies above [`MINOR_MAX`].
    #[error("the amount is too large")]
    TooLarge,
    /// The result would be below zero.
    #[error("the amount would be below zero")]
    BelowZero,
    /// Not a currency code this version knows.
    #[error("this currency is unknown")]
    UnknownCurrency,
}

/// A currency by its ISO 4217 code. Travels as the three letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Currency {
    /// Yen; there is no smaller unit.
    Jpy,
    /// Euro, in cents.
    Eur,
    /// US dollar, in cents.
    Usd,
    /// Pound sterling, in pence.
    Gbp,
}

impl Currency {
    /// All currencies.
    pub const ALL: [Self; 4] = [Self::Jpy, Self::Eur, Self::Usd, Self::Gbp];

    /// The ISO 4217 code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Jpy => "JPY",
            Self::Eur => "EUR",
            Self::Usd => "USD",
            Self::Gbp => "GBP",
        }
    }

    /// How many decimal places the minor unit has (ISO 4217).
    #[must_use]
    pub const fn exponent(self) -> u32 {
        match self {
            Self::Jpy => 0,
            Self::Eur | Self::Usd | Self::Gbp => 2,
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let currency = Self::ALL
            .into_iter()
            .find(|currency| currency.code() == text);
        currency.ok_or(MoneyError::UnknownCurrency)
    }
}

impl<C> Encode<C> for Currency {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.str(self.code())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Currency {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        d.str()?.parse().map_err(minicbor::decode::Error::message)
    }
}

impl<C> CborLen<C> for Currency {
    fn cbor_len(&self, _: &mut C) -> usize {
        4
    }
}

/// An amount in whole minor units (yen, cents), never a fraction and never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, DecodeMap, CborLen)]
#[cbor(map)]
pub struct Money {
    /// Minor units, at most [`MINOR_MAX`] in anything decoded or added up.
    #[cbor(n(0), decode_with = "decode_minor")]
    pub minor: u64,
    /// What they are units of.
    #[n(1)]
    pub currency: Currency,
}

fn decode_minor<C>(
    d: &mut minicbor::Decoder<'_>,
    _: &mut C,
) -> Result<u64, minicbor::decode::Error> {
    let minor = d.u64()?;
    if minor > MINOR_MAX {
        return Err(minicbor::decode::Error::message(MoneyError::TooLarge));
    }
    Ok(minor)
}

impl Money {
    /// An amount of that many minor units.
    #[must_use]
    pub const fn new(minor: u64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in that currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// The sum.
    ///
    /// # Errors
    /// If the currencies differ or the sum lies above [`MINOR_MAX`].
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.in_currency_of(other)?;
        self.with_minor(self.minor.checked_add(other.minor))
    }

    /// What is left.
    ///
    /// # Errors
    /// If the currencies differ or `other` is more than this.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.in_currency_of(other)?;
        let minor = self
            .minor
            .checked_sub(other.minor)
            .ok_or(MoneyError::BelowZero)?;
        Ok(Self::new(minor, self.currency))
    }

    /// That many times this amount.
    ///
    /// # Errors
    /// If the product lies above [`MINOR_MAX`].
    pub fn checked_mul(self, times: u64) -> Result<Self, MoneyError> {
        self.with_minor(self.minor.checked_mul(times))
    }

    fn in_currency_of(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(MoneyError::CurrenciesDiffer(self.currency, other.currency))
    }

    fn with_minor(self, minor: Option<u64>) -> Result<Self, MoneyError> {
        let minor = minor
            .filter(|minor| *minor <= MINOR_MAX)
            .ok_or(MoneyError::TooLarge)?;
        Ok(Self::new(minor, self.currency))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10_u64.pow(self.currency.exponent());
        let (major, minor) = (self.minor / unit, self.minor % unit);
        match self.currency.exponent() as usize {
            0 => write!(f, "{major} {}", self.currency),
            places => write!(f, "{major}.{minor:0places$} {}", self.currency),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn yen(minor: u64) -> Money {
        Money::new(minor, Currency::Jpy)
    }

    #[test]
    fn amounts_add_up_within_one_currency() {
        assert_eq!(yen(2960).checked_add(yen(520)), Ok(yen(3480)));
        assert_eq!(yen(1480).checked_mul(2), Ok(yen(2960)));
        assert_eq!(yen(3480).checked_sub(yen(520)), Ok(yen(2960)));
        assert_eq!(yen(1).checked_sub(yen(2)), Err(MoneyError::BelowZero));
        assert!(yen(1).checked_add(Money::zero(Currency::Eur)).is_err());
    }

    #[test]
    fn no_amount_exceeds_the_largest() {
        assert_eq!(
            yen(MINOR_MAX).checked_add(yen(1)),
            Err(MoneyError::TooLarge)
        );
        assert_eq!(yen(u64::MAX).checked_mul(2), Err(MoneyError::TooLarge));
        let too_large = minicbor::to_vec(yen(MINOR_MAX + 1)).unwrap();
        assert!(minicbor::decode::<Money>(&too_large).is_err());
    }

    #[test]
    fn an_amount_is_written_with_its_decimal_places() {
        assert_eq!(yen(3480).to_string(), "3480 JPY");
        assert_eq!(Money::new(1205, Currency::Eur).to_string(), "12.05 EUR");
    }

    #[test]
    fn an_amount_is_read_back_as_sent() {
        let bytes = minicbor::to_vec(yen(3480)).unwrap();
        assert_eq!(minicbor::len(yen(3480)), bytes.len());
        assert_eq!(minicbor::decode::<Money>(&bytes).unwrap(), yen(3480));
        assert!("JPX".parse::<Currency>().is_err());
    }
}
