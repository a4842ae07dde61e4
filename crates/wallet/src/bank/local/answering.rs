//! A purse here takes a payment, or refuses it for good (Sb8 to Sb10).

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_card::host::purse::{PaymentSeen, PurseView};
use tallystick_protocol::wire::time::Timestamp;

use super::card;
use super::record::LocalRecord;
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
    /// Takes the payment in a text, or refuses it for good: the text in the view is shown to the payer. Taken, it can be
    /// spent at once. The same text again has the same answer. Returns how the payment is named.
    ///
    /// # Errors
    /// [`ErrorKind::PaymentTextInvalid`], [`ErrorKind::PaymentNotAsked`], [`ErrorKind::PaymentForged`],
    /// [`ErrorKind::PaymentElsewhere`], [`ErrorKind::PaymentExpired`], [`ErrorKind::PaymentLimit`] of more than the purse
    /// may hold, [`ErrorKind::PurseHistoryFull`], [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`],
    /// [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub async fn answer_payment(
        &self,
        text: &str,
        accept: bool,
        pin: &str,
    ) -> Result<String, WalletError> {
        let Some(Carried::Payment(payment)) = Carried::from_text(text) else {
            return Err(WalletError::new(ErrorKind::PaymentTextInvalid));
        };
        let mut answering = Answering {
            payment,
            accept,
            pin,
            prepared: None,
            was_asked: false,
            answered: None,
            kept: None,
        };
        self.run(&mut answering).await?;
        let kept = answering.kept;
        kept.ok_or_else(|| WalletError::new(ErrorKind::PaymentNotAsked))
    }
}

struct Answering<'a> {
    payment: Vec<u8>,
    accept: bool,
    pin: &'a str,
    prepared: Option<(PurseRecord, LocalRecord, Timestamp)>,
    was_asked: bool,
    answered: Option<(PaymentSeen, Vec<u8>, PurseView)>,
    kept: Option<String>,
}

impl Errand for Answering<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        desk.stay_unlocked();
        let asked = desk.asked_for(&self.payment)?;
        let purse = desk.purse(&asked.purse)?;
        purse.usable()?;
        check_pin(self.pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
        let at = purse.next_moment(desk.now());
        let needed = desk.profile()?.card(&purse.account)?.needed();
        self.prepared = Some((purse, asked, at));
        Ok(Some(needed))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        _: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let Some((purse, _, at)) = &self.prepared else {
            return Ok(Vec::new());
        };
        if !self.was_asked {
            self.was_asked = true;
            return Ok(vec![
                Command::present_pin(self.pin),
                card::look(purse.place, &self.payment, *at),
                card::answer(purse.place, self.accept, &self.payment, *at),
                purse_card::read(purse.place),
            ]);
        }
        let [_, seen, answer, view] = replies else {
            return Err(WalletError::new(ErrorKind::CardFailed));
        };
        let answered = (
            card::seen(seen)?,
            purse_card::signed(answer)?,
            purse_card::view(view)?,
        );
        self.answered = Some(answered);
        Ok(Vec::new())
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        let (Some((mut purse, mut asked, at)), Some((seen, answer, view))) =
            (self.prepared.take(), self.answered.take())
        else {
            return Ok(());
        };
        // What was answered before keeps its answer, whatever was asked for now.
        if asked.state == LocalState::Asked {
            asked.state = match self.accept {
                true => LocalState::Taken,
                false => LocalState::Refused,
            };
            asked.amount = Some(seen.amount);
            asked.partner = Some(seen.payer);
            asked.updated_at = desk.now();
        }
        asked.text = Some(Carried::Answer(answer).to_text());
        purse.state = view.state;
        purse.signed_at = Some(at);
        desk.keep_banking(purse)?;
        self.kept = Some(asked.id());
        desk.keep_banking(asked)
    }
}
