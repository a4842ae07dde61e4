//! What became of what was bought: the issuer is asked, and what it charges nothing for is the loan's again. The card
//! takes the issuer's signed word for that, and nobody else's.

use tallystick_protocol::checkout::answers::{IssuerAnswer, MoneyState};
use tallystick_protocol::trust::statement;
use tallystick_protocol::wire::identifier::{Role, Root};

use super::record::{HomeRecord, UseRecord};
use crate::core::ask::{self, Answer, Ask, COSE};
use crate::core::conversation::Urgency;
use crate::core::desk::Desk;
use crate::core::error::WalletError;
use crate::core::place::KeyPlace;
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;
use crate::home::card;
use crate::home::view::{UseState, UseView};

impl<P: Ports> Wallet<P> {
    /// Takes up what the card has signed and this wallet has not heard of: because it was ended or the card pulled out
    /// meanwhile. Then asks the issuers what became of the orders that were signed for others. What does not answer is
    /// asked the next time. Without a use that is open nobody is asked. Returns the uses of which it has not heard
    /// before, oldest first.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`](crate::ErrorKind::Locked), or a failure of reader, card or storage where something is given
    /// back.
    pub async fn home_follow_uses(&self) -> Result<Vec<UseView>, WalletError> {
        let new = match self.read_log().await {
            // Issuers can be asked without the card.
            Err(error) if error.kind.is_about_the_card() => Vec::new(),
            read => read?,
        };
        let mut asks = Vec::new();
        self.perform(&mut |desk| {
            asks = desk.open_uses()?;
            Ok(())
        })
        .await?;
        if asks.is_empty() {
            return Ok(new);
        }
        for answer in self.ask(asks).await {
            self.take_word(&answer).await?;
        }
        Ok(new)
    }

    /// Asks the card what it has signed, unless all is known; what is new of it. No call reaches a hosted card through this
    /// wallet, so that it is asked each time.
    async fn read_log(&self) -> Result<Vec<UseView>, WalletError> {
        let mut new = Vec::new();
        self.at_one_go_as(
            Urgency::GivesWay,
            &mut |desk| {
                let homes = desk.homes()?;
                let may_be_new =
                    |own: &HomeRecord| !homes.is_log_read || own.place == KeyPlace::Hosted;
                let Some(own) = homes.own.clone().filter(may_be_new) else {
                    return Ok(None);
                };
                if own.loans.is_empty() {
                    return Ok(None);
                }
                let commands = vec![card::status(), card::log()];
                Ok(Some((desk.home_card(&own)?, commands)))
            },
            &mut |desk, replies| {
                new = desk.keep_log(replies)?;
                Ok(())
            },
        )
        .await?;
        Ok(new)
    }

    async fn take_word(&self, answer: &Answer<Root>) -> Result<(), WalletError> {
        let (root, Ok(word)) = (answer.question, &answer.said) else {
            return Ok(());
        };
        let mut is_free = false;
        self.perform(&mut |desk| {
            is_free = desk.take_use(root, word)?;
            Ok(())
        })
        .await?;
        if !is_free {
            return Ok(());
        }
        self.at_one_go_as(
            Urgency::GivesWay,
            &mut |desk| {
                let own = desk.own_home()?;
                // If it ends early, the log says whether the card has done it.
                desk.homes()?.is_log_read = false;
                let cancel = card::cancel(&root, word, desk.now());
                let commands = vec![cancel, card::status(), card::log()];
                Ok(Some((desk.home_card(&own)?, commands)))
            },
            &mut |desk, replies| {
                desk.keep_log(replies)?;
                Ok(())
            },
        )
        .await?;
        self.tell_proxy_now_or_later().await
    }
}

impl Desk<'_> {
    /// A question for each use of which the issuer has not said how it ended.
    fn open_uses(&mut self) -> Result<Vec<Ask<Root>>, WalletError> {
        let now = self.now();
        let Some(own) = self.homes()?.own.as_ref() else {
            return Ok(Vec::new());
        };
        let is_open = |one: &&UseRecord| one.is_open(now);
        let asked: Vec<_> = own.uses.iter().filter(is_open).cloned().collect();
        let first_of = |number| {
            let mut loans = own.loans.iter();
            let loan = loans.find(|one| one.loan.number == number);
            loan.map(|one| base16ct::lower::encode_string(&one.loan.holder.0[..1]))
        };
        let asked: Vec<_> = asked
            .into_iter()
            .map(|one| {
                let root = base16ct::lower::encode_string(&one.root.0);
                // By it an issuer of many objects finds the one that knows the order.
                let at = first_of(one.loan).map(|digits| ["?at=", &digits].concat());
                let path = ["/v1/answers/", &root, at.as_deref().unwrap_or("")].concat();
                (one, path)
            })
            .collect();
        Ok(asked
            .into_iter()
            .map(|(one, path)| {
                let url = self.context.urls.url(&one.issuer, &path);
                ask::get(one.root, url, COSE)
            })
            .collect())
    }

    /// Takes up what the issuer says; whether it charges nothing.
    fn take_use(&mut self, root: Root, word: &[u8]) -> Result<bool, WalletError> {
        let (now, mut own) = (self.now(), self.own_home()?);
        let mut uses = own.uses.iter_mut();
        let Some(one) = uses.find(|one| one.root == root && one.state == UseState::Open) else {
            return Ok(false);
        };
        let opened = statement::open::<IssuerAnswer>(word, self.anchors(), now, Role::Issuer);
        let said = opened
            .ok()
            .filter(|said| said.require_sender(&one.issuer).is_ok());
        let Some(said) = said.map(|said| said.message) else {
            return Ok(false);
        };
        if said.root == root && said.money == Some(MoneyState::Captured) {
            one.state = UseState::Paid;
            self.keep_own_home(own)?;
            return Ok(false);
        }
        Ok(said.frees(&root, one.expires_at))
    }
}
