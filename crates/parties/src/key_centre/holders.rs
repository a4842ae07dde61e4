//! Shares for holders.

use tallystick_protocol::account::{EnrolmentTicket, HolderShareAnswer, HolderShareRequest};
use tallystick_protocol::keys::{
    HolderShareBuilder, ShareLabel, ShareRecipient, holder_point, seal_share,
};
use tallystick_protocol::trust::statement::{Audience, open};
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::{HolderId, Role};

use super::KeyCentre;
use super::issued::Side;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::Ports;

/// How long an answer is valid, in seconds (one day).
const ANSWER_SECONDS: u64 = 86_400;

impl<P: Ports> KeyCentre<P> {
    /// `POST /v1/holder-shares`: the share of whoever an issuer's ticket entitles, sealed to the
    /// enrolment key in the ticket. Anybody may present the ticket; only the card can open the share.
    ///
    /// Whoever asks again gets the same share, sealed afresh, and is not counted again.
    pub(super) async fn share_for_holder(&self, request: &Incoming) -> Result<Answer, Fault> {
        let request: HolderShareRequest = decode(web::body_as(request, web::CBOR)?)?;
        let (ticket, holder) = self.verify_ticket(&request.ticket)?;
        self.admit(&holder.to_string())?;
        if !request.role.has_pairwise_keys() {
            return Err(Fault::new(
                Kind::UnknownSpace,
                "This role has no key spaces.",
            ));
        }
        let space = self.assign(
            request.role,
            Side::Holder,
            &holder.to_string(),
            request.space,
        )?;
        let context = self.context(space.space)?;
        let mut builder = HolderShareBuilder::new(space.degrees, holder_point(&holder, &context)?)?;
        self.for_each_row(&space, |j, row| Ok(builder.add_row(j, row)?))?;
        let label = ShareLabel {
            context,
            centre: self.office.settings.domain.clone(),
            recipient: ShareRecipient::Holder(holder),
        };
        let share = builder.finish()?.to_bytes();
        let share = seal_share(
            &mut self.office.rng(),
            &ticket.enrolment_public_key,
            label,
            &share,
        )?;
        let answer = HolderShareAnswer {
            envelope: self
                .office
                .envelope(Audience::Holder, *holder.as_bytes(), ANSWER_SECONDS),
            degrees: space.degrees,
            share,
        };
        let answer = self.office.say(&answer).await?;
        self.office
            .log("holder-share-released", None, request.role.as_str());
        Ok(web::cose(answer))
    }

    /// The ticket must be by a certified issuer, for anybody, of this epoch and these centres, and
    /// about the holder whose identifier is the hash of its enrolment key.
    fn verify_ticket(&self, bytes: &[u8]) -> Result<(EnrolmentTicket, HolderId), Fault> {
        let office = &self.office;
        let identity = office.identity()?;
        let verified =
            open::<EnrolmentTicket>(bytes, &identity.anchors, office.now(), Role::Issuer)?;
        verified.require_recipient(&Audience::Anyone)?;
        let holder = verified.message.holder();
        verified.require_transaction(holder.as_bytes())?;
        let ticket = verified.message;
        if ticket.epoch != office.epoch() || ticket.centres != office.centres()? {
            return Err(Fault::new(
                Kind::UnknownSpace,
                "The ticket is for other keys.",
            ));
        }
        Ok((ticket, holder))
    }
}
