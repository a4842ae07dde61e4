//! Which key speaks for a purse when it has got a new one (EP 1 221 669, S9 and S10). The card says so: the bank knows the
//! keys that it opened the purse for, and the first message that one of them signed puts it in the old one's place. Until
//! then the old one speaks, so that what was late, or a card that never heard of the new certificate, loses nothing.

use tallystick_protocol::purse::{PurseNumber, key_digest};
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::keyed::{self, KeyedMessage};
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::time::Timestamp;

use super::Bank;
use super::banking_system::BankingSystem;
use super::conversation::{FromPurse, keyed_fault};
use super::purses::{self, Purse};
use crate::moves::IllegalMove;
use crate::office::fault::{Fault, Kind};
use crate::ports::{DatabaseError, Ports, Row, Tables, Value};
use crate::store::typed::{self, Stored, typed_row};

tallystick_protocol::named_enum! {
    /// Where a new key stands.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) enum RenewalState {
        /// The bank permits it (S2).
        Permitted => "permitted",
        /// The purse is opened for it (S4).
        Certified => "certified",
        /// It spoke: it is in the card.
        InCard => "in-card",
        /// Another key took its place, or came first.
        Over => "over",
    }
}

impl RenewalState {
    fn move_to(self, next: Self) -> Result<Self, Fault> {
        let is_step = match self {
            Self::Permitted => matches!(next, Self::Certified | Self::Over),
            Self::Certified => matches!(next, Self::InCard | Self::Over),
            Self::InCard => next == Self::Over,
            Self::Over => false,
        };
        let illegal = IllegalMove {
            what: "a purse's new key",
            from: self.as_str(),
            to: next.as_str(),
        };
        is_step
            .then_some(next)
            .ok_or_else(|| Fault::new(Kind::Conflict, illegal))
    }
}

impl Stored for RenewalState {
    const WIDTH: usize = 1;

    fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
        Self::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at))
    }

    fn write(&self, values: &mut Vec<Value>) {
        values.push(self.as_str().into());
    }
}

typed_row! {
    /// A new key that the bank permits a purse.
    #[derive(Clone)]
    pub(super) struct Renewal in "bank_renewals" {
        /// Its digest ([`key_digest`]).
        pub key: [u8; 32] = "key",
        /// Whose.
        pub purse: PurseNumber = "purse",
        /// The digest of the key that it replaces.
        pub replaces: [u8; 32] = "replaces",
        /// What asks for it, as the old key signed it: evidence.
        pub signed: Vec<u8> = "signed",
        /// The new key (subject public key info, DER).
        pub public_key: Vec<u8> = "public_key",
        /// Where it stands.
        pub state: RenewalState = "state",
        /// Its certificate (DER), once there is one.
        pub certificate: Option<Vec<u8>> = "certificate",
        /// When that ends.
        pub ends_at: Option<Timestamp> = "ends_at",
        /// The last month of the account once it is certified, `MM/YY`.
        pub account_expiry: String = "account_expiry",
        /// When the bank permitted it.
        pub permitted_at: Timestamp = "permitted_at",
    }
}

/// The new key of this digest, if the bank permits it.
pub(super) fn find(
    tables: &(impl Tables + ?Sized),
    key: &[u8; 32],
) -> Result<Option<Renewal>, DatabaseError> {
    typed::find(tables, "key = ?", &[(*key).into()])
}

/// The keys for which the purse was opened and that have not spoken, newest first.
fn certified(
    tables: &(impl Tables + ?Sized),
    purse: &Purse,
) -> Result<Vec<Renewal>, DatabaseError> {
    let is_it = "purse = ? AND state = 'certified' ORDER BY permitted_at DESC";
    typed::find_all(tables, is_it, &[purse.number.into()])
}

/// The new key has a certificate: the purse is opened for it.
///
/// # Errors
/// [`Kind::Conflict`] if another key spoke first.
pub(super) fn certify(
    tables: &dyn Tables,
    renewal: &Renewal,
    certificate: &Certificate,
) -> Result<(), Fault> {
    let state = renewal.state.move_to(RenewalState::Certified)?;
    tables.run(
        "UPDATE bank_renewals SET state = ?, certificate = ?, ends_at = ? WHERE key = ?",
        &[
            state.as_str().into(),
            certificate.as_der().into(),
            certificate.not_after().into(),
            renewal.key.into(),
        ],
    )?;
    Ok(())
}

/// What a purse said, and the new key that said it, if it was one.
pub(super) struct Heard<M> {
    /// What it says.
    pub message: M,
    next: Option<Renewal>,
}

