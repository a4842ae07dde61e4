//! What somebody signed about a coupon, done once: the same again is answered with what came of it.

use sha2::{Digest, Sha256};
use tallystick_protocol::coupon::{
    ClaimCancellation, ClaimOffer, ClaimRedemption, ConversionNotice, CouponId, CouponOutcome,
    CouponTransfer, IssueRequest, Owner, OwnerChangeRequest, TransferReply,
};
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::keyed::{self, KeyedError, KeyedMessage};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::{Domain, HolderId};
use tallystick_protocol::wire::time::Timestamp;

use super::CouponOffice;
use super::enrolled::Enrolled;
use crate::office::fault::{Fault, Kind};
use crate::ports::{DatabaseError, Ports, Tables};
use crate::store::typed;

/// How far ahead a wallet's clock may be, in seconds.
const AHEAD_SECONDS: u64 = 300;
/// How old what is signed may be, in seconds: a coupon may have been handed over far from any network. Notices are kept
/// longer than that.
const OLD_SECONDS: u64 = 31 * 86_400;

/// What a holder signs about a coupon.
pub(super) trait Notice: KeyedMessage {
    /// Its name where it is stored.
    const WORD: &'static str;

    fn office(&self) -> &Domain;
    fn holder(&self) -> &HolderId;
    /// None of a coupon that is to be issued.
    fn coupon(&self) -> Option<CouponId>;
    fn at(&self) -> Timestamp;

    /// Whether whoever speaks may bring it.
    fn may_be_brought_by(&self, speaker: &HolderId) -> bool {
        speaker == self.holder()
    }
}

macro_rules! notice {
    ($type:ty, $word:literal) => {
        impl Notice for $type {
            notice!(parts $word);
            fn coupon(&self) -> Option<CouponId> {
                Some(self.coupon)
            }
        }
    };
    (parts $word:literal) => {
        const WORD: &'static str = $word;

        fn office(&self) -> &Domain {
            &self.office
        }
        fn holder(&self) -> &HolderId {
            &self.holder
        }
        fn at(&self) -> Timestamp {
            self.at
        }
    };
}

notice!(OwnerChangeRequest, "owner-change");
notice!(TransferReply, "reply");
notice!(ConversionNotice, "conversion");
notice!(ClaimOffer, "claim-offer");
notice!(ClaimCancellation, "claim-cancellation");
notice!(ClaimRedemption, "claim-redemption");

impl Notice for IssueRequest {
    notice!(parts "issue");
    fn coupon(&self) -> Option<CouponId> {
        None
    }
}

impl Notice for CouponTransfer {
    notice!(parts "transfer");
    fn coupon(&self) -> Option<CouponId> {
        Some(self.coupon)
    }
    /// The owner brings it, or whoever was given the coupon far from any network.
    fn may_be_brought_by(&self, speaker: &HolderId) -> bool {
        *speaker == self.holder || self.to == Owner::Holder(*speaker)
    }
}

/// A notice whose signer is known.
pub(super) struct Signed<M> {
    pub message: M,
    /// SHA-256 of the encoded message.
    pub digest: [u8; 32],
    /// As it was signed: evidence.
    pub bytes: Vec<u8>,
    pub signer: Enrolled,
}

/// What came of something that was asked.
#[derive(Clone, Copy)]
pub(super) struct Decided {
    pub outcome: CouponOutcome,
    pub coupon: Option<CouponId>,
    pub until: Option<Timestamp>,
}

impl Decided {
    pub(super) fn of(outcome: CouponOutcome, coupon: CouponId) -> Self {
        Self {
            outcome,
            coupon: Some(coupon),
            until: None,
        }
    }
}

/// Something to be done once.
pub(super) struct Asked<'a> {
    pub digest: &'a [u8; 32],
    pub kind: &'static str,
    pub signed: &'a [u8],
    pub certificate: Option<&'a [u8]>,
}

/// What came of it before, if it was asked before.
pub(super) fn before(
    tables: &(impl Tables + ?Sized),
    digest: &[u8; 32],
) -> Result<Option<Decided>, DatabaseError> {
    let sql = "SELECT outcome, coupon, until FROM coupon_notices WHERE digest = ?";
    let found: Option<(CouponOutcome, Option<CouponId>, Option<Timestamp>)> =
        typed::one(tables, sql, &[(*digest).into()])?;
    Ok(found.map(|(outcome, coupon, until)| Decided {
        outcome,
        coupon,
        until,
    }))
}

