//! Passwords at the bank's page: the salt, the comparison, and how long wrong ones are held back.
//!
//! The browser makes the verifier of the password as the wallet did at the registration. The bank keeps a hash of
//! that alone, since whoever has the verifier has what the password opens.

use http::StatusCode;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tallystick_protocol::bank::{PASSWORD_SALT_BYTES, password_salt};
use tallystick_protocol::wire::time::Timestamp;

use super::sessions;
use crate::bank::banking_system::BankingSystem;
use crate::bank::{Bank, accounts};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{DatabaseError, Ports, Random, Tables};
use crate::store::typed;

/// How many digits an account number has.
const DIGITS: usize = 16;
/// How much memory a verifier takes, in KiB, and how often it is gone through (RFC 9106: Argon2id, one lane, 32 bytes).
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 5;

/// So many wrong passwords in a row cost nothing but their time.
const FREE_FAILURES: u32 = 5;
/// How long the next one is held back for then, in seconds; each further one doubles it, up to an hour.
const PAUSE_SECONDS: u64 = 60;
const PAUSE_SECONDS_MAX: u64 = 3_600;
/// After so many seconds without a wrong password the count begins anew.
const FORGOTTEN_SECONDS: u64 = 86_400;

/// The body of `POST /v1/password-salts`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WhichSalt {
    account: String,
}

/// What the browser makes the verifier with.
#[derive(Serialize)]
struct Salt {
    salt: String,
    memory_kib: u32,
    passes: u32,
}

/// The body of `POST /v1/holder-sessions`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    account: String,
    verifier: String,
}

/// A session that was opened.
#[derive(Serialize)]
struct Opened {
    token: String,
    until: u64,
}

/// What is kept of a verifier: SHA-256.
pub(in crate::bank) fn password_digest(verifier: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(verifier).into()
}

/// The digits that were typed, if they have the form of an account number.
fn number_of(typed: &str) -> Result<String, Fault> {
    let digits: String = typed.chars().filter(|typed| *typed != ' ').collect();
    let is_one = digits.len() == DIGITS && digits.bytes().all(|digit| digit.is_ascii_digit());
    if is_one {
        return Ok(digits);
    }
    Err(Fault::malformed("An account number has 16 digits."))
}

/// The account of this number, if there is one, with the number of its registration and what is kept of its password.
type Known = (i64, [u8; 32], Vec<u8>);

fn known(tables: &(impl Tables + ?Sized), number: &str) -> Result<Option<Known>, DatabaseError> {
    let sql = "SELECT a.account, b.registration, b.details FROM issuer_accounts a
        JOIN bank_accounts b ON b.account = a.account WHERE a.card_number = ?";
    typed::one(tables, sql, &[number.into()])
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// `POST /v1/password-salts`. An account that does not exist has a salt too, always the same.
    pub(in crate::bank) fn show_salt(&self, request: &Incoming) -> Result<Answer, Fault> {
        let asked: WhichSalt = web::json_body(request)?;
        let number = number_of(&asked.account)?;
        self.admit_to_page(&number)?;
        let office = &self.issuer.office;
        let salt = match known(office.tables(), &number)? {
            Some((_, registration, _)) => password_salt(&office.settings.domain, &registration),
            None => self.salt_of_nobody(&number)?,
        };
        let salt = Salt {
            salt: data_encoding::HEXLOWER.encode(&salt),
            memory_kib: MEMORY_KIB,
            passes: PASSES,
        };
        Ok(web::json(StatusCode::OK, &salt))
    }

    fn salt_of_nobody(&self, number: &str) -> Result<[u8; PASSWORD_SALT_BYTES], DatabaseError> {
        let office = &self.issuer.office;
        let made_up = office.made_up(office.tables(), &format!("salt {number}"))?;
        let mut salt = [0; PASSWORD_SALT_BYTES];
        salt.copy_from_slice(&made_up[..PASSWORD_SALT_BYTES]);
        Ok(salt)
    }

    /// `POST /v1/holder-sessions`. What is wrong is never told.
    pub(in crate::bank) fn open_session(&self, request: &Incoming) -> Result<Answer, Fault> {
        let shown: Shown = web::json_body(request)?;
        let number = number_of(&shown.account)?;
        let verifier = data_encoding::HEXLOWER.decode(shown.verifier.as_bytes());
        let verifier = verifier.ok().and_then(|bytes| bytes.try_into().ok());
        let verifier: [u8; 32] =
            verifier.ok_or_else(|| Fault::malformed("A verifier has 32 bytes."))?;
        self.admit_to_page(&number)?;
        let office = &self.issuer.office;
        let mut token = [0; sessions::TOKEN_BYTES];
        office.ports.random().fill(&mut token);
        let now = office.now();
        // A wrong password stays counted: it is a result here, and no fault that would undo it.
        let until = office.transaction(|tables| {
            require_no_pause(tables, &number, now)?;
            let Some(account) = self.account_behind(tables, &number, &verifier)? else {
                count_failure(tables, &number, now)?;
                return Ok::<_, Fault>(None);
            };
            forget_failures(tables, &number)?;
            sessions::open(tables, &token, account, now).map(Some)
        })?;
        office.log(
            "holder-session",
            None,
            if until.is_some() { "opened" } else { "refused" },
        );
        let wrong = || Fault::new(Kind::Unauthorised, "Account number or password is wrong.");
        let opened = Opened {
            token: data_encoding::HEXLOWER.encode(&token),
            until: until.ok_or_else(wrong)?.0,
        };
        Ok(web::json(StatusCode::CREATED, &opened))
    }

    /// The account of this number, if the verifier is that of its password. One that does not exist
    /// is compared with as well.
    fn account_behind(
        &self,
        tables: &dyn Tables,
        number: &str,
        verifier: &[u8; 32],
    ) -> Result<Option<i64>, Fault> {
        let known = known(tables, number)?;
        let kept = match &known {
            Some((account, _, details)) => {
                accounts::password_digest(&self.issuer.office, *account, details)?
            }
            None => {
                let office = &self.issuer.office;
                office.made_up(tables, &format!("password {number}"))?
            }
        };
        let is_right = bool::from(kept.ct_eq(&password_digest(verifier)));
        Ok(known.filter(|_| is_right).map(|(account, ..)| account))
    }

    /// Counts who asks: all together, and for each number.
    fn admit_to_page(&self, number: &str) -> Result<(), Fault> {
        let limits = &self.issuer.office.settings.limits;
        let bucket = format!("passwords|{number}");
        self.issuer.office.admit(&[
            (&bucket, limits.passwords_each),
            ("passwords", limits.passwords),
        ])
    }
}

