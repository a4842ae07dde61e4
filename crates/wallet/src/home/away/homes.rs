//! Homes that let this wallet in, and what they lend.

use tallystick_card::host::home::access::AccessTerms;
use tallystick_protocol::home::calls::LentList;
use tallystick_protocol::home::loan::Lent;
use tallystick_protocol::home::{AccessPurpose, Loan, PublicKeys};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::{HomeId, TerminalId};

use super::record::{AwayRecord, FORMAT, LentRecord};
use crate::core::access::check_pin;
use crate::core::conversation::Needed;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::core::ports::Ports;
use crate::core::secure_element::Command;
use crate::core::wallet::Wallet;
use crate::home::account::{LentAccount, digest};
use crate::home::card;
use crate::home::code::{self, Invitation};
use crate::home::errand::last;
use crate::home::proxy::{Asked, path_of};

/// The most homes that let a wallet in.
const HOMES_MAX: usize = 8;
/// The HTTP status with which the proxy says that it stops everything, and that home has not heard of it yet.
const ACCEPTED: u16 = 202;

impl<P: Ports> Wallet<P> {
    /// The access code of the card there, for the holder of a home. It is no secret.
    ///
    /// # Errors
    /// [`ErrorKind::OtherAccessCard`] of a card in a reader that can be none, [`ErrorKind::Locked`], or a failure of reader,
    /// card or storage.
    pub async fn away_code(&self, place: KeyPlace) -> Result<String, WalletError> {
        let mut keys = None;
        let ask = match place {
            KeyPlace::Software => card::access_keys,
            KeyPlace::Reader => card::access_keys_in_reader,
            // A card that stays with a proxy goes along with nobody.
            KeyPlace::Hosted => return Err(WalletError::new(ErrorKind::OtherAccessCard)),
        };
        self.at_one_go(
            &mut |desk| {
                desk.stay_unlocked();
                Ok(Some((Needed::at(place), vec![ask()])))
            },
            &mut |_, replies| {
                keys = Some(card::public_keys(last(replies)?)?);
                Ok(())
            },
        )
        .await?;
        let keys = keys.ok_or_else(|| WalletError::new(ErrorKind::CardFailed))?;
        Ok(code::access_code(&keys))
    }

