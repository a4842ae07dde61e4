//! Has each decision of the card mailed by the proxy, if the holder wants that: an address, its confirmation, and what the
//! proxy has not heard of yet. The source is the card's log.

use tallystick_protocol::home::decisions::is_code;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::MailAddress;

use super::mail_record::{MailRecord, Untold};
use super::record::HomeRecord;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;
use crate::home::card;
use crate::home::errand::last;
use crate::home::proxy::Asked;

const ADDRESS_PATH: &str = "/v1/homes/mail-address";
const DECISIONS_PATH: &str = "/v1/homes/decisions";
/// How often something is told at one go: more than all uses that are kept take.
const TELLINGS_MAX: u8 = 8;

impl<P: Ports> Wallet<P> {
    /// Has the proxy mail a code to this address. Until it is [confirmed](Wallet::home_mail_confirm) nothing else is
    /// mailed there.
    ///
    /// # Errors
    /// [`ErrorKind::MailAddressInvalid`], [`ErrorKind::HomeNotSetUp`], [`ErrorKind::HomeNoMail`],
    /// [`ErrorKind::HomeTooMany`], or that the proxy is not reached or refuses.
    pub async fn home_mail_ask(&self, address: &str) -> Result<(), WalletError> {
        let address: MailAddress = address
            .trim()
            .parse()
            .map_err(|_| WalletError::new(ErrorKind::MailAddressInvalid))?;
        let (own, mut mail) = self.own_mail().await?;
        let said = MailRecord::saying(&own, Some(address.clone()), None);
        self.tell(&asked(&own), ADDRESS_PATH, encode(&said)).await?;
        self.perform(&mut |desk| {
            mail = desk.home_mail(&own)?;
            mail.asked = Some(address.clone());
            mail.is_to_forget = false;
            desk.keep_home_mail(mail.clone())
        })
        .await
    }

    /// Confirms the address by the code that was mailed to it. From here on decisions are mailed.
    ///
    /// # Errors
    /// [`ErrorKind::HomeWrongCode`], and as [`Wallet::home_mail_ask`].
    pub async fn home_mail_confirm(&self, code: &str) -> Result<(), WalletError> {
        let wrong = || WalletError::new(ErrorKind::HomeWrongCode);
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let (own, mail) = self.own_mail().await?;
        let address = mail.asked.ok_or_else(wrong)?;
        if !is_code(&code) {
            return Err(wrong());
        }
        let said = MailRecord::saying(&own, Some(address.clone()), Some(code));
        self.tell(&asked(&own), ADDRESS_PATH, encode(&said)).await?;
        self.perform(&mut |desk| {
            let own = desk.own_home()?;
            let mut mail = desk.home_mail(&own)?;
            mail.confirm(&address, &own);
            desk.keep_home_mail(mail)
        })
        .await
    }

    /// Nothing is mailed any more; the proxy forgets the address as soon as it hears of it.
    ///
    /// # Errors
    /// [`ErrorKind::HomeNotSetUp`], or a failure of the storage.
    pub async fn home_mail_remove(&self) -> Result<(), WalletError> {
        self.perform(&mut |desk| {
            let own = desk.own_home()?;
            let mut mail = desk.home_mail(&own)?;
            (mail.address, mail.asked) = (None, None);
            mail.is_to_forget = true;
            desk.keep_home_mail(mail)
        })
        .await?;
        self.tell_decisions_now_or_later().await
    }

    /// Tells the proxy what was decided since it last heard of it, if it is to be mailed; a card in a reader is asked
    /// for its log before. What is not heard now is told later.
    ///
    /// # Errors
    /// A failure of the storage.
    pub async fn home_tell(&self) -> Result<(), WalletError> {
        let Ok((own, mail)) = self.own_mail().await else {
            return Ok(());
        };
        if own.place == KeyPlace::Reader && mail.address.is_some() {
            // A card that is away says it the next time.
            let _later = self.look_at_log().await;
        }
        self.tell_decisions_now_or_later().await
    }

    /// Tells what is kept and was not heard of yet.
    pub(super) async fn tell_decisions_now_or_later(&self) -> Result<(), WalletError> {
        match self.tell_decisions().await {
            Err(error) if error.kind == ErrorKind::StorageFailed => Err(error),
            _ => Ok(()),
        }
    }

    async fn tell_decisions(&self) -> Result<(), WalletError> {
        for _ in 0..TELLINGS_MAX {
            let (own, mail) = self.own_mail().await?;
            let Some(untold) = mail.untold(&own) else {
                break;
            };
            let (path, body, told) = match &untold {
                Untold::Forget(said) => (ADDRESS_PATH, encode(said), mail.told),
                Untold::Decisions(said) => {
                    let newest = said.decisions.last().map(|one| one.number);
                    (DECISIONS_PATH, encode(said), newest.unwrap_or(mail.told))
                }
            };
            let heard = self.tell(&asked(&own), path, body).await;
            let is_gone = matches!(&heard, Err(error) if error.kind == ErrorKind::HomeNoAddress);
            if !is_gone {
                heard?;
            }
            self.perform(&mut |desk| {
                let mut mail = desk.home_mail(&own)?;
                mail.told = mail.told.max(told);
                mail.is_to_forget &= !matches!(untold, Untold::Forget(_));
                // The proxy knows no address any more: the page says so.
                mail.address = mail.address.filter(|_| !is_gone);
                desk.keep_home_mail(mail)
            })
            .await?;
        }
        Ok(())
    }

    async fn look_at_log(&self) -> Result<(), WalletError> {
        self.at_one_go(
            &mut |desk| {
                let own = desk.own_home()?;
                Ok(Some((desk.home_card(&own)?, vec![card::log()])))
            },
            &mut |desk, replies| {
                let mut own = desk.own_home()?;
                own.take_log(&card::decisions(last(replies)?)?);
                desk.keep_own_home(own)
            },
        )
        .await
    }

    async fn own_mail(&self) -> Result<(HomeRecord, MailRecord), WalletError> {
        let mut found = Err(WalletError::new(ErrorKind::HomeNotSetUp));
        self.perform(&mut |desk| {
            let own = desk.own_home()?;
            let mail = desk.home_mail(&own)?;
            found = Ok((own, mail));
            Ok(())
        })
        .await?;
        found
    }
}

impl Desk<'_> {
    /// What is kept of mail of this home.
    fn home_mail(&mut self, own: &HomeRecord) -> Result<MailRecord, WalletError> {
        Ok(MailRecord::of(self.homes()?.mail.as_ref(), own))
    }
}

fn asked(own: &HomeRecord) -> Asked<'_> {
    Asked {
        proxy: &own.proxy,
        shop: "",
    }
}
