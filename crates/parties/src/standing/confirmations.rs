//! Answers a holder's advance confirmation (T002-7): EP 0 791 901, step O0.

use tallystick_protocol::keys::confirmation::{ConfirmationAnswer, ConfirmationRequest};
use tallystick_protocol::keys::{DerivedKey, Purpose};
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::HolderId;

use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::{Asked, Key};
use crate::ports::Ports;

/// How long an answer is valid, in seconds.
const ANSWER_SECONDS: u64 = 300;

/// Who a confirmation is asked by, as it says itself: one holder is counted at one object.
pub(crate) fn holder_of(asked: &Asked<'_>) -> Option<Key> {
    let request: ConfirmationRequest = decode(asked.body).ok()?;
    Some(request.pair.holder.0.into())
}

impl<P: Ports> Office<P> {
    /// `POST /v1/confirmations`: shows the holder that this party shares a key with them and has a
    /// certificate.
    ///
    /// Anybody can claim to be a holder, so a holder's own limit counts what was proved to be theirs:
    /// nobody else uses it up. The limit for all comes after it. What proved to be nobody's is counted
    /// apart, and what is not even fresh and for this party costs next to nothing.
    ///
    /// # Errors
    /// [`Kind::RateLimited`](crate::office::fault::Kind::RateLimited);
    /// [`Kind::BadSignature`](crate::office::fault::Kind::BadSignature) if the holder has no such key.
    /// What `admit` says of a holder who has proved to be one.
    pub(crate) async fn confirm(
        &self,
        request: &Incoming,
        admit: impl FnOnce(&HolderId) -> Result<(), Fault>,
    ) -> Result<Answer, Fault> {
        let request: ConfirmationRequest = decode(web::body_as(request, web::CBOR)?)?;
        self.require_own_pair(&request.pair)?;
        request.check_fresh(self.now())?;
        let key = self
            .trying("confirmations-claimed", self.proved(&request))
            .await?;
        self.admit_confirmation(&request.pair.holder)?;
        admit(&request.pair.holder)?;
        let envelope = self.envelope(Audience::Holder, request.nonce, ANSWER_SECONDS);
        let answer = ConfirmationAnswer::new(&mut self.rng(), &request, &key, envelope);
        let answer = self.say(&answer).await?;
        self.log("confirmed", None, "ok");
        Ok(web::cose(answer))
    }

    /// The key between this party and the holder who made the request, if the holder did.
    async fn proved(&self, request: &ConfirmationRequest) -> Result<DerivedKey, Fault> {
        self.ensure_share(&request.pair.key).await?;
        let key = self.pairwise(&request.pair, Purpose::Confirmation, &request.nonce)?;
        request.verify(&key, self.now())?;
        Ok(key)
    }

    fn admit_confirmation(&self, holder: &HolderId) -> Result<(), Fault> {
        let limits = &self.settings.limits;
        let (each, all) = (limits.confirmations_per_holder, limits.confirmations_in_all);
        let bucket = format!("confirmations|{holder}");
        self.admit(&[(&bucket, each), ("confirmations", all)])
    }
}
