//! Setting up home: the card makes its keys and takes two passwords, and the proxy hears of it.

use std::cell::Cell;

use sha2::{Digest, Sha256};
use tallystick_card::host::home::lending::{RegistrationTerms, TRIES_MAX};
use tallystick_protocol::home::{PASSWORD_BYTES_MAX, PASSWORD_BYTES_MIN};
use tallystick_protocol::wire::identifier::Domain;

use super::record::{FORMAT, HomeRecord};
use crate::core::access::check_pin;
use crate::core::conversation::Needed;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::core::ports::Ports;
use crate::core::secure_element::Command;
use crate::core::wallet::Wallet;
use crate::home::card;

impl<P: Ports> Wallet<P> {
    /// Makes a home card of the card there, whose PIN it is, or gives it new passwords; and tells the proxy. The
    /// passwords are kept nowhere but in the card, which is locked by them.
    ///
    /// # Errors
    /// [`ErrorKind::NoHomeProxy`], [`ErrorKind::HomePasswordInvalid`], [`ErrorKind::LentCardElsewhere`] if home is in
    /// another card, or no account's keys are in that one, [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`],
    /// [`ErrorKind::Locked`], or a failure of reader, card or storage. After [`ErrorKind::HomeProxyUnreachable`] or
    /// [`ErrorKind::HomeProxyRefused`] the card is set up, and the proxy is told later.
    pub async fn home_set_up(
        &self,
        pin: &str,
        first: &str,
        second: &str,
        place: KeyPlace,
    ) -> Result<(), WalletError> {
        check_pin(pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
        let length = PASSWORD_BYTES_MIN..=PASSWORD_BYTES_MAX;
        let is_fit = |password: &str| length.contains(&password.len());
        if !is_fit(first) || !is_fit(second) || first == second {
            return Err(WalletError::new(ErrorKind::HomePasswordInvalid));
        }
        let token = Cell::new([0; 32]);
        self.at_one_go(
            &mut |desk| {
                desk.stay_unlocked();
                let (needed, proxy) = desk.home_to_be(place)?;
                let own = desk.homes()?.own.as_ref();
                token.set(match own {
                    Some(own) => own.token,
                    None => crate::random_32(desk.rng),
                });
                let roots = desk.roots();
                let commands = vec![
                    Command::present_pin(pin),
                    card::put_roots(&roots),
                    card::set_up(first, second),
                    desk.registering(&proxy, &token.get()),
                ];
                Ok(Some((needed, commands)))
            },
            &mut |desk, replies| {
                let [.., keys, registration] = replies else {
                    return Err(WalletError::new(ErrorKind::CardFailed));
                };
                let keys = card::public_keys(keys)?;
                let (_, proxy) = desk.home_to_be(place)?;
                let account = desk.account_in(place)?;
                let before = desk.homes()?.own.clone();
                let before = before.filter(|before| before.keys == keys);
                let mut home = before.unwrap_or(HomeRecord {
                    format: FORMAT,
                    place,
                    account,
                    proxy,
                    keys,
                    token: token.get(),
                    unregistered: None,
                    terminals: Vec::new(),
                    loans: Vec::new(),
                    unlisted: Vec::new(),
                    uses: Vec::new(),
                    first_tries: TRIES_MAX,
                    second_tries: TRIES_MAX,
                });
                home.token = token.get();
                home.unregistered = Some(card::bytes(registration)?);
                (home.first_tries, home.second_tries) = (TRIES_MAX, TRIES_MAX);
                desk.keep_own_home(home)
            },
        )
        .await?;
        self.tell_proxy().await
    }
}

impl Desk<'_> {
    /// The card that is to be home, and its proxy.
    fn home_to_be(&mut self, place: KeyPlace) -> Result<(Needed, Domain), WalletError> {
        let proxy = self.context.home_proxy.clone();
        let proxy = proxy.ok_or_else(|| WalletError::new(ErrorKind::NoHomeProxy))?;
        if let Some(own) = self.homes()?.own.clone() {
            if own.place != place {
                return Err(WalletError::new(ErrorKind::LentCardElsewhere));
            }
            return Ok((self.home_card(&own)?, own.proxy));
        }
        let needed = match self.account_in(place)? {
            Some(account) => self.profile()?.card(&account)?.needed(),
            None => Needed::at(place),
        };
        Ok((needed, proxy))
    }

    /// An account by which a card in a reader is known: no PIN is shown to another one.
    fn account_in(&mut self, place: KeyPlace) -> Result<Option<String>, WalletError> {
        if place == KeyPlace::Software {
            return Ok(None);
        }
        let mut cards = self.profile()?.cards.iter();
        let account = cards.find(|card| card.place() == place);
        let account = account.ok_or_else(|| WalletError::new(ErrorKind::LentCardElsewhere))?;
        Ok(Some(account.id.clone()))
    }

    /// The card that is home.
    pub(super) fn home_card(&mut self, own: &HomeRecord) -> Result<Needed, WalletError> {
        match &own.account {
            None => Ok(Needed::at(own.place)),
            Some(account) => match self.profile()?.card(account) {
                Ok(account) if account.place() == own.place => Ok(account.needed()),
                _ => Err(WalletError::new(ErrorKind::LentCardElsewhere)),
            },
        }
    }

    /// Whom cards are to trust (DER).
    pub(in crate::home) fn roots(&self) -> Vec<Vec<u8>> {
        let roots = self.context.roots.roots().iter();
        roots.map(|root| root.as_der().to_vec()).collect()
    }

    /// Has the card sign what the proxy is to know.
    pub(super) fn registering(&self, proxy: &Domain, token: &[u8; 32]) -> Command {
        card::register(&RegistrationTerms {
            proxy: proxy.clone(),
            verifier: Sha256::digest(token).into(),
            at: self.now(),
        })
    }
}
