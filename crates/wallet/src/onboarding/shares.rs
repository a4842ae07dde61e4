//! Fetching key shares. They arrive sealed to the enrolment key; the card opens and adds them.

use tallystick_protocol::cbor::encode;
use tallystick_protocol::enrolment::{HolderShareAnswer, HolderShareRequest};
use tallystick_protocol::identifier::{Domain, Role};
use tallystick_protocol::keys::{ShareRecipient, Space};
use tallystick_protocol::statement;

use super::enrol::{refused, the_card, the_card_mut};
use crate::call::{self, CBOR, COSE};
use crate::error::{ErrorKind, WalletError};
use crate::ports::Ports;
use crate::profile::{Enrolment, HeldShare};
use crate::secure_element;
use crate::state::{Batch, name};
use crate::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Fetches one centre's share of the space with that number, or without number of the space
    /// that the other centres' shares are of, or else of the one now open.
    pub(super) async fn fetch_share(
        &self,
        role: Role,
        centre: &Domain,
        index: Option<u32>,
    ) -> Result<(), WalletError> {
        let request = self.share_request(role, index).await?;
        let url = self.urls.url(centre, "/v1/holder-shares");
        let answer = call::post(&self.ports, url, CBOR, encode(&request), COSE)
            .await
            .map_err(|error| refused(&error, centre))?;

        let mut state = self.enter().await?;
        let unlocked = state.unlocked()?;
        let mut profile = unlocked.profile.clone();
        let enrolment = &mut the_card_mut(&mut profile.cards)?.enrolment;
        let answer = self
            .checked_share(&answer, enrolment, role, centre, request.space)
            .map_err(|error| {
                WalletError::caused(ErrorKind::EnrolmentRefused, &error).about(centre.as_str())
            })?;
        let held = HeldShare {
            space: answer.share.label.context.space,
            centre: centre.clone(),
        };
        if enrolment.shares.contains(&held) {
            return Ok(());
        }
        let mut element = secure_element::load(&self.ports, &unlocked.key).await?;
        element.put_share(enrolment.slot, &answer.share, &mut self.ports.random())?;
        enrolment.shares.push(held);
        Batch::new(&self.ports, &unlocked.key)
            .sealed(name::CARD, &element.state())?
            .profile(&profile)?
            .store()
            .await?;
        unlocked.profile = profile;
        Ok(())
    }

    /// Fetches all that is missing of a further space.
    pub(crate) async fn fetch_space(&self, space: Space) -> Result<(), WalletError> {
        for centre in &self.key_centres {
            let held = HeldShare {
                space,
                centre: centre.clone(),
            };
            let mut state = self.enter().await?;
            let enrolment = &the_card(&state.unlocked()?.profile.cards)?.enrolment;
            let missing = !enrolment.shares.contains(&held);
            drop(state);
            if missing {
                self.fetch_share(space.role, centre, Some(space.index))
                    .await?;
            }
        }
        Ok(())
    }

    async fn share_request(
        &self,
        role: Role,
        index: Option<u32>,
    ) -> Result<HolderShareRequest, WalletError> {
        let mut state = self.enter().await?;
        let enrolment = &the_card(&state.unlocked()?.profile.cards)?.enrolment;
        let begun = enrolment.shares.iter().find(|held| held.space.role == role);
        Ok(HolderShareRequest {
            ticket: enrolment
                .ticket
                .clone()
                .ok_or_else(|| WalletError::new(ErrorKind::NotEnrolled))?,
            role,
            space: index.or_else(|| begun.map(|held| held.space.index)),
        })
    }

    /// Signed by that centre, for this holder, role, epoch and set of centres.
    fn checked_share(
        &self,
        answer: &[u8],
        enrolment: &Enrolment,
        role: Role,
        centre: &Domain,
        index: Option<u32>,
    ) -> Result<HolderShareAnswer, String> {
        let answer = statement::open::<HolderShareAnswer>(
            answer,
            &self.anchors,
            self.now(),
            Role::KeyCentre,
        )
        .map_err(|error| error.to_string())?;
        answer
            .require_sender(centre)
            .and_then(|()| answer.require_transaction(enrolment.holder().as_bytes()))
            .map_err(|error| error.to_string())?;
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
            Err("the share is not the one that was asked for".to_owned())
        }
    }
}
