//! Answers a holder's advance confirmation (T002-7): EP 0 791 901, step O0.

use tallystick_protocol::cbor::decode;
use tallystick_protocol::confirmation::{ConfirmationAnswer, ConfirmationRequest};
use tallystick_protocol::keys::Purpose;
use tallystick_protocol::statement::Audience;

use super::fault::{Fault, Kind};
use super::http::{self as web, Answer, Incoming};
use super::office::Office;
use super::rate::{admit, forget};
use crate::ports::Ports;

/// How long an answer is valid, in seconds.
const ANSWER_SECONDS: u64 = 300;

impl<P: Ports> Office<P> {
    /// `POST /v1/confirmations`: shows the holder that this party shares a key with them and has a
    /// certificate. Requests are counted before anything is computed for them.
    ///
    /// # Errors
    /// [`Kind::RateLimited`]; [`Kind::BadSignature`] if the holder has no such key.
    pub(super) async fn confirm(&self, request: &Incoming) -> Result<Answer, Fault> {
        let request: ConfirmationRequest = decode(web::body_as(request, web::CBOR)?)?;
        self.admit_confirmation(&request)?;
        self.require_own_pair(&request.pair)?;
        request.check_fresh(self.now())?;
        self.ensure_share(&request.pair.key).await?;
        let key = self.pairwise(&request.pair, Purpose::Confirmation, &request.nonce)?;
        request.verify(&key, self.now())?;
        let envelope = self.envelope(Audience::Holder, request.nonce, ANSWER_SECONDS);
        let answer = ConfirmationAnswer::new(&mut self.rng(), &request, &key, envelope);
        let answer = self.say(&answer).await?;
        self.log("confirmed", None, "ok");
        Ok(web::cose(answer))
    }

    fn admit_confirmation(&self, request: &ConfirmationRequest) -> Result<(), Fault> {
        let now = self.now_ms();
        let of_holder = format!("confirmations|{}", request.pair.holder);
        let admitted = self.transaction(|tables| {
            let limits = &self.settings;
            forget(
                tables,
                "confirmations|",
                limits.confirmations_per_holder,
                now,
            )?;
            Ok::<_, Fault>(
                admit(tables, "confirmations", limits.confirmations_in_all, now)?
                    && admit(tables, &of_holder, limits.confirmations_per_holder, now)?,
            )
        })?;
        if admitted {
            Ok(())
        } else {
            Err(Fault::new(
                Kind::RateLimited,
                "Too many confirmations were asked for.",
            ))
        }
    }
}
