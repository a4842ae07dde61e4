//! The keys of purses as they are stored, and the step that is next for one.

use data_encoding::HEXLOWER;
use tallystick_protocol::account::HolderCertificateRequest;
use tallystick_protocol::bank::{PurseKeysCertified, RenewalRequest, RenewedKeyCertified};
use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::trust::statement::{Audience, SignedMessage};
use tallystick_protocol::wire::identifier::{Domain, HolderId};
use tallystick_protocol::wire::time::Timestamp;

use super::state::KeyState;
use super::{LETTER_SECONDS, RegistrationAuthority, STATEMENT_SECONDS};
use crate::office::fault::{Fault, Kind};
use crate::ports::{DatabaseError, Ports, Tables, Value};
use crate::post::due;
use crate::post::outbox::{Content, NewLetter};
use crate::standing::statements;
use crate::store::typed::{self, typed_row};

typed_row! {
    /// One key of a purse.
    #[derive(Clone)]
    pub(super) struct PurseKey in "ra_purse_keys" {
        /// Its digest ([`key_digest`](tallystick_protocol::purse::key_digest)).
        pub(super) key: [u8; 32] = "key",
        pub(super) bank: Domain = "bank",
        /// The registration that an application named; none at a renewal.
        pub(super) registration: Option<[u8; 32]> = "registration",
        pub(super) holder: HolderId = "holder",
        /// The key (SubjectPublicKeyInfo, DER).
        pub(super) public_key: Vec<u8> = "public_key",
        /// The signed application or renewal.
        pub(super) asked: Vec<u8> = "asked",
        /// The account's signature beside an application.
        pub(super) approval: Option<Vec<u8>> = "approval",
        /// The digest of the key before it; none at an application.
        pub(super) replaces: Option<[u8; 32]> = "replaces",
        /// The purse's number, 16 bytes, once the bank drew it.
        pub(super) purse: Option<Vec<u8>> = "purse",
        pub(super) state: KeyState = "state",
        pub(super) certificate: Option<Vec<u8>> = "certificate",
        /// The bank's signed permit; none at an application.
        pub(super) permit: Option<Vec<u8>> = "permit",
        /// The encoded opening, with the certificate put in.
        pub(super) opening: Option<Vec<u8>> = "opening",
        /// What another party said in place of an answer, by its name.
        pub(super) problem: Option<String> = "problem",
        pub(super) received_at: Timestamp = "received_at",
    }
}

impl PurseKey {
    /// Names it in letters and statements.
    pub(super) fn reference(&self) -> String {
        HEXLOWER.encode(&self.key)
    }

    /// What its certificate calls it: names nobody, and follows from the key alone.
    pub(super) fn label(&self) -> String {
        format!("Purse {}", &self.reference()[..16])
    }
}

/// The key of this digest.
///
/// # Errors
/// The database's own; a row that cannot be read.
pub(super) fn find(
    tables: &(impl Tables + ?Sized),
    key: &[u8],
) -> Result<Option<PurseKey>, DatabaseError> {
    typed::find(tables, "key = ?", &[key.into()])
}

/// The key that a letter is about.
pub(super) fn by_reference(
    tables: &(impl Tables + ?Sized),
    reference: &str,
) -> Result<PurseKey, Fault> {
    let key = HEXLOWER.decode(reference.as_bytes());
    let key = key.map_err(|_| Fault::internal())?;
    find(tables, &key)?.ok_or_else(Fault::internal)
}

/// The key that is a purse's at present.
pub(super) fn current(
    tables: &(impl Tables + ?Sized),
    bank: &Domain,
    purse: &PurseNumber,
) -> Result<Option<PurseKey>, DatabaseError> {
    typed::find(
        tables,
        "key = (SELECT p.key FROM ra_purses p WHERE p.bank = ? AND p.number = ?)",
        &[bank.into(), purse.0.as_slice().into()],
    )
}

/// From now on a purse's key is this one.
pub(super) fn put_current(
    tables: &dyn Tables,
    bank: &Domain,
    purse: &[u8],
    key: &[u8; 32],
) -> Result<(), DatabaseError> {
    tables.run(
        "INSERT INTO ra_purses (bank, number, key) VALUES (?, ?, ?)
         ON CONFLICT (bank, number) DO UPDATE SET key = excluded.key",
        &[bank.into(), purse.into(), key.into()],
    )?;
    Ok(())
}

