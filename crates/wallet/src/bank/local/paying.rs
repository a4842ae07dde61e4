//! A purse here pays another one (Sb3 to Sb5).

use core::cell::Cell;

use tallystick_card::host::purse::{PaymentGiven, PurseView};
use tallystick_protocol::purse::Endpoint;
use tallystick_protocol::purse::local::LocalRequest;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::card;
use super::record::{FORMAT, LocalRecord, name_of};
use super::text::Carried;
use super::view::LocalState;
use crate::bank::card as purse_card;
use crate::bank::prepaid::record::PrepaidRecord;
use crate::bank::record::PurseRecord;
use crate::core::access::check_pin;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::Command;
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Pays what a text asks for, from a purse or from a prepaid card, for which its account's purse pays: that takes the
    /// amount over first, in one go. The amount is set aside in the card before the payment leaves it, and the text in the view
    /// is shown to the payee. The same text again shows the same payment. Returns how it is named.
    ///
    /// # Errors
    /// [`ErrorKind::PaymentTextInvalid`], [`ErrorKind::PaymentElsewhere`], [`ErrorKind::PaymentForged`],
    /// [`ErrorKind::PaymentExpired`], [`ErrorKind::PaymentDone`], [`ErrorKind::PaymentLimit`], [`ErrorKind::PurseShort`],
    /// [`ErrorKind::PurseBusy`], [`ErrorKind::PurseHistoryFull`], [`ErrorKind::NoSuchPurse`], [`ErrorKind::PurseState`],
    /// [`ErrorKind::AmountInvalid`], [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::Locked`], or a
    /// failure of reader, card or storage.
    pub async fn pay_purse(
        &self,
        from: &str,
        text: &str,
        amount_minor: u64,
        pin: &str,
    ) -> Result<String, WalletError> {
        let Some(Carried::Request(request)) = Carried::from_text(text) else {
            return Err(WalletError::new(ErrorKind::PaymentTextInvalid));
        };
        let mut kept = None;
        let signed_at = Cell::new(Timestamp(0));
        self.at_one_go(
            &mut |desk| {
                desk.stay_unlocked();
                let Payer { purse, prepaid } = desk.payer(from)?;
                let currency = purse.usable()?.currency;
                if amount_minor == 0 {
                    return Err(WalletError::new(ErrorKind::AmountInvalid));
                }
                check_pin(pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
                let at = purse.next_moment(desk.now());
                signed_at.set(at);
                let given = PaymentGiven {
                    request: request.clone(),
                    amount: Money::new(amount_minor, currency),
                    at,
                    prepaid: prepaid.as_ref().map(PrepaidRecord::in_card).transpose()?,
                };
                let mut commands = vec![
                    Command::present_pin(pin),
                    card::pay(purse.place, &given),
                    purse_card::read(purse.place),
                ];
                commands.extend(given.prepaid.map(purse_card::read));
                Ok(Some((desk.card_of(&purse)?, commands)))
            },
            &mut |desk, replies| {
                let [_, payment, view, rest @ ..] = replies else {
                    return Err(WalletError::new(ErrorKind::CardFailed));
                };
                let payer = desk.payer(from)?;
                let paid = Paid {
                    request: &request,
                    amount_minor,
                    payment: purse_card::signed(payment)?,
                    view: purse_card::view(view)?,
                    left: rest.first().map(purse_card::view).transpose()?,
                    at: signed_at.get(),
                };
                kept = Some(desk.keep_payment(payer, paid)?);
                Ok(())
            },
        )
        .await?;
        kept.ok_or_else(|| WalletError::new(ErrorKind::PurseState))
    }
}

/// Who pays: a purse, for itself or for a prepaid card beside it.
struct Payer {
    purse: PurseRecord,
    prepaid: Option<PrepaidRecord>,
}

/// What the card has paid, and the purse as it shows it then; the prepaid card, if it is that one's.
struct Paid<'a> {
    request: &'a [u8],
    amount_minor: u64,
    payment: Vec<u8>,
    view: PurseView,
    left: Option<PurseView>,
    at: Timestamp,
}

impl Desk<'_> {
    /// The purse of that name, or the one that pays for the prepaid card of that name.
    fn payer(&mut self, from: &str) -> Result<Payer, WalletError> {
        let Ok(card) = self.prepaid(from) else {
            let purse = self.purse(from)?;
            return Ok(Payer {
                purse,
                prepaid: None,
            });
        };
        let agent = self.banking()?.purse_of(&card.account).cloned();
        let none = || WalletError::new(ErrorKind::PurseState).about(&card.bank_name);
        Ok(Payer {
            purse: agent.ok_or_else(none)?,
            prepaid: Some(card),
        })
    }

    /// Keeps what the card has set aside and sealed; how the payment is named.
    fn keep_payment(
        &mut self,
        Payer { mut purse, prepaid }: Payer,
        paid: Paid<'_>,
    ) -> Result<String, WalletError> {
        let invalid = |error: &dyn core::error::Error| {
            WalletError::caused(ErrorKind::PaymentTextInvalid, error)
        };
        // The card has verified the request; which payment it is the card says.
        let request: LocalRequest =
            keyed::unverified(paid.request).map_err(|error| invalid(&error))?;
        let payee = request.payee.number().map_err(|error| invalid(&error))?;
        let opened = purse.usable()?;
        let currency = opened.currency;
        let transaction = request.transaction(&opened.number, &payee);
        let mut pending = paid.view.pending.iter();
        let is_set_aside = pending
            .any(|one| one.transaction == transaction && one.destination == Endpoint::Purse(payee));
        if !is_set_aside {
            return Err(WalletError::new(ErrorKind::CardFailed));
        }
        let record = LocalRecord {
            format: FORMAT,
            name: name_of(&transaction.0),
            purse: purse.id.clone(),
            state: LocalState::Paid,
            amount: Some(paid.amount_minor),
            currency,
            partner: Some(payee),
            text: Some(Carried::Payment(paid.payment).to_text()),
            created_at: self.now(),
            updated_at: self.now(),
            prepaid: prepaid.as_ref().map(|card| card.id.clone()),
        };
        if let (Some(card), Some(left)) = (prepaid, &paid.left) {
            let card = self.seen_in_card(card, left)?;
            self.keep_banking(card)?;
        }
        purse.state = paid.view.state;
        purse.signed_at = Some(paid.at);
        self.keep_banking(purse)?;
        let id = record.id();
        self.begin_local(record)?;
        Ok(id)
    }
}
