//! H1 to H5: from the terminal's request to a home card that has released its keys to it. Each message is made and opened
//! by the access card; the wallet carries them to the proxy and back.

use tallystick_protocol::home::agreement::{Confirmation, HelloAnswer};
use tallystick_protocol::home::calls::SessionAskKind;
use tallystick_protocol::home::{
    AccessAnswer, AccessPurpose, HomeRefusal, PASSWORD_BYTES_MAX, PASSWORD_BYTES_MIN,
};
use tallystick_protocol::wire::cbor::decode;

use crate::checkout::view::AwayStep;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;
use crate::home::away::record::AwayRecord;
use crate::home::card;
use crate::home::errand::last;
use crate::home::proxy::{Asked, path_of};
use crate::home::refusal::meant;

/// A procedure of the terminal with a home, by way of its proxy.
pub struct Procedure<'a, P: Ports> {
    /// The wallet of whoever is away.
    pub wallet: &'a Wallet<P>,
    /// The home.
    pub away: &'a AwayRecord,
    /// The order that is to be signed.
    pub request_id: &'a str,
    /// The shop, as it is called in errors.
    pub shop: &'a str,
    /// Where records of the session go, at the proxy; once there is one.
    pub records: Option<String>,
}

impl<P: Ports> Procedure<'_, P> {
    /// Whom errors are about.
    pub const fn asked(&self) -> Asked<'_> {
        Asked {
            proxy: &self.away.proxy,
            shop: self.shop,
        }
    }

    /// Says how far it is.
    pub async fn step(&self, step: AwayStep) -> Result<(), WalletError> {
        let wallet = self.wallet;
        wallet
            .perform(&mut |desk| {
                desk.stay_unlocked();
                desk.orders()?.under_way.step(self.request_id, step);
                Ok(())
            })
            .await
    }

    /// What a refusal means.
    pub fn meant(&self, refusal: HomeRefusal) -> WalletError {
        meant(refusal, self.asked().named())
    }

    /// H1 to H4: the proxy looks this terminal up, and the card at home takes the first password.
    pub async fn open(&self, first: &str) -> Result<(), WalletError> {
        let (wallet, home) = (self.wallet, self.away.home());
        self.step(AwayStep::Access).await?;
        let request = wallet
            .access_request(self.away, AccessPurpose::Open)
            .await?;
        let path = path_of(&home, "/requests");
        let answer: AccessAnswer = wallet.ask_proxy(&self.asked(), &path, request).await?;
        self.step(AwayStep::FirstPassword).await?;
        let opening = card::opening(&self.away.keys, &answer, first);
        let opening = card::bytes(&wallet.ask_access_card_once(self.away, opening).await?)?;
        let path = path_of(&home, "/openings");
        let record = wallet.tell(&self.asked(), &path, opening).await?;
        let opened = wallet.ask_access_card_once(self.away, card::opened(&record));
        opened.await?;
        Ok(())
    }

    /// H3: terminal and proxy agree on a key.
    pub async fn begin_session(&mut self) -> Result<(), WalletError> {
        let (wallet, home) = (self.wallet, self.away.home());
        self.step(AwayStep::Session).await?;
        let hello = card::bytes(
            &wallet
                .ask_access_card_once(self.away, card::hello())
                .await?,
        )?;
        let sessions = path_of(&home, "/sessions");
        let answer: HelloAnswer = wallet.ask_proxy(&self.asked(), &sessions, hello).await?;
        let session = base16ct::lower::encode_string(&answer.session);
        let finish = card::finish(&answer, wallet.time());
        let finish = wallet.ask_access_card_once(self.away, finish).await;
        let finish = card::bytes(&finish.map_err(|error| self.by_proxy(error))?)?;
        let path = [&sessions, "/", &session].concat();
        let said = wallet.tell(&self.asked(), &path, finish).await?;
        let confirmation: Confirmation = decode(&said).map_err(|error| {
            self.by_proxy(WalletError::caused(ErrorKind::HomeProxyRefused, &error))
        })?;
        let confirm = wallet.ask_access_card_once(self.away, card::confirm(&confirmation));
        confirm.await.map_err(|error| self.by_proxy(error))?;
        self.records = Some([&path, "/records"].concat());
        Ok(())
    }

    /// H5: the card at home takes the second password.
    pub async fn release(&self, second: &str) -> Result<(), WalletError> {
        self.step(AwayStep::SecondPassword).await?;
        let kind = SessionAskKind::Release;
        let reply = self.ask(kind, card::ask_release(second)).await?;
        card::released(&reply)?.map_err(|refusal| self.meant(refusal))
    }

    /// Asks within the session.
    pub async fn ask(&self, kind: SessionAskKind, ask: Command) -> Result<Reply, WalletError> {
        let wallet = self.wallet;
        let none = || self.meant(HomeRefusal::NoSession);
        let path = self.records.as_ref().ok_or_else(none)?;
        let record = card::bytes(&wallet.ask_access_card_once(self.away, ask).await?)?;
        let said = wallet.tell(&self.asked(), path, record).await?;
        let replies = wallet
            .ask_access_card(self.away, vec![card::answer(kind, &said)])
            .await?;
        last(&replies).cloned()
    }

    /// The end: the card at home forgets the release. Whether or not that is heard: nobody else has the keys.
    pub async fn end(&self) {
        if self.records.is_some() {
            let _unheard = self.ask(SessionAskKind::End, card::ask_end()).await;
        }
    }

    fn by_proxy(&self, error: WalletError) -> WalletError {
        match error.kind {
            ErrorKind::HomeProxyRefused | ErrorKind::ClockWrong => {
                error.about(self.away.proxy.as_str())
            }
            _ => error,
        }
    }
}

/// Whether a card takes passwords of these lengths; none is asked about others.
///
/// # Errors
/// [`ErrorKind::HomeWrongFirst`] or [`ErrorKind::HomeWrongSecond`].
pub fn require_fit(first: &str, second: &str) -> Result<(), WalletError> {
    let length = PASSWORD_BYTES_MIN..=PASSWORD_BYTES_MAX;
    for (password, wrong) in [
        (first, ErrorKind::HomeWrongFirst),
        (second, ErrorKind::HomeWrongSecond),
    ] {
        if !length.contains(&password.len()) {
            return Err(WalletError::new(wrong));
        }
    }
    Ok(())
}