/// Moves a key on, and keeps `value` in `column` with it. Nothing stands in its way any more.
pub(super) fn move_on(
    tables: &dyn Tables,
    key: &PurseKey,
    next: KeyState,
    (column, value): (&'static str, Value),
) -> Result<PurseKey, Fault> {
    let next = key.state.move_to(next).map_err(|_| Fault::internal())?;
    let sql =
        format!("UPDATE ra_purse_keys SET state = ?, {column} = ?, problem = NULL WHERE key = ?");
    tables.run(&sql, &[next.as_str().into(), value, key.key.into()])?;
    find(tables, &key.key)?.ok_or_else(Fault::internal)
}

impl<P: Ports> RegistrationAuthority<P> {
    /// Has the next step of a key taken at once: decides what is to be said unless that is under way, and posts it.
    pub(super) fn step(&self, tables: &dyn Tables, key: &PurseKey) -> Result<(), Fault> {
        let own = |to: &Domain| {
            let to = Audience::Party(to.clone());
            self.office.envelope(to, key.key, STATEMENT_SECONDS)
        };
        let renews = key.replaces.is_some();
        let certificate = || key.certificate.clone().ok_or_else(Fault::internal);
        match key.state {
            KeyState::Asking => {
                let message = RenewalRequest {
                    envelope: own(&key.bank),
                    renewal: key.asked.clone(),
                };
                self.say_of(tables, key, &key.bank, "/v1/purse-renewals", &message)
            }
            KeyState::Certifying => {
                let ca = &self.office.settings.ca;
                let to = Audience::Party(ca.clone());
                let message = HolderCertificateRequest {
                    envelope: self.office.envelope(to, key.holder.0, STATEMENT_SECONDS),
                    signing_public_key: key.public_key.clone(),
                    label: key.label(),
                };
                self.say_of(tables, key, ca, "/v1/holder-certificates", &message)
            }
            KeyState::Opening if renews => {
                let message = RenewedKeyCertified {
                    envelope: own(&key.bank),
                    renewal: key.asked.clone(),
                    certificate: certificate()?,
                };
                self.say_of(tables, key, &key.bank, "/v1/renewed-keys", &message)
            }
            KeyState::Opening => {
                let message = PurseKeysCertified {
                    envelope: own(&key.bank),
                    application: key.asked.clone(),
                    approval: key.approval.clone().ok_or_else(Fault::internal)?,
                    certificate: certificate()?,
                };
                self.say_of(tables, key, &key.bank, "/v1/purse-keys", &message)
            }
            KeyState::Refused | KeyState::Opened | KeyState::Replaced => Ok(()),
        }
    }

    fn say_of<M: SignedMessage>(
        &self,
        tables: &dyn Tables,
        key: &PurseKey,
        to: &Domain,
        path: &str,
        message: &M,
    ) -> Result<(), Fault> {
        let kind = key.state.letter().ok_or_else(Fault::internal)?;
        let reference = key.reference();
        if !is_under_way(tables, key)? {
            statements::forget(tables, kind, &reference)?;
            self.office.decide(tables, kind, &reference, message)?;
        }
        let letter = NewLetter {
            kind,
            reference: &reference,
            to,
            path,
            content: Content::Statement(kind.to_owned()),
            give_up_at_ms: self
                .office
                .now()
                .plus_seconds(LETTER_SECONDS)
                .milliseconds(),
        };
        self.insist(tables, &letter)
    }

    /// Takes the steps that are left for a key, as far as the others answer.
    ///
    /// # Errors
    /// What stands in the way of the next one.
    pub(super) async fn advance(&self, key: &[u8; 32]) -> Result<PurseKey, Fault> {
        let tables = self.office.tables();
        let reference = HEXLOWER.encode(key);
        loop {
            let before = by_reference(tables, &reference)?;
            let Some(letter) = before.state.letter() else {
                return Ok(before);
            };
            let tried = self.send_now(letter, &reference).await;
            let after = by_reference(tables, &reference)?;
            if after.state == before.state {
                return Err(super::not_yet(after.problem.as_deref(), tried));
            }
        }
    }
}

/// Whether the letter of a key's present step is on the clock.
pub(super) fn is_under_way(tables: &dyn Tables, key: &PurseKey) -> Result<bool, DatabaseError> {
    let Some(kind) = key.state.letter() else {
        return Ok(false);
    };
    let letter = due::letter_reference(kind, &key.reference());
    Ok(due::time_of(tables, due::LETTER, &letter)?.is_some())
}

/// Notes what another party said in place of an answer.
pub(super) fn note(
    tables: &dyn Tables,
    key: &PurseKey,
    problem: Option<Kind>,
) -> Result<(), Fault> {
    let sql = "UPDATE ra_purse_keys SET problem = ? WHERE key = ?";
    tables.run(sql, &[problem.map(Kind::as_str).into(), key.key.into()])?;
    match key.state.letter() {
        Some(kind) => super::rest_if_refused(tables, (kind, &key.reference()), problem),
        None => Ok(()),
    }
}

/// The key of a letter, if it is still in the state in which that is sent.
pub(super) fn in_state(
    tables: &dyn Tables,
    reference: &str,
    state: KeyState,
) -> Result<Option<PurseKey>, Fault> {
    let key = by_reference(tables, reference)?;
    Ok(Some(key).filter(|key| key.state == state))
}
