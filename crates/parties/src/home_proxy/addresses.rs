//! To which address a home's decisions are mailed. Until whoever reads an address has had its code typed at home, that
//! address is mailed nothing but codes, and few of them.

use rand_core::Rng as _;
use subtle::ConstantTimeEq;
use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::home::decisions::{CODE_DIGITS, HomeMailAddress};
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::{HomeId, MailAddress};

use super::HomeProxy;
use super::homes::{body_of, done};
use crate::mail::{self, Post};
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::ports::{DatabaseError, Ports, Tables};
use crate::store::sealed::Sealed;
use crate::store::typed::{self, typed_row};

/// For how long a code is good, in seconds.
const CODE_SECONDS: u64 = 60 * 60;
/// How often a code may be typed.
const TRIES_MAX: u32 = 5;
/// How many codes one home has mailed in a day, and how many one address is mailed, by whomever.
const CODES_OF_HOME: u64 = 6;
const CODES_TO_ADDRESS: u64 = 3;
/// Asked for again so soon, the code is the one that was mailed: a request may come twice.
const PAUSE_SECONDS: u64 = 60;
const DAY_SECONDS: u64 = 86_400;

typed_row! {
    /// The confirmed address of a home, and what was mailed there.
    pub(super) struct Confirmed in "home_mail" {
        /// The address, sealed.
        address: Vec<u8> = "address",
        /// The number of the newest decision that was noted.
        pub told: u32 = "told",
        /// On which day, since 1970, it was mailed last, and how often on that day.
        pub day: u64 = "day",
        /// See `day`.
        pub mailed: u32 = "mailed",
    }
}

typed_row! {
    /// A code that was mailed last.
    struct Code in "home_codes" {
        /// The code and the address, sealed.
        sealed: Vec<u8> = "sealed",
        sent_at: u64 = "sent_at",
        tries: u32 = "tries",
    }
}

/// Confirmed addresses.
pub(super) const SEALED_ADDRESSES: Sealed = Sealed {
    named_by: &["home"],
    name: |row| Ok(address_sealed_as(&HomeId(row.bytes32(0)?))),
    ..Sealed::whole("home_mail", "address")
};
/// Codes that were mailed.
pub(super) const SEALED_CODES: Sealed = Sealed {
    named_by: &["home"],
    name: |row| Ok(code_sealed_as(&HomeId(row.bytes32(0)?))),
    ..Sealed::whole("home_codes", "sealed")
};

fn address_sealed_as(home: &HomeId) -> String {
    format!("home-mail|{home}")
}

fn code_sealed_as(home: &HomeId) -> String {
    format!("home-code|{home}")
}

/// The name of a home's mails, by which they are found.
pub(super) fn owner(home: &HomeId) -> String {
    home.to_string()
}

impl<P: Ports> HomeProxy<P> {
    /// How mail goes out.
    pub(super) fn post(&self) -> Result<&Post, Fault> {
        self.post.as_ref().ok_or_else(|| HomeRefusal::NoMail.into())
    }

    /// `POST /v1/homes/mail-address`: a home sets its address, confirms it, or wants nothing mailed any more.
    pub(super) fn take_address(&self, request: &Incoming) -> Result<Answer, Fault> {
        let said: HomeMailAddress = decode(body_of(request)?)?;
        let home = &said.home;
        self.by_token("mail-address", home, &said.token)?;
        match (&said.address, &said.code) {
            (None, None) => self.forget_address(home)?,
            (None, Some(_)) => return Err(Fault::malformed("A code is of an address.")),
            (Some(address), None) => self.send_code(home, address)?,
            (Some(address), Some(code)) => self.confirm(home, address, code)?,
        }
        Ok(done())
    }

    fn forget_address(&self, home: &HomeId) -> Result<(), Fault> {
        self.office.transaction(|tables| {
            mail::forget(tables, &owner(home))?;
            for table in ["home_mail", "home_codes"] {
                let sql = format!("DELETE FROM {table} WHERE home = ?");
                tables.run(&sql, &[home.0.into()])?;
            }
            Ok::<_, Fault>(())
        })?;
        self.office.log("home-mail-address", None, "removed");
        Ok(())
    }

    fn send_code(&self, home: &HomeId, address: &MailAddress) -> Result<(), Fault> {
        let (office, post) = (&self.office, self.post()?);
        office.admit(&[("mail-codes", office.settings.limits.mail_codes)])?;
        let now = office.now().0;
        let number = office.rng().next_u64() % 10_u64.pow(CODE_DIGITS as u32);
        let code = format!("{number:0width$}", width = CODE_DIGITS);
        let mut name = [0; 32];
        office.rng().fill_bytes(&mut name);
        let name = data_encoding::HEXLOWER.encode(&name);
        office.transaction(|tables| {
            if self.is_mailed(tables, home, address, now)? {
                return Ok(());
            }
            self.count_code(tables, home, address, now)?;
            let plain = [code.as_bytes(), address.as_str().as_bytes()].concat();
            let sealed = office.seal(&code_sealed_as(home), &plain)?;
            tables.run(
                "INSERT INTO home_codes (home, sealed, sent_at, tries) VALUES (?, ?, ?, 0)
                 ON CONFLICT (home) DO UPDATE SET sealed = excluded.sealed,
                    sent_at = excluded.sent_at, tries = 0",
                &[home.0.into(), sealed.into(), now.into()],
            )?;
            let to = (owner(home), address);
            mail::code(tables, post, (&to.0, to.1), (&name, &code), office.now_ms())?;
            Ok::<_, Fault>(())
        })?;
        office.log("home-mail-address", None, "code");
        Ok(())
    }