/// Requires that wrong passwords for this number do not hold back the next one.
///
/// # Errors
/// [`Kind::RateLimited`].
fn require_no_pause(tables: &dyn Tables, number: &str, now: Timestamp) -> Result<(), Fault> {
    let sql = "SELECT failures, failed_at FROM bank_password_failures WHERE account_number = ?";
    let found: Option<(u32, Timestamp)> = typed::one(tables, sql, &[number.into()])?;
    let Some((failures, failed_at)) = found else {
        return Ok(());
    };
    if now >= failed_at.plus_seconds(pause_after(failures)) {
        return Ok(());
    }
    let waits = "Too many wrong passwords for this account. Try again later.";
    Err(Fault::new(Kind::RateLimited, waits))
}

/// How long the next password is held back after so many wrong ones in a row, in seconds.
fn pause_after(failures: u32) -> u64 {
    match failures.checked_sub(FREE_FAILURES) {
        None => 0,
        Some(more) => (PAUSE_SECONDS << more.min(6)).min(PAUSE_SECONDS_MAX),
    }
}

fn count_failure(tables: &dyn Tables, number: &str, now: Timestamp) -> Result<(), DatabaseError> {
    let old = Timestamp(now.0.saturating_sub(FORGOTTEN_SECONDS));
    let forget = "DELETE FROM bank_password_failures WHERE failed_at < ?";
    tables.run(forget, &[old.into()])?;
    let sql = "INSERT INTO bank_password_failures (account_number, failures, failed_at) VALUES (?, 1, ?)
        ON CONFLICT (account_number) DO UPDATE SET failures = failures + 1, failed_at = excluded.failed_at";
    tables.run(sql, &[number.into(), now.into()])?;
    Ok(())
}

fn forget_failures(tables: &dyn Tables, number: &str) -> Result<(), DatabaseError> {
    let sql = "DELETE FROM bank_password_failures WHERE account_number = ?";
    tables.run(sql, &[number.into()])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::pause_after;

    #[test]
    fn wrong_passwords_are_held_back_for_longer_and_longer_up_to_an_hour() {
        let pauses: Vec<_> = (0..14).map(pause_after).collect();
        assert_eq!(pauses[..5], [0; 5]);
        assert_eq!(pauses[5..12], [60, 120, 240, 480, 960, 1_920, 3_600]);
        assert_eq!(pause_after(u32::MAX), 3_600);
    }
}