/// Whether the very same may be granted later, so that its refusal is not for good: its time comes, or a shop says what the
/// order is. Any other refusal is: what a wallet told its holder to have failed must not happen afterwards.
const fn may_come(outcome: CouponOutcome) -> bool {
    matches!(
        outcome,
        CouponOutcome::ConditionNotMet | CouponOutcome::NotYet
    )
}

/// Does it unless it was done, and keeps what came of it. Call it in the transaction that decides.
pub(super) fn once(
    tables: &dyn Tables,
    asked: &Asked<'_>,
    now: Timestamp,
    work: impl FnOnce(&dyn Tables) -> Result<Decided, Fault>,
) -> Result<Decided, Fault> {
    if let Some(decided) = before(tables, asked.digest)? {
        return Ok(decided);
    }
    let decided = work(tables)?;
    if may_come(decided.outcome) {
        return Ok(decided);
    }
    tables.run(
        "INSERT INTO coupon_notices (digest, kind, coupon, outcome, until, signed, certificate, at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        &[
            (*asked.digest).into(),
            asked.kind.into(),
            decided.coupon.into(),
            decided.outcome.as_str().into(),
            decided.until.into(),
            asked.signed.to_vec().into(),
            asked.certificate.map(<[u8]>::to_vec).into(),
            now.into(),
        ],
    )?;
    Ok(decided)
}

/// What was waited for has come: whoever asks again hears of it.
pub(super) fn ended(
    tables: &dyn Tables,
    digest: &[u8; 32],
    outcome: CouponOutcome,
) -> Result<(), DatabaseError> {
    let sql = "UPDATE coupon_notices SET outcome = ?, until = NULL WHERE digest = ?";
    tables.run(sql, &[outcome.as_str().into(), (*digest).into()])?;
    Ok(())
}

impl<P: Ports> CouponOffice<P> {
    /// Verifies a notice: for this office, by the key that is enrolled for its holder now, and of a time that can be.
    ///
    /// # Errors
    /// [`Kind::WrongRecipient`], [`Kind::Revoked`], [`Kind::BadSignature`], [`Kind::CertificateEnded`], [`Kind::Expired`].
    pub(super) async fn verify_notice<M: Notice>(&self, bytes: &[u8]) -> Result<Signed<M>, Fault> {
        let office = &self.issuer.office;
        let claimed: M = keyed::unverified(bytes).map_err(keyed_fault)?;
        if *claimed.office() != office.settings.domain {
            return Err(Fault::new(Kind::WrongRecipient, "It names another office."));
        }
        let none = || Fault::new(Kind::Revoked, "The account is on another device.");
        let signer = self.enrolled(claimed.holder()).await?.ok_or_else(none)?;
        let certificate = Certificate::from_der(&signer.certificate)?;
        if certificate.not_after() <= office.now() {
            return Err(Fault::new(Kind::CertificateEnded, ""));
        }
        let message: M = keyed::open(bytes, certificate.public_key()).map_err(keyed_fault)?;
        let now = office.now();
        let is_timely = message.at() <= now.plus_seconds(AHEAD_SECONDS)
            && message.at().plus_seconds(OLD_SECONDS) >= now;
        if !is_timely {
            let other = "It was signed too long ago, or the wallet's clock is wrong.";
            return Err(Fault::new(Kind::Expired, other));
        }
        Ok(Signed {
            digest: Sha256::digest(encode(&message)).into(),
            bytes: bytes.to_vec(),
            message,
            signer,
        })
    }
}

/// What is wrong with something signed by a key that is known beforehand, as a problem.
pub(super) fn keyed_fault(error: KeyedError) -> Fault {
    match error {
        KeyedError::TooLong(_) => Fault::new(Kind::TooLarge, error),
        KeyedError::BadSignature => Fault::untrusted(error),
        KeyedError::Message(error) => error.into(),
        error => Fault::malformed(error),
    }
}
