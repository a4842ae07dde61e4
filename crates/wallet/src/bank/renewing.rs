//! A purse gets a new key (EP 1 221 669, S1 to S11; key option D2). The card makes it beside the one in use, which signs
//! for it and for the fee; the bank permits it and signs the purse anew; the card puts it in the other's place and says
//! so with it. Each step is stored before anything is sent, and what was sent is sent again until it is answered. What
//! is in the purse stays there all the while.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_card::host::purse::{OpeningGiven, PurseView, RenewalTerms};
use tallystick_protocol::bank::{FeeOption, PurseOpening};
use tallystick_protocol::purse::CheckpointNotice;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::time::Timestamp;

use super::card;
use super::record::PurseRecord;
use super::renewal_record::RenewalRecord;
use crate::bank::view::FeeName;
use crate::core::access::check_pin;
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Renews a purse's key, as far as it goes at once; the same again goes on where it stopped, by what was agreed to
    /// then. `fee` and `amount_minor` are what the holder was shown ([`Wallet::look_up_fees`]) and agrees to.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchPurse`], [`ErrorKind::PurseState`], [`ErrorKind::PurseKeyEnded`],
    /// [`ErrorKind::FeeChanged`] if the bank says another amount by now, [`ErrorKind::BankUnreachable`] if no answer
    /// came (it is asked for again by itself); why it was refused: [`ErrorKind::FeeNotCovered`],
    /// [`ErrorKind::FeeNotOffered`], [`ErrorKind::PurseUnknown`], [`ErrorKind::PurseBlocked`],
    /// [`ErrorKind::AccountEnded`], [`ErrorKind::PurseKeyReplaced`], [`ErrorKind::RenewalRefused`];
    /// [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::Locked`], or a failure of reader, card or
    /// storage.
    pub async fn renew_purse(
        &self,
        purse: &str,
        fee: FeeName,
        amount_minor: u64,
        pin: &str,
    ) -> Result<(), WalletError> {
        self.run(&mut Wishing {
            purse,
            fee: (fee.into(), amount_minor),
            pin,
            prepared: None,
            renewal: None,
        })
        .await?;
        self.ask_banks(&mut |desk| desk.key_renewal_asks(Some(purse)))
            .await?;
        self.perform(&mut |desk| desk.require_permitted(purse))
            .await?;
        self.run(&mut Installing {
            purse,
            pin,
            prepared: None,
            installed: None,
        })
        .await?;
        self.ask_banks(&mut |desk| desk.key_renewed_asks(Some(purse)))
            .await
    }
}

/// A new key that is to be asked for.
struct Wishing<'a> {
    purse: &'a str,
    fee: (FeeOption, u64),
    pin: &'a str,
    prepared: Option<(u8, RenewalTerms, bool)>,
    renewal: Option<RenewalRecord>,
}

impl Errand for Wishing<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        desk.stay_unlocked();
        let purse = desk.purse(self.purse)?;
        let opened = purse.usable()?;
        if purse.renewal.as_ref().is_some_and(RenewalRecord::is_open) {
            return Ok(None);
        }
        let now = desk.now();
        if opened.key_ends_at <= now {
            return Err(WalletError::new(ErrorKind::PurseKeyEnded).about(&purse.bank_name));
        }
        let amount = purse.agreed_fee(self.fee, opened.currency, now)?;
        check_pin(self.pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
        let terms = RenewalTerms {
            fee: self.fee.0,
            at: purse.next_moment(now),
            amount,
        };
        self.prepared = Some((purse.place, terms, false));
        let account = desk.profile()?.card(&purse.account)?;
        Ok(Some(account.needed()))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        _: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let Some((place, terms, was_asked)) = &mut self.prepared else {
            return Ok(Vec::new());
        };
        if !*was_asked {
            *was_asked = true;
            let [key, wish] = card::renew(*place, terms);
            return Ok(vec![Command::present_pin(self.pin), key, wish]);
        }
        let [_, key, wish] = replies else {
            return Err(WalletError::new(ErrorKind::CardFailed));
        };
        self.renewal = Some(RenewalRecord {
            public_key: card::public_key(key)?,
            wish: card::signed(wish)?,
            fee: terms.fee,
            amount: terms.amount,
            at: terms.at,
            permit: None,
            opening: None,
            renewed: None,
            is_done: false,
            failure: None,
        });
        Ok(Vec::new())
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        let mut purse = desk.purse(self.purse)?;
        let renewal = self.renewal.take();
        purse.signed_at = renewal.as_ref().map(|renewal| renewal.at);
        purse.renewal = renewal;
        desk.keep_banking(purse)
    }
}

/// A new key that the bank permitted, on its way into the place of the old one.
struct Installing<'a> {
    purse: &'a str,
    pin: &'a str,
    prepared: Option<Prepared>,
    installed: Option<(Vec<u8>, PurseView)>,
}

struct Prepared {
    commands: Vec<Command>,
    opening: PurseOpening,
    at: Timestamp,
}

impl Errand for Installing<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        desk.stay_unlocked();
        let purse = desk.purse(self.purse)?;
        purse.usable()?;
        let renewal = purse.renewal.as_ref();
        let renewal = renewal.filter(|renewal| renewal.is_permitted());
        let Some(opening) = renewal.and_then(|renewal| renewal.opening.as_deref()) else {
            return Ok(None);
        };
        check_pin(self.pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
        let opening: PurseOpening = decode(opening)
            .map_err(|error| WalletError::caused(ErrorKind::StorageDamaged, &error))?;
        let at = purse.next_moment(desk.now());
        let given = OpeningGiven {
            certificate: opening.purse_certificate.clone(),
            notice: newer_notice(&purse, &opening),
            at,
        };
        let [bank, open] = card::open(purse.place, &opening.bank_certificate, &given);
        let renewed = card::renewed(purse.place, at);
        let read = card::read(purse.place);
        self.prepared = Some(Prepared {
            commands: vec![Command::present_pin(self.pin), bank, open, renewed, read],
            opening,
            at,
        });
        let account = desk.profile()?.card(&purse.account)?;
        Ok(Some(account.needed()))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        _: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let Some(prepared) = &mut self.prepared else {
            return Ok(Vec::new());
        };
        if let [.., renewed, view] = replies {
            self.installed = Some((card::signed(renewed)?, card::view(view)?));
        }
        Ok(core::mem::take(&mut prepared.commands))
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        let (Some((renewed, view)), Some(prepared)) = (self.installed.take(), &self.prepared)
        else {
            return Ok(());
        };
        let mut purse = desk.purse(self.purse)?;
        let Some(mut renewal) = purse.renewal.take() else {
            return Ok(());
        };
        purse.public_key.clone_from(&renewal.public_key);
        purse.opened = Some(desk.opened_as(&purse, &prepared.opening)?);
        purse.state = view.state;
        purse.checkpoint = view.checkpoint;
        purse.signed_at = Some(prepared.at);
        renewal.opening = None;
        renewal.renewed = Some(renewed);
        purse.renewal = Some(renewal);
        desk.keep_banking(purse)
    }
}

/// The notice beside a new certificate, unless the card knows a newer word of its bank: it would take neither.
fn newer_notice(purse: &PurseRecord, opening: &PurseOpening) -> Option<Vec<u8>> {
    // It was verified before it was stored.
    let notice: CheckpointNotice = keyed::unverified(&opening.notice).ok()?;
    let known = purse.checkpoint.as_ref().map(|known| known.number);
    let is_newer = known.is_none_or(|known| notice.checkpoint.number > known);
    is_newer.then(|| opening.notice.clone())
}
