//! Fetching key shares. They arrive sealed to the enrolment key; the card opens and adds them.

use tallystick_protocol::account::{HolderShareAnswer, HolderShareRequest};
use tallystick_protocol::keys::{SealedShare, ShareRecipient};
use tallystick_protocol::trust::statement;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::{Domain, Role};

use super::enrol::{Progress, Put, refused, unfit, unheard};
use crate::account::question::ShareWanted;
use crate::core::ask::{self, Ask, COSE, Said};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::holder::card_account::{CardAccount, Enrolment, HeldShare};

impl Desk<'_> {
    /// Asks one centre for its share of the space with that number; without number for the one that
    /// the other centres' shares are of, or else for the one now open.
    pub(crate) fn share_ask(
        &self,
        card: &CardAccount,
        role: Role,
        centre: &Domain,
        index: Option<u32>,
    ) -> Result<Ask<ShareWanted>, WalletError> {
        let url = self.context.urls.url(centre, "/v1/holder-shares");
        let enrolment = &card.enrolment;
        let begun = enrolment.shares.iter().find(|held| held.space.role == role);
        let index = index.or_else(|| begun.map(|held| held.space.index));
        let ticket = enrolment.ticket.clone();
        let request = HolderShareRequest {
            ticket: ticket.ok_or_else(|| WalletError::new(ErrorKind::NotEnrolled))?,
            role,
            space: index,
        };
        let wanted = ShareWanted {
            card: card.id.clone(),
            role,
            index,
            centre: centre.clone(),
        };
        Ok(ask::post(wanted, url, encode(&request), COSE))
    }

    /// What a centre's answer adds to a card's enrolment; nothing if the card has it already.
    pub(super) fn share_said(
        &mut self,
        wanted: &ShareWanted,
        said: &Said,
    ) -> Result<Option<Progress>, WalletError> {
        let mut account = self.profile()?.card(&wanted.card)?.clone();
        let share = self.share_for(&mut account, wanted, said)?;
        Ok(share.map(|share| Progress {
            account,
            put: Put::Share(share),
        }))
    }

    /// Notes in an account that it holds what a centre answered, and gives what its card has to be told for that;
    /// nothing if it has it already.
    pub(super) fn share_for(
        &self,
        account: &mut CardAccount,
        wanted: &ShareWanted,
        said: &Said,
    ) -> Result<Option<SealedShare>, WalletError> {
        let ShareWanted {
            role,
            index,
            centre,
            ..
        } = wanted;
        let said = said
            .as_ref()
            .map_err(|error| refused(error, centre.as_str()))?;
        let enrolment = &mut account.enrolment;
        let answer = self.checked_share(said, enrolment, *role, centre, *index);
        let answer = answer.map_err(|error| error.about(centre.as_str()))?;
        let held = HeldShare {
            space: answer.share.label.context.space,
            centre: centre.clone(),
        };
        if enrolment.shares.contains(&held) {
            return Ok(None);
        }
        enrolment.shares.push(held);
        Ok(Some(answer.share))
    }

    /// Signed by that centre, for this holder, role, epoch and set of centres.
    fn checked_share(
        &self,
        answer: &[u8],
        enrolment: &Enrolment,
        role: Role,
        centre: &Domain,
        index: Option<u32>,
    ) -> Result<HolderShareAnswer, WalletError> {
        let anchors = self.anchors();
        let answer =
            statement::open::<HolderShareAnswer>(answer, anchors, self.now(), Role::KeyCentre)
                .and_then(|answer| answer.require_sender(centre).map(|()| answer))
                .and_then(|answer| {
                    let holder = enrolment.holder();
                    answer
                        .require_transaction(holder.as_bytes())
                        .map(|()| answer)
                })
                .map_err(|error| unheard(&error))?;
        let label = &answer.message.share.label;
        let space = label.context.space;
        let fits = label.centre == *centre
            && label.recipient == ShareRecipient::Holder(enrolment.holder())
            && space.role == role
            && index.is_none_or(|index| index == space.index)
            && Some(label.context.epoch) == enrolment.epoch
            && Some(&label.context.centres) == enrolment.centres.as_ref();
        if fits {
            Ok(answer.message)
        } else {
            Err(unfit(&"the share is not the one that was asked for"))
        }
    }
}
