//! A purse here pays another one (Sb3 to Sb5).

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_card::host::purse::PaymentGiven;
use tallystick_protocol::purse::local::LocalRequest;
use tallystick_protocol::purse::{Endpoint, PurseNumber};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::money::Money;

use super::card;
use super::record::{FORMAT, LocalRecord, name_of};
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
    /// Pays what a text asks for: the amount is set aside in the card before the payment leaves it, and the text in the view
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
        purse: &str,
        text: &str,
        amount_minor: u64,
        pin: &str,
    ) -> Result<String, WalletError> {
        let Some(Carried::Request(request)) = Carried::from_text(text) else {
            return Err(WalletError::new(ErrorKind::PaymentTextInvalid));
        };
        let mut paying = Paying {
            purse,
            request,
            amount_minor,
            pin,
            prepared: None,
            was_asked: false,
            paid: None,
            kept: None,
        };
        self.run(&mut paying).await?;
        let kept = paying.kept;
        kept.ok_or_else(|| WalletError::new(ErrorKind::PurseState))
    }
}

struct Paying<'a> {
    purse: &'a str,
    request: Vec<u8>,
    amount_minor: u64,
    pin: &'a str,
    prepared: Option<(PurseRecord, PaymentGiven)>,
    was_asked: bool,
    /// The sealed payment, its number and its payee, and the purse as its card shows it then.
    paid: Option<Paid>,
    kept: Option<String>,
}

struct Paid {
    payment: Vec<u8>,
    transaction: TransactionId,
    payee: Option<PurseNumber>,
    view: tallystick_card::host::purse::PurseView,
}

impl Errand for Paying<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        desk.stay_unlocked();
        let purse = desk.purse(self.purse)?;
        let currency = purse.usable()?.currency;
        if self.amount_minor == 0 {
            return Err(WalletError::new(ErrorKind::AmountInvalid));
        }
        check_pin(self.pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
        let given = PaymentGiven {
            request: self.request.clone(),
            amount: Money::new(self.amount_minor, currency),
            at: purse.next_moment(desk.now()),
        };
        let needed = desk.profile()?.card(&purse.account)?.needed();
        self.prepared = Some((purse, given));
        Ok(Some(needed))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        _: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let Some((purse, given)) = &self.prepared else {
            return Ok(Vec::new());
        };
        if !self.was_asked {
            self.was_asked = true;
            return Ok(vec![
                Command::present_pin(self.pin),
                card::pay(purse.place, given),
                purse_card::read(purse.place),
            ]);
        }
        let [_, payment, view] = replies else {
            return Err(WalletError::new(ErrorKind::CardFailed));
        };
        let (payment, view) = (purse_card::signed(payment)?, purse_card::view(view)?);
        // The card has verified the request; which payment it is the card says.
        let request: LocalRequest = keyed::unverified(&given.request)
            .map_err(|error| WalletError::caused(ErrorKind::PaymentTextInvalid, &error))?;
        let opened = purse.usable()?;
        let number = request
            .payee
            .number()
            .map(|payee| (payee, request.transaction(&opened.number, &payee)))
            .map_err(|error| WalletError::caused(ErrorKind::PaymentTextInvalid, &error))?;
        let (payee, transaction) = number;
        let known = view
            .pending
            .iter()
            .any(|one| one.transaction == transaction && one.destination == Endpoint::Purse(payee));
        if !known {
            return Err(WalletError::new(ErrorKind::CardFailed));
        }
        self.paid = Some(Paid {
            payment,
            transaction,
            payee: Some(payee),
            view,
        });
        Ok(Vec::new())
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        let (Some((mut purse, given)), Some(paid)) = (self.prepared.take(), self.paid.take())
        else {
            return Ok(());
        };
        let record = LocalRecord {
            format: FORMAT,
            name: name_of(&paid.transaction.0),
            purse: purse.id.clone(),
            state: LocalState::Paid,
            amount: Some(given.amount.minor),
            currency: given.amount.currency,
            partner: paid.payee,
            text: Some(Carried::Payment(paid.payment).to_text()),
            created_at: desk.now(),
            updated_at: desk.now(),
        };
        purse.state = paid.view.state;
        purse.signed_at = Some(given.at);
        desk.keep_banking(purse)?;
        self.kept = Some(record.id());
        desk.begin_local(record)
    }
}
