//! What a tap brings to its end: what is on the card, what became of orders, and of value that waited.

use tallystick_protocol::settlement::{
    CardReading, CreditOutcome, CreditState, SettlementOutcome, SettlementState, TapEnd,
};
use tallystick_protocol::wire::identifier::Root;
use tallystick_protocol::wire::money::Money;

use super::record::{FORMAT, KeptReading, OutcomeRecord};
use super::server::unfit;
use super::watch::{Purpose, Watch};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};

impl Desk<'_> {
    /// The card is about to be told to pay: until the security server has said what came of it, nobody knows.
    pub(super) fn keep_told_to_pay(
        &mut self,
        root: Root,
        amount: Money,
    ) -> Result<(), WalletError> {
        let known = self.settlements()?.outcome(&root);
        if known.is_some_and(OutcomeRecord::is_last) {
            return Ok(());
        }
        let at = self.now();
        self.keep_outcome(OutcomeRecord {
            format: FORMAT,
            root,
            amount,
            state: SettlementState::Unknown,
            refusal: None,
            balance: None,
            signed: None,
            at,
        })
    }

    /// Keeps what a tap has brought, each after its signature. A word that is not the security server's is as good as none;
    /// only a card that was to be read must have been.
    pub(super) fn keep_tap_end(&mut self, watch: &Watch, end: &TapEnd) -> Result<(), WalletError> {
        for signed in &end.outcomes {
            self.keep_settlement_outcome(watch, signed)?;
        }
        for signed in &end.credits {
            self.keep_credit_outcome(watch, signed)?;
        }
        let read = match &end.reading {
            Some(signed) => self.keep_reading(watch, signed),
            None => Err(WalletError::new(ErrorKind::CardNotRead)),
        };
        match (&watch.purpose, read) {
            (Purpose::Read, read) => read,
            (_, Err(error)) if end.reading.is_some() => Err(error),
            _ => Ok(()),
        }
    }

    fn keep_settlement_outcome(&mut self, watch: &Watch, signed: &[u8]) -> Result<(), WalletError> {
        let Ok(said) = self.by_security_server::<SettlementOutcome>(&watch.server, signed) else {
            return Ok(());
        };
        let said = said.message;
        let known = self.settlements()?.outcome(&said.root);
        if known.is_some_and(OutcomeRecord::is_last) {
            return Ok(());
        }
        if said.state == SettlementState::Settled
            && let (Some(alias), Some(balance)) = (said.alias, said.balance)
            && let Ok(card) = self.settlements()?.card(alias)
        {
            let mut card = card.clone();
            card.take_balance(balance, said.envelope.sent_at);
            self.keep_settlement(card)?;
        }
        self.keep_outcome(OutcomeRecord {
            format: FORMAT,
            root: said.root,
            amount: said.amount,
            state: said.state,
            refusal: said.refusal,
            balance: said.balance,
            signed: Some(signed.to_vec()),
            at: said.envelope.sent_at,
        })
    }

    fn keep_credit_outcome(&mut self, watch: &Watch, signed: &[u8]) -> Result<(), WalletError> {
        let Ok(said) = self.by_security_server::<CreditOutcome>(&watch.server, signed) else {
            return Ok(());
        };
        let said = said.message;
        if said.alias != watch.alias || said.state != CreditState::Written {
            return Ok(());
        }
        let number = said.envelope.transaction;
        let charge = self.settlements()?.charge(&number).cloned();
        if let Some(mut charge) = charge.filter(|charge| !charge.is_written) {
            charge.is_written = true;
            self.keep_settlement(charge)?;
            self.settlements()?.hurry();
        }
        let mut card = self.settlements()?.card(watch.alias)?.clone();
        card.waiting = card.waiting.saturating_sub(said.amount.minor);
        if let Some(balance) = said.balance {
            card.take_balance(balance, said.envelope.sent_at);
        }
        self.keep_settlement(card)
    }

    fn keep_reading(&mut self, watch: &Watch, signed: &[u8]) -> Result<(), WalletError> {
        let said = self.by_security_server::<CardReading>(&watch.server, signed)?;
        said.require_transaction(&watch.nonce)
            .map_err(|error| unfit(&error))?;
        let said = said.message;
        if said.alias != watch.alias || said.balance.currency != watch.currency {
            return Err(unfit(&"another card was read"));
        }
        let mut card = self.settlements()?.card(watch.alias)?.clone();
        card.take_balance(said.balance, said.envelope.sent_at);
        card.waiting = said.waiting;
        card.reading = Some(KeptReading {
            reading: said.reading,
            expires_at: said.envelope.expires_at,
        });
        self.keep_settlement(card)
    }
}
