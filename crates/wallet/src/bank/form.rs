//! What the holder told for an account, checked before anything leaves the wallet.

use tallystick_protocol::account::contact;
use tallystick_protocol::bank::Registration;
use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::Currency;

use crate::bank::view::RegistrationForm;
use crate::core::access::check_passphrase;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::wallet::Context;

/// How short and how long an IBAN is (ISO 13616).
const IBAN_CHARACTERS: core::ops::RangeInclusive<usize> = 15..=34;

/// An account that is wanted.
pub struct Wanted {
    /// The bank.
    pub bank: Domain,
    /// The currency.
    pub currency: Currency,
    name: String,
    address: String,
    telephone: String,
    iban: String,
}

impl Wanted {
    /// The registration with that number and verifier of the password.
    pub fn with(&self, number: [u8; 32], password_verifier: [u8; 32]) -> Registration {
        Registration {
            bank: self.bank.clone(),
            number,
            name: self.name.clone(),
            address: self.address.clone(),
            telephone: self.telephone.clone(),
            password_verifier,
            outside_account: self.iban.clone(),
            currency: self.currency,
        }
    }
}

/// Tidies what was typed.
///
/// # Errors
/// [`ErrorKind::NoSuchBank`], [`ErrorKind::WeakPassphrase`], [`ErrorKind::RegistrationInvalid`] about `name`,
/// `address`, `telephone`, `IBAN` or `currency`.
pub fn checked(
    form: &RegistrationForm,
    password: &str,
    context: &Context,
) -> Result<Wanted, WalletError> {
    let mut banks = context.banks.iter();
    let bank = banks.find(|bank| bank.as_str() == form.bank);
    let bank = bank.filter(|_| context.registration.is_some());
    let bank = bank.ok_or_else(|| WalletError::new(ErrorKind::NoSuchBank).about(&form.bank))?;
    check_passphrase(password)?;
    let wrong = |what: &str| WalletError::new(ErrorKind::RegistrationInvalid).about(what);
    let currency = form.currency.parse().map_err(|_| wrong("currency"))?;
    let wanted = Wanted {
        bank: bank.clone(),
        currency,
        name: form.name.trim().to_owned(),
        address: lines_as_one(&form.address),
        telephone: contact::telephone(&form.telephone).ok_or_else(|| wrong("telephone"))?,
        iban: iban(&form.iban).ok_or_else(|| wrong("IBAN"))?,
    };
    wanted
        .with([0; 32], [0; 32])
        .check()
        .map_err(|error| WalletError::caused(ErrorKind::RegistrationInvalid, &error))
        .map_err(|error| match wanted.name.is_empty() {
            true => error.about("name"),
            false => error.about("address"),
        })?;
    Ok(wanted)
}

fn lines_as_one(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(", ")
}

/// An IBAN in capital letters without spaces, if its check digits are right (ISO 13616, ISO 7064 MOD 97-10).
fn iban(typed: &str) -> Option<String> {
    let folded = contact::folded(typed).to_ascii_uppercase();
    let iban: String = folded.chars().filter(|c| *c != ' ').collect();
    let is_plain = iban.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_plain || !IBAN_CHARACTERS.contains(&iban.len()) {
        return None;
    }
    let (head, rest) = iban.split_at_checked(4)?;
    let remainder = [rest, head].concat().chars().try_fold(0_u32, |sum, c| {
        let digit = c.to_digit(36)?;
        let shifted = if digit < 10 { sum * 10 } else { sum * 100 };
        Some((shifted + digit) % 97)
    })?;
    (remainder == 1).then_some(iban)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iban_is_known_by_its_check_digits() {
        let right = iban("gb82 WEST 1234 5698 7654 32");
        assert_eq!(right.as_deref(), Some("GB82WEST12345698765432"));
        assert_eq!(iban("GB82 WEST 1234 5698 7654 33"), None);
        assert_eq!(iban("GB82"), None);
        assert_eq!(iban("GB82-WEST-1234-5698-7654-32"), None);
    }

    #[test]
    fn an_address_of_several_lines_is_said_in_one() {
        assert_eq!(
            lines_as_one("2-14-6 Nakano\r\n\n Tokyo "),
            "2-14-6 Nakano, Tokyo"
        );
    }
}
