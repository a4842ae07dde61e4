//! A purse here asks to be paid (Sb1, Sb2).

use core::cell::Cell;

use tallystick_card::host::purse::PaymentWanted;
use tallystick_protocol::purse::local::LocalRequest;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::time::Timestamp;

use super::card;
use super::record::{FORMAT, LocalRecord};
use super::text::Carried;
use super::view::LocalState;
use crate::bank::card as purse_card;
use crate::bank::record::PurseRecord;
use crate::core::access::check_pin;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::Command;
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Has a purse ask to be paid, with an amount or without: the text in the view is shown to the payer. Returns how the
    /// payment is named. Nobody is asked but the card.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchPurse`], [`ErrorKind::PurseState`], [`ErrorKind::AmountInvalid`], [`ErrorKind::PurseBusy`] if
    /// too many requests wait, [`ErrorKind::PaymentLimit`] of more than the purse may hold,
    /// [`ErrorKind::PurseHistoryFull`], [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::Locked`], or a
    /// failure of reader, card or storage.
    pub async fn ask_for_payment(
        &self,
        purse: &str,
        amount_minor: Option<u64>,
        pin: &str,
    ) -> Result<String, WalletError> {
        let mut kept = None;
        let signed_at = Cell::new(Timestamp(0));
        self.at_one_go(
            &mut |desk| {
                desk.stay_unlocked();
                let purse = desk.purse(purse)?;
                purse.usable()?;
                if amount_minor == Some(0) {
                    return Err(WalletError::new(ErrorKind::AmountInvalid));
                }
                check_pin(pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
                let at = purse.next_moment(desk.now());
                signed_at.set(at);
                let wanted = PaymentWanted {
                    amount: amount_minor,
                    at,
                };
                let commands = vec![Command::present_pin(pin), card::ask(purse.place, &wanted)];
                Ok(Some((desk.card_of(&purse)?, commands)))
            },
            &mut |desk, replies| {
                let [_, signed] = replies else {
                    return Err(WalletError::new(ErrorKind::CardFailed));
                };
                let signed = purse_card::signed(signed)?;
                let purse = desk.purse(purse)?;
                kept = Some(desk.keep_request(purse, signed, signed_at.get())?);
                Ok(())
            },
        )
        .await?;
        kept.ok_or_else(|| WalletError::new(ErrorKind::PurseState))
    }
}

impl Desk<'_> {
    /// Keeps what the wallet's own card has just signed; how the payment is named.
    fn keep_request(
        &mut self,
        mut purse: PurseRecord,
        signed: Vec<u8>,
        at: Timestamp,
    ) -> Result<String, WalletError> {
        let request: LocalRequest = keyed::unverified(&signed)
            .map_err(|error| WalletError::caused(ErrorKind::CardFailed, &error))?;
        let record = LocalRecord {
            format: FORMAT,
            name: super::record::name_of(&request.nonce),
            purse: purse.id.clone(),
            state: LocalState::Asked,
            amount: request.amount,
            currency: purse.usable()?.currency,
            partner: None,
            text: Some(Carried::Request(signed).to_text()),
            created_at: self.now(),
            updated_at: self.now(),
            prepaid: None,
        };
        purse.signed_at = Some(at);
        self.keep_banking(purse)?;
        let id = record.id();
        self.begin_local(record)?;
        Ok(id)
    }
}