/// Verifies what a purse said, by its key or one for which it was opened since.
///
/// # Errors
/// [`Kind::BadSignature`] if none of them signed it.
pub(super) fn hear<M: KeyedMessage>(
    tables: &(impl Tables + ?Sized),
    purse: &Purse,
    signed: &[u8],
) -> Result<Heard<M>, Fault> {
    let by_own = match keyed::open(signed, &purse.key()?) {
        Ok(message) => {
            let next = None;
            return Ok(Heard { message, next });
        }
        Err(error) => error,
    };
    for renewal in certified(tables, purse)? {
        let key = VerifyingKey::from_spki(&renewal.public_key)?;
        if let Ok(message) = keyed::open(signed, &key) {
            let next = Some(renewal);
            return Ok(Heard { message, next });
        }
    }
    Err(keyed_fault(by_own))
}

/// Puts the key that spoke in the old one's place, if it was a new one. Returns the purse as it is then; nothing if another
/// key was faster, so that this one does not speak for it. Call it in a transaction.
///
/// # Errors
/// Only the database's own.
pub(super) fn settle<M>(
    tables: &dyn Tables,
    purse: Purse,
    heard: &Heard<M>,
    now: Timestamp,
) -> Result<Option<Purse>, DatabaseError> {
    let Some(next) = &heard.next else {
        return Ok(Some(purse));
    };
    let next = find(tables, &next.key)?;
    let Some(next) = next.filter(|next| next.state.move_to(RenewalState::InCard).is_ok()) else {
        return Ok(None);
    };
    let over = "UPDATE bank_renewals SET state = CASE WHEN key = ? THEN 'in-card' ELSE 'over' END WHERE purse = ?";
    tables.run(over, &[next.key.into(), purse.number.into()])?;
    tables.run(
        "INSERT INTO bank_former_keys (key, purse, public_key, certificate, replaced_at)
         SELECT ?, number, public_key, key_certificate, ? FROM bank_purses WHERE number = ?",
        &[next.replaces.into(), now.into(), purse.number.into()],
    )?;
    tables.run(
        "UPDATE bank_purses SET public_key = ?, key_certificate = ?, expires_at = ? WHERE number = ?",
        &[
            next.public_key.into(),
            next.certificate.into(),
            next.ends_at.into(),
            purse.number.into(),
        ],
    )?;
    purses::find(tables, &purse.number)
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// What a purse signed, by whichever of its keys is in the card.
    ///
    /// # Errors
    /// [`Kind::BadSignature`]; [`Kind::CertificateRevoked`] if the key is on the list of revoked certificates
    /// (T004-10, T004-28).
    pub(super) fn heard_from<M: KeyedMessage>(
        &self,
        purse: Purse,
        signed: &[u8],
    ) -> Result<FromPurse<M>, Fault> {
        let office = &self.issuer.office;
        let heard = hear(office.tables(), &purse, signed)?;
        let purse = match heard.next {
            None => purse,
            Some(_) => {
                let settled =
                    office.transaction(|tables| settle(tables, purse, &heard, office.now()))?;
                office.log("purse-key", None, "replaced");
                settled.ok_or_else(|| Fault::untrusted("Another key is the purse's by now."))?
            }
        };
        self.require_not_revoked(&purse)?;
        let message = heard.message;
        Ok(FromPurse { purse, message })
    }

    fn require_not_revoked(&self, purse: &Purse) -> Result<(), Fault> {
        let identity = self.issuer.office.identity()?;
        let lists = identity.anchors.lists();
        let (Some(certificate), false) = (&purse.key_certificate, lists.is_empty()) else {
            return Ok(());
        };
        let certificate = Certificate::from_der(certificate)?;
        let is_revoked = lists
            .iter()
            .any(|list| list.find(certificate.serial()).is_some());
        if is_revoked {
            let revoked = "The purse's key was revoked.";
            return Err(Fault::new(Kind::CertificateRevoked, revoked));
        }
        Ok(())
    }
}

/// The digest of the key that is a purse's at present.
///
/// # Errors
/// [`Kind::WrongSource`] of a prepaid card.
pub(super) fn present_key(purse: &Purse) -> Result<[u8; 32], Fault> {
    let spki = purse.public_key.as_deref();
    let unsigned = || Fault::new(Kind::WrongSource, "A prepaid card signs nothing.");
    Ok(key_digest(spki.ok_or_else(unsigned)?))
}

#[cfg(test)]
mod tests {
    use super::RenewalState::{Certified, InCard, Over, Permitted};
    use super::*;

    #[test]
    fn a_new_key_is_certified_before_it_speaks_and_is_over_once() {
        for pair in [Permitted, Certified, InCard, Over].windows(2) {
            assert_eq!(pair[0].move_to(pair[1]), Ok(pair[1]));
        }
        assert!(Permitted.move_to(InCard).is_err());
        for next in RenewalState::ALL {
            assert!(Over.move_to(next).is_err());
        }
    }
}
