//! The keys with which offices sign coupons and what they say of them: fetched once an hour, certified for that office in that
//! role.

use http::Method;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::identifier::{Domain, Role};

use crate::office::fault::{Fault, Kind};
use crate::office::http as web;
use crate::ports::{DatabaseError, Network, Ports, Tables};
use crate::shop::Shop;
use crate::store::typed;

/// For how long an office's certificate is not asked for again, in seconds.
const FETCHED_SECONDS: u64 = 3_600;
/// Where it is.
const PATH: &str = "/v1/coupons.cer";

impl<P: Ports> Shop<P> {
    /// The key of an office, asked for if it was not within the hour. One that is known and good is used while the office is
    /// silent.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] if nobody answers; why the certificate is not accepted.
    pub(in crate::shop) async fn coupon_key(&self, office: &Domain) -> Result<VerifyingKey, Fault> {
        let known = self.known_coupon_key(office);
        if known.is_ok() && self.is_fresh(office)? {
            return known;
        }
        match self.fetch_coupon_key(office).await {
            Err(fault) if fault.kind == Kind::Unreachable => known.map_err(|_| fault),
            fetched => fetched,
        }
    }

    /// The key of an office as its certificate says it, which is stored and good now.
    ///
    /// # Errors
    /// [`Kind::Unconfirmed`] if none is stored; why the certificate is not accepted.
    pub(super) fn known_coupon_key(&self, office: &Domain) -> Result<VerifyingKey, Fault> {
        let stored = certificate_of(self.office.tables(), office)?;
        let none = || Fault::new(Kind::Unconfirmed, "The office's key is not known yet.");
        self.coupon_key_in(office, &stored.ok_or_else(none)?)
    }

    fn is_fresh(&self, office: &Domain) -> Result<bool, DatabaseError> {
        let sql = "SELECT fetched_at FROM shop_coupon_offices WHERE office = ?";
        let at: Option<u64> = typed::one(self.office.tables(), sql, &[office.into()])?;
        let now = self.office.now().0;
        Ok(at.is_some_and(|at| at <= now && now - at < FETCHED_SECONDS))
    }

    async fn fetch_coupon_key(&self, office: &Domain) -> Result<VerifyingKey, Fault> {
        let request = web::request_to(office.as_str(), Method::GET, PATH, None, Vec::new())?;
        let answer = self.office.ports.network().send(request).await?;
        let unreachable = || Fault::new(Kind::Unreachable, "The coupon office did not answer.");
        let certificate = web::answer_as(&answer, web::CERTIFICATE).map_err(|_| unreachable())?;
        let key = self.coupon_key_in(office, certificate)?;
        let now = self.office.now();
        self.office.transaction(|tables| {
            tables.run(
                "INSERT INTO shop_coupon_offices (office, certificate, fetched_at) VALUES (?, ?, ?)
                 ON CONFLICT (office) DO UPDATE
                 SET certificate = excluded.certificate, fetched_at = excluded.fetched_at",
                &[office.into(), certificate.to_vec().into(), now.into()],
            )
        })?;
        Ok(key)
    }

    fn coupon_key_in(&self, office: &Domain, certificate: &[u8]) -> Result<VerifyingKey, Fault> {
        let certificate = Certificate::from_der(certificate)?;
        let anchors = &self.office.identity()?.anchors;
        let owner = anchors.verify(&certificate, self.office.now(), Role::CouponOffice)?;
        if owner.domain.as_ref() == Some(office) {
            Ok(owner.public_key)
        } else {
            Err(Fault::untrusted("The key is another office's."))
        }
    }
}

fn certificate_of(
    tables: &(impl Tables + ?Sized),
    office: &Domain,
) -> Result<Option<Vec<u8>>, DatabaseError> {
    let sql = "SELECT certificate FROM shop_coupon_offices WHERE office = ?";
    typed::one(tables, sql, &[office.into()])
}
