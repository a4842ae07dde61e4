//! A purse here asks to be paid (Sb1, Sb2).

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_card::host::purse::PaymentWanted;
use tallystick_protocol::purse::local::LocalRequest;
use tallystick_protocol::trust::keyed;

use super::card;
use super::record::{FORMAT, LocalRecord};
use super::text::Carried;
use super::view::LocalState;
use crate::bank::card as purse_card;
use crate::bank::record::PurseRecord;
use crate::core::access::check_pin;
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
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
        let mut asking = Asking {
            purse,
            amount_minor,
            pin,
            prepared: None,
            was_asked: false,
            kept: None,
        };
        self.run(&mut asking).await?;
        let kept = asking.kept;
        kept.ok_or_else(|| WalletError::new(ErrorKind::PurseState))
    }
}

struct Asking<'a> {
    purse: &'a str,
    amount_minor: Option<u64>,
    pin: &'a str,
    prepared: Option<(PurseRecord, PaymentWanted)>,
    was_asked: bool,
    /// The request, and the purse as its card shows it then.
    kept: Option<String>,
}

impl Errand for Asking<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        desk.stay_unlocked();
        let purse = desk.purse(self.purse)?;
        purse.usable()?;
        if self.amount_minor == Some(0) {
            return Err(WalletError::new(ErrorKind::AmountInvalid));
        }
        check_pin(self.pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
        let wanted = PaymentWanted {
            amount: self.amount_minor,
            at: purse.next_moment(desk.now()),
        };
        let needed = desk.profile()?.card(&purse.account)?.needed();
        self.prepared = Some((purse, wanted));
        Ok(Some(needed))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        _: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let Some((purse, wanted)) = &self.prepared else {
            return Ok(Vec::new());
        };
        if !self.was_asked {
            self.was_asked = true;
            return Ok(vec![
                Command::present_pin(self.pin),
                card::ask(purse.place, wanted),
            ]);
        }
        let [_, signed] = replies else {
            return Err(WalletError::new(ErrorKind::CardFailed));
        };
        let signed = purse_card::signed(signed)?;
        self.kept = Some(Carried::Request(signed).to_text());
        Ok(Vec::new())
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        let (Some((mut purse, wanted)), Some(text)) = (self.prepared.take(), self.kept.take())
        else {
            return Ok(());
        };
        let Some(Carried::Request(signed)) = Carried::from_text(&text) else {
            return Err(WalletError::new(ErrorKind::CardFailed));
        };
        // The wallet's own card has just signed it.
        let request: LocalRequest = keyed::unverified(&signed)
            .map_err(|error| WalletError::caused(ErrorKind::CardFailed, &error))?;
        let record = LocalRecord {
            format: FORMAT,
            name: super::record::name_of(&request.nonce),
            purse: purse.id.clone(),
            state: LocalState::Asked,
            amount: wanted.amount,
            currency: purse.usable()?.currency,
            partner: None,
            text: Some(text),
            created_at: desk.now(),
            updated_at: desk.now(),
        };
        purse.signed_at = Some(wanted.at);
        desk.keep_banking(purse)?;
        self.kept = Some(record.id());
        desk.begin_local(record)
    }
}