    /// Joins a home by its invitation with the card there as access card, and fetches what it lends if it lends
    /// something already. The card's PIN lets it take up whom it trusts; it is not asked for again.
    ///
    /// # Errors
    /// [`ErrorKind::InvitationInvalid`], [`ErrorKind::LoanLimit`], [`ErrorKind::OtherAccessCard`] of a card in a reader that
    /// can be none, [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::Locked`], or a failure of reader,
    /// card or storage.
    pub async fn away_join(
        &self,
        invitation: &str,
        pin: &str,
        place: KeyPlace,
    ) -> Result<(), WalletError> {
        let invitation = Invitation::from_text(invitation);
        let invitation =
            invitation.ok_or_else(|| WalletError::new(ErrorKind::InvitationInvalid))?;
        check_pin(pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
        if place == KeyPlace::Hosted {
            return Err(WalletError::new(ErrorKind::OtherAccessCard));
        }
        let home = invitation.home.home();
        self.at_one_go(
            &mut |desk| {
                desk.stay_unlocked();
                let homes = desk.homes()?;
                if homes.away(&home).is_none() && homes.away.len() >= HOMES_MAX {
                    return Err(WalletError::new(ErrorKind::LoanLimit));
                }
                let roots = desk.roots();
                let commands = vec![
                    card::access_keys_in_reader(),
                    Command::present_pin(pin),
                    card::put_roots(&roots),
                ];
                Ok(Some((Needed::at(place), commands)))
            },
            &mut |desk, replies| {
                let keys = replies
                    .first()
                    .ok_or_else(|| WalletError::new(ErrorKind::CardFailed))?;
                let keys = card::public_keys(keys)?;
                let access = (place == KeyPlace::Reader).then_some(keys);
                // What was lent to another card is of no use to this one.
                let known = desk.homes()?.away(&home).cloned();
                let known = known.filter(|known| known.access == access);
                let loans = known.map_or_else(Vec::new, |known| known.loans);
                desk.keep_away_home(AwayRecord {
                    format: FORMAT,
                    keys: invitation.home.clone(),
                    proxy: invitation.proxy.clone(),
                    loans,
                    access,
                })
            },
        )
        .await?;
        match self.fetch(&home).await {
            Err(error) if error.kind == ErrorKind::StorageFailed => Err(error),
            _ => Ok(()),
        }
    }

    /// Fetches what a home lends to this wallet. What it lends no more is forgotten.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchLoan`] if there is no such home, [`ErrorKind::HomeProxyUnreachable`],
    /// [`ErrorKind::HomeProxyRefused`], [`ErrorKind::HomeUnknown`], [`ErrorKind::LentInvalid`] if something was not
    /// signed at home or not for this wallet, [`ErrorKind::Locked`], or a failure of card or storage.
    pub async fn away_fetch(&self, home: &str) -> Result<(), WalletError> {
        self.fetch(&id_of(home)?).await
    }

    /// Stops everything that a home lends, to whomever.
    ///
    /// # Errors
    /// [`ErrorKind::HomeStopUnheard`] if home has not answered: until it has, the proxy lets nobody through;
    /// otherwise as [`Wallet::away_fetch`].
    pub async fn away_stop(&self, home: &str) -> Result<(), WalletError> {
        let home = id_of(home)?;
        let away = self.away_home(&home).await?;
        let request = self.access_request(&away, AccessPurpose::Stop).await?;
        let asked = Asked {
            proxy: &away.proxy,
            shop: "",
        };
        let path = path_of(&home, "/stops");
        let (status, _) = self.tell_and_look(&asked, &path, request).await?;
        self.perform(&mut |desk| {
            let mut away = desk.away_home(&home)?;
            away.loans.clear();
            desk.keep_away_home(away)
        })
        .await?;
        if status == ACCEPTED {
            let unheard = WalletError::new(ErrorKind::HomeStopUnheard);
            return Err(unheard.about(away.proxy.as_str()));
        }
        Ok(())
    }

    /// Forgets a home and what it lends.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchLoan`], [`ErrorKind::Locked`], or a failure of the storage.
    pub async fn away_leave(&self, home: &str) -> Result<(), WalletError> {
        let home = id_of(home)?;
        self.perform(&mut |desk| {
            desk.stay_unlocked();
            desk.away_home(&home)?;
            desk.drop_away_home(&home)
        })
        .await
    }

    /// The keys by which a home knows this wallet's access card.
    async fn access_keys(&self, away: &AwayRecord) -> Result<PublicKeys, WalletError> {
        if let Some(keys) = &away.access {
            return Ok(keys.clone());
        }
        let reply = self.ask_access_card_once(away, card::access_keys());
        card::public_keys(&reply.await?)
    }

    /// What is kept of a home.
    pub(crate) async fn away_home(&self, home: &HomeId) -> Result<AwayRecord, WalletError> {
        let mut away = None;
        self.perform(&mut |desk| {
            desk.stay_unlocked();
            away = Some(desk.away_home(home)?);
            Ok(())
        })
        .await?;
        away.ok_or_else(|| WalletError::new(ErrorKind::NoSuchLoan))
    }

    /// H1, signed by the access card.
    pub(crate) async fn access_request(
        &self,
        away: &AwayRecord,
        purpose: AccessPurpose,
    ) -> Result<Vec<u8>, WalletError> {
        let terms = AccessTerms {
            home: away.home(),
            proxy: away.proxy.clone(),
            purpose,
            at: self.time(),
        };
        let reply = self
            .ask_access_card_once(away, card::request(&terms))
            .await?;
        card::bytes(&reply)
    }

    async fn fetch(&self, home: &HomeId) -> Result<(), WalletError> {
        let away = self.away_home(home).await?;
        let terminal = self.access_keys(&away).await?.terminal();
        let request = self.access_request(&away, AccessPurpose::Fetch).await?;
        let asked = Asked {
            proxy: &away.proxy,
            shop: "",
        };
        let list: LentList = self
            .ask_proxy(&asked, &path_of(home, "/lent"), request)
            .await?;
        let mut loans = Vec::new();
        for lent in &list.lent {
            let lent = self.lent(&away, &terminal, lent).await?;
            loans.push(lent);
        }
        loans.sort_by_key(|one: &LentRecord| one.loan.number);
        loans.dedup_by_key(|one| one.loan.number);
        self.perform(&mut |desk| {
            let mut away = desk.away_home(home)?;
            let mut loans = loans.clone();
            for one in &mut loans {
                // What the card said when it signed is newer than the loan.
                if let Some(known) = away.loan(one.loan.number) {
                    let (more, orders) = known.topped_up(&one.loan);
                    one.total_left = one.total_left.min(known.total_left.saturating_add(more));
                    one.count_left = one.count_left.min(known.count_left.saturating_add(orders));
                    if known.loan.account == one.loan.account {
                        // With what was found out since of where parties are.
                        one.account = known.account.clone();
                    }
                }
            }
            away.loans = loans;
            desk.keep_away_home(away)
        })
        .await
    }

    /// Something that is lent, if the home card signed it for this terminal, and the account is the one that it signed.
    async fn lent(
        &self,
        away: &AwayRecord,
        terminal: &TerminalId,
        encoded: &[u8],
    ) -> Result<LentRecord, WalletError> {
        let invalid = |what: &dyn core::fmt::Display| {
            WalletError::caused(ErrorKind::LentInvalid, what).about(away.proxy.as_str())
        };
        let lent: Lent = decode(encoded).map_err(|error| invalid(&error))?;
        let key = away.keys.verifying().map_err(|error| invalid(&error))?;
        let loan: Loan = keyed::open(&lent.loan, &key).map_err(|error| invalid(&error))?;
        if loan.home != away.home() || loan.terminal != *terminal {
            return Err(invalid(
                &"the loan is of another home, or to another terminal",
            ));
        }
        let open = card::open_account(&loan.home, &lent.account);
        let opened = self.ask_access_card_once(away, open).await;
        let account = opened.and_then(|reply| card::account(&reply));
        let account = account.map_err(|error| match error.kind {
            ErrorKind::LentInvalid => error.about(away.proxy.as_str()),
            _ => error,
        })?;
        let is_signed = digest(&account) == loan.account;
        let account = LentAccount::decoded(&account)
            .filter(|account| is_signed && account.account.enrolment.holder() == loan.holder);
        let account = account.ok_or_else(|| invalid(&"the account is another than was lent"))?;
        Ok(LentRecord {
            total_left: loan.total,
            count_left: loan.count,
            loan,
            account,
        })
    }
}

/// The home that is meant in a call.
///
/// # Errors
/// [`ErrorKind::NoSuchLoan`] of what names none.
pub(crate) fn id_of(home: &str) -> Result<HomeId, WalletError> {
    home.parse()
        .map_err(|_| WalletError::new(ErrorKind::NoSuchLoan))
}
