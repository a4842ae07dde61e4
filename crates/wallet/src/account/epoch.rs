//! Key centres draw everything anew now and then: another epoch. Parties open what was sealed under the one before only
//! for a while. Whoever is told so then has the issuer's ticket of the new epoch and all shares of it put into the
//! card, and only when all are there the account changes over, at one go. Until then it pays as before.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_protocol::account::EnrolmentAnswer;
use tallystick_protocol::keys::{Epoch, SealedShare};
use tallystick_protocol::wire::cbor::decode;

use super::enrol::{refused, unfit};
use crate::core::ask::{self, Ask, CBOR, CallError, Said};
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;
use crate::holder::card_account::CardAccount;

impl<P: Ports> Wallet<P> {
    /// As [`Self::enter_epoch`], the one after the epoch of a ticket that the centres take no longer: an enrolment that was
    /// half done when they drew their keys anew.
    pub(super) async fn enter_next_epoch(&self, account: &str) -> Result<(), WalletError> {
        let mut next = None;
        self.perform(&mut |desk| {
            next = desk.profile()?.card(account)?.enrolment.epoch;
            Ok(())
        })
        .await?;
        let next = next.ok_or_else(|| WalletError::new(ErrorKind::NotEnrolled))?;
        self.enter_epoch(account, Epoch(next.0.saturating_add(1)))
            .await
    }

    /// Has an account's card hold the shares of that epoch, or of a later one that the issuer is in, and uses them from
    /// then on; nothing, if it does already.
    ///
    /// # Errors
    /// [`ErrorKind::EnrolmentUnreachable`] while issuer or centre do not answer, or the issuer is in an earlier epoch;
    /// [`ErrorKind::EnrolmentRefused`], [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub(crate) async fn enter_epoch(&self, account: &str, epoch: Epoch) -> Result<(), WalletError> {
        let mut asks = Vec::new();
        self.perform(&mut |desk| {
            asks = Vec::from_iter(desk.epoch_ask(account, epoch)?);
            Ok(())
        })
        .await?;
        let Some(answer) = self.ask(asks).await.pop() else {
            return Ok(());
        };
        let mut entering = Entering {
            account: answer.question,
            shares: Vec::new(),
        };
        self.perform(&mut |desk| desk.take_epoch(&mut entering.account, epoch, &answer.said))
            .await?;
        while let Some((role, centre)) = entering.account.enrolment.missing_share() {
            let mut asks = Vec::new();
            self.perform(&mut |desk| {
                asks = vec![desk.share_ask(&entering.account, role, &centre, None)?];
                Ok(())
            })
            .await?;
            for answer in self.ask(asks).await {
                self.perform(&mut |desk| {
                    let Entering { account, shares } = &mut entering;
                    shares.extend(desk.share_for(account, &answer.question, &answer.said)?);
                    Ok(())
                })
                .await?;
            }
        }
        self.run(&mut entering).await
    }
}

/// An account as it will be in the new epoch, and what its card gets for that.
struct Entering {
    account: CardAccount,
    shares: Vec<SealedShare>,
}

impl Errand for Entering {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        let now = desk.profile()?.card(&self.account.id)?;
        // Its keys may have moved meanwhile, and others were enrolled anew.
        let is_same = now.enrolment.holder() == self.account.enrolment.holder();
        Ok(is_same.then(|| now.needed()))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        _: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        if !replies.is_empty() {
            return Ok(Vec::new());
        }
        let slot = self.account.enrolment.slot;
        let shares = self.shares.iter();
        Ok(shares
            .map(|share| Command::put_share(slot, share))
            .collect())
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        let mut account = desk.profile()?.card(&self.account.id)?.clone();
        let entered = self.account.enrolment.clone();
        account.enrolment.ticket = entered.ticket;
        account.enrolment.ticket_ends_at = entered.ticket_ends_at;
        account.enrolment.epoch = entered.epoch;
        account.enrolment.centres = entered.centres;
        account.enrolment.shares = entered.shares;
        desk.keep_account(account)
    }
}

impl Desk<'_> {
    /// Asks the issuer for a ticket of that epoch, unless the account is in it.
    fn epoch_ask(
        &mut self,
        account: &str,
        epoch: Epoch,
    ) -> Result<Option<Ask<CardAccount>>, WalletError> {
        let account = self.profile()?.card(account)?.clone();
        if account.enrolment.epoch >= Some(epoch) {
            return Ok(None);
        }
        let url = self.context.urls.url(&account.issuer, "/v1/enrolments");
        let request = account.enrolment.request.clone();
        Ok(Some(ask::post(account, url, request, CBOR)))
    }

    /// Takes the issuer's ticket into an account that has no share of its epoch yet.
    fn take_epoch(
        &self,
        account: &mut CardAccount,
        epoch: Epoch,
        said: &Said,
    ) -> Result<(), WalletError> {
        let issuer = account.issuer.clone();
        let answer = said
            .as_ref()
            .map_err(|error| refused(error, issuer.as_str()))?;
        let answer: EnrolmentAnswer = decode(answer).map_err(|error| unfit(&error))?;
        let ticket = self.checked_ticket(account, &answer)?;
        if ticket.epoch < epoch {
            // The issuer's operator has not come to it yet.
            let later = CallError::Later("it is in an earlier epoch".to_owned());
            return Err(
                WalletError::caused(ErrorKind::EnrolmentUnreachable, &later).about(issuer.as_str())
            );
        }
        let enrolment = &mut account.enrolment;
        enrolment.ticket = Some(answer.ticket);
        enrolment.ticket_ends_at = Some(ticket.envelope.expires_at);
        enrolment.epoch = Some(ticket.epoch);
        enrolment.centres = Some(ticket.centres);
        enrolment.shares.clear();
        Ok(())
    }
}
