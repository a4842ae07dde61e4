//! Account numbers (ISO 13616), with their check digits (ISO/IEC 7064, MOD 97-10).

use core::fmt;
use core::str::FromStr;

/// The shortest and the longest, in characters. Norway's is the shortest in the registry.
const LEN: core::ops::RangeInclusive<usize> = 15..=34;

/// Why a text is no account number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IbanError {
    /// Not a country, two check digits and 11 to 30 letters and digits.
    #[error("an IBAN is a country, two check digits and 11 to 30 capital letters and digits")]
    Form,
    /// The check digits are wrong: something was mistyped.
    #[error("the IBAN's check digits are wrong")]
    CheckDigits,
}

/// An account number whose check digits are right. Written without spaces.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iban(String);

impl Iban {
    /// Makes the number of an account: the country and what its bank calls the account, with their check digits.
    ///
    /// # Errors
    /// [`IbanError::Form`].
    pub fn make(country: &str, account: &str) -> Result<Self, IbanError> {
        let draft = format!("{country}00{account}");
        require_form(&draft)?;
        let digits = 98 - remainder(&draft);
        format!("{country}{digits:02}{account}").parse()
    }

    /// The number, without spaces.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As people write it, in groups of four.
    #[must_use]
    pub fn grouped(&self) -> String {
        let groups: Vec<&str> = (0..self.0.len())
            .step_by(4)
            .filter_map(|at| self.0.get(at..(at + 4).min(self.0.len())))
            .collect();
        groups.join(" ")
    }
}

fn require_form(text: &str) -> Result<(), IbanError> {
    let bytes = text.as_bytes();
    let is_iban = LEN.contains(&bytes.len())
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            0 | 1 => byte.is_ascii_uppercase(),
            2 | 3 => byte.is_ascii_digit(),
            _ => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
        });
    if is_iban {
        Ok(())
    } else {
        Err(IbanError::Form)
    }
}

/// The number modulo 97, its first four characters behind the others, letters as 10 to 35.
fn remainder(text: &str) -> u32 {
    let bytes = text.bytes().skip(4).chain(text.bytes().take(4));
    bytes.fold(0, |sum, byte| match char::from(byte).to_digit(36) {
        Some(digit @ 0..=9) => (sum * 10 + digit) % 97,
        Some(letter) => (sum * 100 + letter) % 97,
        None => sum,
    })
}

/// Reads it with or without spaces.
impl FromStr for Iban {
    type Err = IbanError;

    fn from_str(text: &str) -> Result<Self, IbanError> {
        if text.len() > 2 * LEN.end() {
            return Err(IbanError::Form);
        }
        let text: String = text.chars().filter(|c| *c != ' ').collect();
        require_form(&text)?;
        if remainder(&text) == 1 {
            Ok(Self(text))
        } else {
            Err(IbanError::CheckDigits)
        }
    }
}

impl fmt::Display for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Shows country and last digits only: whose account it is, is nobody else's business.
impl fmt::Debug for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (
            self.0.get(..2),
            self.0.get(self.0.len().saturating_sub(4)..),
        );
        write!(f, "Iban({}…{})", first.unwrap_or(""), last.unwrap_or(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registrys_own_examples_are_account_numbers() {
        for text in [
            "GB29 NWBK 6016 1331 9268 19",
            "DE89370400440532013000",
            "NO9386011117947",
            "MT84MALT011000012345MTLCAST001S",
            "FR1420041010050500013M02606",
        ] {
            let iban: Iban = text.parse().unwrap();
            let account = iban.as_str().get(4..).unwrap();
            let country = iban.as_str().get(..2).unwrap();
            assert_eq!(Iban::make(country, account).as_ref(), Ok(&iban));
            assert_eq!(iban.grouped().parse(), Ok(iban));
        }
    }

    #[test]
    fn every_mistyped_digit_and_every_two_that_are_swapped_are_noticed() {
        let right = "DE89370400440532013000";
        for at in 2..right.len() {
            for digit in "0123456789".chars() {
                let mut typed: Vec<char> = right.chars().collect();
                typed[at] = digit;
                let typed: String = typed.into_iter().collect();
                assert_eq!(typed.parse::<Iban>().is_ok(), typed == right, "{typed}");
            }
            if at + 1 < right.len() {
                let mut typed: Vec<char> = right.chars().collect();
                typed.swap(at, at + 1);
                let typed: String = typed.into_iter().collect();
                assert_eq!(typed.parse::<Iban>().is_ok(), typed == right, "{typed}");
            }
        }
    }

    #[test]
    fn what_is_not_of_the_form_is_none() {
        for text in [
            "",
            "DE89",
            "de89370400440532013000",
            "D189370400440532013000",
            "DE8937040044053201300é",
        ] {
            assert_eq!(text.parse::<Iban>(), Err(IbanError::Form), "{text}");
        }
        assert_eq!("1".repeat(9999).parse::<Iban>(), Err(IbanError::Form));
    }
}
