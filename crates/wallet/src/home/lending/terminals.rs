//! Who may use the card from away.

use tallystick_card::host::home::lending::NAME_BYTES_MAX;
use tallystick_protocol::home::TERMINALS_MAX;
use tallystick_protocol::wire::identifier::TerminalId;
use tallystick_protocol::wire::text::is_plain;

use super::record::TerminalRecord;
use crate::core::access::check_pin;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::Command;
use crate::core::wallet::Wallet;
use crate::home::card;
use crate::home::code::{self, Invitation};

impl<P: Ports> Wallet<P> {
    /// Lets another wallet in, by its access code, under that name; or gives one another name. Returns the invitation for
    /// it. If the proxy does not hear of it at once, it is told later.
    ///
    /// # Errors
    /// [`ErrorKind::HomeNotSetUp`], [`ErrorKind::AccessCodeInvalid`], [`ErrorKind::LoanLimit`],
    /// [`ErrorKind::LoanInvalid`] of a name that is none, [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`],
    /// [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub async fn home_enrol(
        &self,
        pin: &str,
        code: &str,
        name: &str,
    ) -> Result<String, WalletError> {
        check_pin(pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
        let keys = code::access_keys(code);
        let keys = keys.ok_or_else(|| WalletError::new(ErrorKind::AccessCodeInvalid))?;
        let (name, id) = (name.trim(), keys.terminal());
        if !is_plain(name) || name.len() > NAME_BYTES_MAX {
            return Err(WalletError::new(ErrorKind::LoanInvalid).about("name"));
        }
        self.at_one_go(
            &mut |desk| {
                desk.stay_unlocked();
                let own = desk.own_home()?;
                if own.terminal(&id).is_none() && own.terminals.len() >= TERMINALS_MAX {
                    return Err(WalletError::new(ErrorKind::LoanLimit));
                }
                let commands = vec![
                    Command::present_pin(pin),
                    card::enrol(&keys, name),
                    desk.registering(&own.proxy, &own.token),
                    card::status(),
                ];
                Ok(Some((desk.home_card(&own)?, commands)))
            },
            &mut |desk, replies| {
                let [.., registration, status] = replies else {
                    return Err(WalletError::new(ErrorKind::CardFailed));
                };
                let mut own = desk.own_home()?;
                own.terminals.retain(|one| one.keys.terminal() != id);
                own.terminals.push(TerminalRecord {
                    keys: keys.clone(),
                    name: name.to_owned(),
                });
                own.unregistered = Some(card::bytes(registration)?);
                own.take(&card::view(status)?);
                desk.keep_own_home(own)
            },
        )
        .await?;
        self.tell_proxy_now_or_later().await?;
        self.home_invitation().await
    }

    /// The invitation for terminals.
    ///
    /// # Errors
    /// [`ErrorKind::HomeNotSetUp`], [`ErrorKind::Locked`].
    pub async fn home_invitation(&self) -> Result<String, WalletError> {
        let mut text = String::new();
        self.perform(&mut |desk| {
            let own = desk.own_home()?;
            let invitation = Invitation {
                home: own.keys,
                proxy: own.proxy,
            };
            text = invitation.to_text();
            Ok(())
        })
        .await?;
        Ok(text)
    }

    /// Lets a terminal in no more; its loans are gone with it. That counts once the card has it, whether or not the proxy
    /// hears of it.
    ///
    /// # Errors
    /// [`ErrorKind::HomeNotSetUp`], [`ErrorKind::NoSuchLoan`], [`ErrorKind::Locked`], or a failure of reader, card or
    /// storage.
    pub async fn home_revoke(&self, terminal: &str) -> Result<(), WalletError> {
        let unknown = || WalletError::new(ErrorKind::NoSuchLoan);
        let id: TerminalId = terminal.parse().map_err(|_| unknown())?;
        self.at_one_go(
            &mut |desk| {
                desk.stay_unlocked();
                let own = desk.own_home()?;
                own.terminal(&id).ok_or_else(unknown)?;
                let commands = vec![
                    card::revoke(&id),
                    desk.registering(&own.proxy, &own.token),
                    card::status(),
                ];
                Ok(Some((desk.home_card(&own)?, commands)))
            },
            &mut |desk, replies| {
                let [.., registration, status] = replies else {
                    return Err(WalletError::new(ErrorKind::CardFailed));
                };
                let mut own = desk.own_home()?;
                own.terminals.retain(|one| one.keys.terminal() != id);
                own.loans.retain(|one| one.loan.terminal != id);
                own.unlisted.retain(|one| *one != id);
                own.unregistered = Some(card::bytes(registration)?);
                own.take(&card::view(status)?);
                desk.keep_own_home(own)
            },
        )
        .await?;
        self.tell_proxy_now_or_later().await
    }
}