    /// Whether nothing is to be mailed: it is this home's address, or was sent a code just now.
    fn is_mailed(
        &self,
        tables: &dyn Tables,
        home: &HomeId,
        address: &MailAddress,
        now: u64,
    ) -> Result<bool, DatabaseError> {
        if let Some((_, confirmed)) = self.confirmed(tables, home)?
            && confirmed == *address
        {
            return Ok(true);
        }
        let waiting = self.waiting_code(tables, home)?;
        Ok(waiting.is_some_and(|(code, _, to)| {
            to == *address && now.saturating_sub(code.sent_at) < PAUSE_SECONDS
        }))
    }

    /// Counts a code that is mailed; a stranger's address is not mailed to at will.
    fn count_code(
        &self,
        tables: &dyn Tables,
        home: &HomeId,
        address: &MailAddress,
        now: u64,
    ) -> Result<(), Fault> {
        let folded = address.as_str().to_ascii_lowercase();
        let name = format!("mail-address|{folded}");
        let address = self.office.made_up(tables, &name)?;
        let counted: Option<(u64, u64)> = typed::one(
            tables,
            "SELECT (SELECT count(*) FROM home_codes_sent WHERE home = ?1 AND at > ?3),
                (SELECT count(*) FROM home_codes_sent WHERE address = ?2 AND at > ?3)",
            &[
                home.0.into(),
                address.into(),
                now.saturating_sub(DAY_SECONDS).into(),
            ],
        )?;
        let (of_home, to_address) = counted.ok_or_else(Fault::internal)?;
        if of_home >= CODES_OF_HOME || to_address >= CODES_TO_ADDRESS {
            return Err(HomeRefusal::TooMany.into());
        }
        tables.run(
            "INSERT INTO home_codes_sent (home, address, at) VALUES (?, ?, ?)",
            &[home.0.into(), address.into(), now.into()],
        )?;
        Ok(())
    }

    fn confirm(&self, home: &HomeId, address: &MailAddress, code: &str) -> Result<(), Fault> {
        let office = &self.office;
        let now = office.now().0;
        let is_right = office.transaction(|tables| {
            // What was confirmed is so when it is said again.
            let confirmed = self.confirmed(tables, home)?;
            let Some((kept, right, to)) = self.waiting_code(tables, home)? else {
                return Ok(confirmed.is_some_and(|(_, confirmed)| confirmed == *address));
            };
            tables.run(
                "UPDATE home_codes SET tries = tries + 1 WHERE home = ?",
                &[home.0.into()],
            )?;
            let is_good = kept.tries < TRIES_MAX && now.saturating_sub(kept.sent_at) < CODE_SECONDS;
            let is_right = bool::from(right.as_bytes().ct_eq(code.as_bytes()));
            if !is_good || !is_right || to != *address {
                return Ok(false);
            }
            let sealed = office.seal(&address_sealed_as(home), address.as_str().as_bytes())?;
            if confirmed.is_some() {
                // What was not sent yet is not for the new address, and not for the old one any more.
                mail::forget(tables, &owner(home))?;
            }
            tables.run(
                "INSERT INTO home_mail (home, address, told, day, mailed) VALUES (?, ?, 0, 0, 0)
                 ON CONFLICT (home) DO UPDATE SET address = excluded.address",
                &[home.0.into(), sealed.into()],
            )?;
            tables.run("DELETE FROM home_codes WHERE home = ?", &[home.0.into()])?;
            Ok::<_, Fault>(true)
        })?;
        if !is_right {
            return Err(HomeRefusal::WrongCode.into());
        }
        office.log("home-mail-address", None, "confirmed");
        Ok(())
    }

    /// The confirmed address of a home.
    pub(super) fn confirmed(
        &self,
        tables: &dyn Tables,
        home: &HomeId,
    ) -> Result<Option<(Confirmed, MailAddress)>, DatabaseError> {
        let found: Option<Confirmed> = typed::find(tables, "home = ?", &[home.0.into()])?;
        let Some(found) = found else {
            return Ok(None);
        };
        let plain = self
            .office
            .unseal(&address_sealed_as(home), &found.address)?;
        Ok(Some((found, read_address(&plain)?)))
    }

    fn waiting_code(
        &self,
        tables: &dyn Tables,
        home: &HomeId,
    ) -> Result<Option<(Code, String, MailAddress)>, DatabaseError> {
        let found: Option<Code> = typed::find(tables, "home = ?", &[home.0.into()])?;
        let Some(found) = found else {
            return Ok(None);
        };
        let plain = self.office.unseal(&code_sealed_as(home), &found.sealed)?;
        let parts = plain.split_at_checked(CODE_DIGITS);
        let (code, address) = parts.ok_or(DatabaseError::Sealed)?;
        let code = String::from_utf8(code.to_vec()).map_err(|_| DatabaseError::Sealed)?;
        Ok(Some((found, code, read_address(address)?)))
    }
}

fn read_address(bytes: &[u8]) -> Result<MailAddress, DatabaseError> {
    let text = core::str::from_utf8(bytes).ok();
    let address = text.and_then(|text| text.parse().ok());
    address.ok_or(DatabaseError::Sealed)
}
