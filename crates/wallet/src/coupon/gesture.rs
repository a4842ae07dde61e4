//! What the holder does with the PIN: the card signs something for an office, derives the next key to talk to it, and puts away
//! coupons that are over. All of it is stored before anything is sent.

use core::cell::RefCell;

use tallystick_card::host::coupon::Moment;

use super::card;
use super::office::Talking;
use crate::core::access::check_pin;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;
use crate::holder::card_account::CardAccount;

/// What the card is asked besides; called twice.
pub(super) type Sign<'a> =
    &'a mut dyn FnMut(&mut Desk<'_>, &CardAccount) -> Result<Vec<Command>, WalletError>;
/// Keeps what the card answered to it.
pub(super) type KeepSigned<'a> =
    &'a mut dyn FnMut(&mut Desk<'_>, &CardAccount, &[Reply]) -> Result<(), WalletError>;

impl<P: Ports> Wallet<P> {
    /// Has the card of an account do something for its office.
    ///
    /// # Errors
    /// [`ErrorKind::NoCouponAccount`], [`ErrorKind::OfficeUnreachable`] if the office's key is not known,
    /// [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::Locked`], or a failure of reader, card or storage;
    /// those of `sign`.
    pub(super) async fn gesture(
        &self,
        account: &str,
        pin: &str,
        sign: Sign<'_>,
        keep: KeepSigned<'_>,
    ) -> Result<(), WalletError> {
        self.know_office(account).await?;
        self.find_office(account).await?;
        let prepared: RefCell<Option<(CardAccount, Talking)>> = RefCell::new(None);
        self.at_one_go(
            &mut |desk| {
                desk.stay_unlocked();
                let account = desk.coupon_account(account)?;
                check_pin(pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
                let signing = sign(desk, &account)?;
                let talking = Talking::new(desk, &account)?;
                let certificate = desk.office(&account.id)?.certificate;
                let roots = desk.context.roots.roots().iter();
                let roots: Vec<_> = roots.map(|root| root.as_der().to_vec()).collect();
                let mut commands = vec![Command::present_pin(pin), talking.derive()];
                commands.extend(card::trust(&roots, &certificate, desk.now()));
                commands.extend(signing);
                let needed = account.needed();
                prepared.replace(Some((account, talking)));
                Ok(Some((needed, commands)))
            },
            &mut |desk, replies| {
                let failed = || WalletError::new(ErrorKind::CardFailed);
                let (account, talking) = prepared.take().ok_or_else(failed)?;
                let [_, key, _, _, signed @ ..] = replies else {
                    return Err(failed());
                };
                let mut office = desk.office(&account.id)?;
                let talk = talking.derived(key)?;
                if office
                    .talk
                    .is_some_and(|before| before.pair.holder != talk.pair.holder)
                {
                    // Another card by now: its places are others.
                    office.over.clear();
                }
                office.talk = Some(talk);
                desk.keep_coupon(office)?;
                desk.coupons()?.hurry();
                keep(desk, &account, signed)
            },
        )
        .await?;
        // What is over stays where it is until the next time, if anything fails.
        let _put_away = self.put_away(account, pin).await;
        Ok(())
    }

    /// Finds the office in another key space, if it said that it is in one.
    async fn find_office(&self, account: &str) -> Result<(), WalletError> {
        let mut astray = None;
        self.perform(&mut |desk| {
            let office = desk.profile()?.card(account)?.issuer.clone();
            let talk = desk.office(account)?.talk;
            let talk = talk.filter(|talk| talk.is_misplaced);
            astray = talk.map(|talk| (office, talk.pair.key));
            Ok(())
        })
        .await?;
        let Some((office, used)) = astray else {
            return Ok(());
        };
        let found = self.find_space(account, &office, &used).await;
        found.map_err(|error| match error.kind {
            ErrorKind::EnrolmentUnreachable => {
                WalletError::new(ErrorKind::OfficeUnreachable).about(&error.about)
            }
            ErrorKind::EnrolmentRefused => {
                WalletError::new(ErrorKind::OfficeRefused).about(&error.about)
            }
            _ => error,
        })
    }

    /// Takes coupons out of the card that are over.
    async fn put_away(&self, account: &str, pin: &str) -> Result<(), WalletError> {
        self.at_one_go(
            &mut |desk| {
                let places = desk.places_over(account)?;
                if places.is_empty() {
                    return Ok(None);
                }
                let needed = desk.coupon_account(account)?.needed();
                let removing = places.into_iter().map(card::remove);
                let commands = [Command::present_pin(pin)].into_iter().chain(removing);
                Ok(Some((needed, commands.collect())))
            },
            &mut |desk, _| {
                let mut office = desk.office(account)?;
                office.over.clear();
                desk.keep_coupon(office)
            },
        )
        .await
    }
}

impl Desk<'_> {
    /// The places of coupons that are over, but for those in which there is another coupon by now.
    fn places_over(&mut self, account: &str) -> Result<Vec<u8>, WalletError> {
        let over = self.office(account)?.over;
        let coupons = self.coupons()?;
        // Other accounts may have coupons in the same card.
        let is_taken = |place: &u8| coupons.iter().any(|coupon| coupon.place == Some(*place));
        Ok(over.into_iter().filter(|place| !is_taken(place)).collect())
    }

    /// What makes a message this one.
    pub(super) fn moment(&mut self) -> Moment {
        let mut nonce = [0; 16];
        self.rng.fill_bytes(&mut nonce);
        Moment {
            at: self.now(),
            nonce,
        }
    }
}
