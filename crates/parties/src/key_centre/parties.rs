//! Shares for service parties.

use tallystick_protocol::account::{PartyShareAnswer, PartyShareRequest};
use tallystick_protocol::keys::{
    PartyShareBuilder, ShareLabel, ShareRecipient, party_point, seal_share,
};
use tallystick_protocol::trust::certificate::CertificateError;
use tallystick_protocol::trust::statement::{Audience, StatementError, Verified, open};

use super::issued::Side;
use super::{KeyCentre, ROLES};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::Ports;

/// How long an answer is valid, in seconds.
const ANSWER_SECONDS: u64 = 300;

impl<P: Ports> KeyCentre<P> {
    /// `POST /v1/party-shares`: the share of a certified party for a space of its own role, sealed
    /// to the key it asks with.
    ///
    /// Whoever asks again gets the same share, sealed afresh, and is not counted again.
    pub(super) async fn share_for_party(&self, request: &Incoming) -> Result<Answer, Fault> {
        let body = web::body_as(request, web::COSE)?;
        let asked = self.verify_party(body)?;
        let message = &asked.message;
        let domain = message.envelope.from.clone();
        self.admit(domain.as_str())?;
        let space = self.assign(message.role, Side::Party, domain.as_str(), message.space)?;
        let context = self.context(space.space)?;
        let mut builder = PartyShareBuilder::new(space.degrees, &party_point(&domain, &context)?)?;
        self.for_each_row(&space, |j, row| Ok(builder.add_row(j, row)?))?;
        let label = ShareLabel {
            context,
            centre: self.office.settings.domain.clone(),
            recipient: ShareRecipient::Party(domain.clone()),
        };
        let share = builder.finish()?.to_bytes();
        let share = seal_share(
            &mut self.office.rng(),
            &message.sealing_public_key,
            label,
            &share,
        )?;
        let to = Audience::Party(domain);
        let answer = PartyShareAnswer {
            envelope: self
                .office
                .envelope(to, message.envelope.transaction, ANSWER_SECONDS),
            degrees: space.degrees,
            share,
        };
        let answer = self.office.say(&answer).await?;
        self.office
            .log("party-share-released", None, message.role.as_str());
        Ok(web::cose(answer))
    }

    /// The request must be signed by a party whose certificate is for the role it asks in.
    fn verify_party(&self, body: &[u8]) -> Result<Verified<PartyShareRequest>, Fault> {
        let office = &self.office;
        let identity = office.identity()?;
        for role in ROLES {
            match open::<PartyShareRequest>(body, &identity.anchors, office.now(), role) {
                Err(StatementError::Certificate(CertificateError::WrongRole { .. })) => {}
                Err(error) => return Err(error.into()),
                Ok(verified) if verified.message.role == role => {
                    verified.require_recipient(&office.as_audience())?;
                    return Ok(verified);
                }
                Ok(_) => break,
            }
        }
        Err(Fault::new(
            Kind::UntrustedCertificate,
            "The certificate is for another role.",
        ))
    }
}
