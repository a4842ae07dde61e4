//! Who a holder is, asked at the object where the holder's account is: a certificate does not name its holder, and one that is on
//! another device by now must not count elsewhere.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use tallystick_protocol::wire::identifier::HolderId;

use super::CouponOffice;
use crate::issuer::accounts;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::Place;
use crate::ports::Ports;
use crate::store::typed;

/// Where an object is asked who a holder is.
pub(super) const ENROLLED: &str = "/siblings/enrolled";
/// Where an object is asked whose a holder identifier was that counts no more.
pub(super) const FORMER: &str = "/siblings/former";
/// Who a holder is: the account that is enrolled, and the certificate of its key.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub(super) struct Enrolled {
    #[n(0)]
    pub account: i64,
    #[n(1)]
    pub certificate: ByteVec,
    /// The object at which the account lives.
    #[n(2)]
    pub place: String,
}

impl<P: Ports> CouponOffice<P> {
    /// The account that a holder is enrolled for now, wherever it lives; none if the holder is revoked or unknown.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] if the object does not answer.
    pub(super) async fn enrolled(&self, holder: &HolderId) -> Result<Option<Enrolled>, Fault> {
        let office = &self.issuer.office;
        let [first, ..] = holder.0;
        let home = office.spread()?.shards.of(first);
        for place in [home, Place::Office] {
            let found = if place == office.place() {
                self.enrolled_here(holder)?
            } else {
                let answer = office
                    .ask_sibling(place, ENROLLED, holder.0.to_vec())
                    .await?;
                minicbor::decode(&answer).map_err(|_| Fault::internal())?
            };
            if found.is_some() || home == Place::Office {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The account that a holder had before it was moved to other keys; none if the holder is enrolled or unknown.
    ///
    /// # Errors
    /// As of [`CouponOffice::enrolled`].
    pub(super) async fn former(&self, holder: &HolderId) -> Result<Option<i64>, Fault> {
        let office = &self.issuer.office;
        let [first, ..] = holder.0;
        let home = office.spread()?.shards.of(first);
        for place in [home, Place::Office] {
            let found: Option<i64> = if place == office.place() {
                self.former_here(holder)?
            } else {
                let answer = office.ask_sibling(place, FORMER, holder.0.to_vec()).await?;
                minicbor::decode(&answer).map_err(|_| Fault::internal())?
            };
            if found.is_some() || home == Place::Office {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn former_here(&self, holder: &HolderId) -> Result<Option<i64>, Fault> {
        let sql = "SELECT account FROM issuer_revoked_holders WHERE holder = ?";
        let tables = self.issuer.office.tables();
        Ok(typed::one(tables, sql, &[holder.0.into()])?)
    }

    /// Tells another object whose a holder identifier was.
    pub(super) fn tell_former(&self, request: &Incoming) -> Result<Answer, Fault> {
        let unread = || Fault::malformed("A sibling says something else.");
        let holder = web::body_as(request, web::CBOR)?;
        let holder = HolderId::try_from(holder).map_err(|_| unread())?;
        let found = self.former_here(&holder)?;
        Ok(web::cbor(
            minicbor::to_vec(found).map_err(|_| Fault::internal())?,
        ))
    }

    fn enrolled_here(&self, holder: &HolderId) -> Result<Option<Enrolled>, Fault> {
        let tables = self.issuer.office.tables();
        let found = accounts::of_holder(tables, holder)?;
        Ok(found.map(|account| Enrolled {
            account: account.account,
            certificate: account.certificate.into(),
            place: self.issuer.office.place().to_string(),
        }))
    }

    /// Tells another object who a holder is.
    pub(super) fn tell_enrolled(&self, request: &Incoming) -> Result<Answer, Fault> {
        let unread = || Fault::malformed("A sibling says something else.");
        let holder = web::body_as(request, web::CBOR)?;
        let holder = HolderId::try_from(holder).map_err(|_| unread())?;
        let found = self.enrolled_here(&holder)?;
        Ok(web::cbor(
            minicbor::to_vec(&found).map_err(|_| Fault::internal())?,
        ))
    }
}
