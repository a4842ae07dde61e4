//! A purse here takes a payment, or refuses it for good (Sb8 to Sb10).

use core::cell::Cell;

use tallystick_protocol::wire::time::Timestamp;

use super::card;
use super::text::Carried;
use super::view::LocalState;
use crate::bank::card as purse_card;
use crate::core::access::check_pin;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::Command;
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
        let mut kept = None;
        let signed_at = Cell::new(Timestamp(0));
        self.at_one_go(
            &mut |desk| {
                desk.stay_unlocked();
                let asked = desk.asked_for(&payment)?;
                let purse = desk.purse(&asked.purse)?;
                purse.usable()?;
                check_pin(pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
                let at = purse.next_moment(desk.now());
                signed_at.set(at);
                let commands = vec![
                    Command::present_pin(pin),
                    card::look(purse.place, &payment, at),
                    card::answer(purse.place, accept, &payment, at),
                    purse_card::read(purse.place),
                ];
                Ok(Some((desk.card_of(&purse)?, commands)))
            },
            &mut |desk, replies| {
                let [_, seen, answer, view] = replies else {
                    return Err(WalletError::new(ErrorKind::CardFailed));
                };
                let mut asked = desk.asked_for(&payment)?;
                // What was answered before keeps its answer, whatever was asked for now.
                if asked.state == LocalState::Asked {
                    let seen = card::seen(seen)?;
                    asked.state = match accept {
                        true => LocalState::Taken,
                        false => LocalState::Refused,
                    };
                    asked.amount = Some(seen.amount);
                    asked.partner = Some(seen.payer);
                    asked.updated_at = desk.now();
                }
                asked.text = Some(Carried::Answer(purse_card::signed(answer)?).to_text());
                let mut purse = desk.purse(&asked.purse)?;
                purse.state = purse_card::view(view)?.state;
                purse.signed_at = Some(signed_at.get());
                desk.keep_banking(purse)?;
                kept = Some(asked.id());
                desk.keep_banking(asked)
            },
        )
        .await?;
        kept.ok_or_else(|| WalletError::new(ErrorKind::PaymentNotAsked))
    }
}
