//! The card in the reader, or the one that the home proxy hosts: what it is, and making a new one the holder's own.

use crate::account::cards::CARDS_MAX;
use crate::account::view::{ReaderCardKind, ReaderCardView};
use crate::core::access::check_pin;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Tries};
use crate::core::wallet::Wallet;
use crate::sealing::puk;

impl<P: Ports> Wallet<P> {
    /// What is in the reader. Presents no PIN.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`], [`ErrorKind::NoReader`], [`ErrorKind::NoCard`],
    /// [`ErrorKind::ReaderHeld`], [`ErrorKind::CardRemoved`], [`ErrorKind::ReaderFailed`].
    pub async fn reader_card(&self) -> Result<ReaderCardView, WalletError> {
        self.card_outside(KeyPlace::Reader).await
    }

    /// What the hosted card is. Presents no PIN.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`], [`ErrorKind::HostedGone`], [`ErrorKind::HostedUnreachable`].
    pub async fn hosted_card(&self) -> Result<ReaderCardView, WalletError> {
        self.card_outside(KeyPlace::Hosted).await
    }

    async fn card_outside(&self, place: KeyPlace) -> Result<ReaderCardView, WalletError> {
        let _turn = self.conversing.turn(place).await;
        let mut card = self.card(place).await?;
        let slots = card.slots().await?;
        let is_new = slots.is_some() && card.is_from_factory().await?;
        let tries = card.tries().await;
        let (slots, tries, is_foreign) = match slots {
            Some(slots) => (slots, tries?, false),
            // Not every card tells.
            None => (Vec::new(), tries.unwrap_or(Tries { pin: 0, puk: 0 }), true),
        };
        let mut view = ReaderCardView {
            kind: match (is_foreign, is_new && slots.is_empty()) {
                (true, _) => ReaderCardKind::Foreign,
                (false, true) => ReaderCardKind::New,
                (false, false) => ReaderCardKind::InUse,
            },
            pin_tries_left: tries.pin,
            puk_tries_left: tries.puk,
            free_slots: match is_foreign {
                true => 0,
                false => CARDS_MAX.saturating_sub(u8::try_from(slots.len()).unwrap_or(CARDS_MAX)),
            },
            card_ids: Vec::new(),
        };
        self.perform(&mut |desk| {
            let unlocked = desk.unlocked()?;
            match place {
                KeyPlace::Hosted => unlocked.hosted_tries = Some(tries),
                _ => unlocked.reader_tries = Some(tries),
            }
            let cards = unlocked.slices.profile.cards.iter();
            let there = cards.filter(|card| {
                let holder = card.enrolment.holder();
                card.place() == place && slots.iter().any(|slot| slot.holder == holder)
            });
            view.card_ids = there.map(|card| card.id.clone()).collect();
            Ok(())
        })
        .await?;
        Ok(view)
    }

    /// Replaces PIN and PUK of a new card by the holder's PIN and a PUK, which is returned, shown once
    /// and kept nowhere. If it was interrupted after the PIN, it goes on when called with that PIN.
    ///
    /// # Errors
    /// [`ErrorKind::CardNotNew`], [`ErrorKind::MalformedPin`], [`ErrorKind::Locked`], or a failure of
    /// reader or card.
    pub async fn prepare_reader_card(&self, pin: &str) -> Result<String, WalletError> {
        self.prepare_card(pin, KeyPlace::Reader).await
    }

    /// Has the home proxy host a card, and makes it the holder's own as [`Wallet::prepare_reader_card`] does. If it was
    /// interrupted, it goes on when called with that PIN.
    ///
    /// # Errors
    /// As there; [`ErrorKind::HostedNowhere`], [`ErrorKind::HostedUnreachable`].
    pub async fn host_card(&self, pin: &str) -> Result<String, WalletError> {
        check_pin(pin)?;
        self.be_hosted().await?;
        self.prepare_card(pin, KeyPlace::Hosted).await
    }

    async fn prepare_card(&self, pin: &str, place: KeyPlace) -> Result<String, WalletError> {
        check_pin(pin)?;
        if self.card_outside(place).await?.kind != ReaderCardKind::New {
            return Err(WalletError::new(ErrorKind::CardNotNew));
        }
        let _turn = self.conversing.turn(place).await;
        let mut card = self.card(place).await?;
        let puk = puk::generate(&mut self.ports.random());
        let first = card.execute(vec![Command::first_pin(pin)]).await;
        let mut commands = vec![Command::first_puk(&puk)];
        match first {
            Err(error) if error.kind == ErrorKind::WrongPin => {
                commands.insert(0, Command::present_pin(pin));
            }
            outcome => drop(outcome?),
        }
        card.execute(commands)
            .await
            .map_err(|error| match error.kind {
                ErrorKind::WrongPin | ErrorKind::WrongPuk => {
                    WalletError::new(ErrorKind::CardNotNew)
                }
                _ => error,
            })?;
        Ok(puk::display(&puk))
    }
}
