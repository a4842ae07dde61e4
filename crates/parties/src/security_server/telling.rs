//! What became of orders and credits, said by this server; last words that were not an answer to the front go there as letters.

use tallystick_protocol::settlement::{
    CreditOutcome, CreditState, OutcomeReceipt, SettlementOutcome, signed_digest,
};
use tallystick_protocol::trust::statement::{Audience, Envelope, StatementError};
use tallystick_protocol::wire::identifier::{Role, Root};
use tallystick_protocol::wire::money::Money;

use super::credits::{self, Credit};
use super::settlements::{self, Settlement};
use super::state::Progress;
use super::{EVIDENCE_SECONDS, SecurityServer, WORD_SECONDS, words};
use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::office::log::correlation;
use crate::ports::{Ports, Tables};
use crate::post::due;
use crate::post::exchange::{Exchange, Said};
use crate::post::outbox::{self, Content, NewLetter};
use crate::standing::statements;

/// What is said of an order of which no card is known.
pub(super) fn outcome(
    envelope: Envelope,
    (root, request, amount): (Root, [u8; 32], Money),
    progress: Progress,
) -> SettlementOutcome {
    let (state, refusal) = progress.said();
    SettlementOutcome {
        envelope,
        root,
        request,
        amount,
        state,
        refusal,
        alias: None,
        balance: None,
    }
}

impl<P: Ports> SecurityServer<P> {
    fn message(&self, settlement: &Settlement) -> SettlementOutcome {
        let seconds = match settlement.progress.is_last() {
            true => EVIDENCE_SECONDS,
            false => WORD_SECONDS,
        };
        let envelope = self
            .office
            .envelope(Audience::Anyone, settlement.order.0, seconds);
        let about = (
            settlement.root,
            settlement.request_digest,
            settlement.amount,
        );
        let currency = settlement.amount.currency;
        SettlementOutcome {
            alias: settlement.alias(),
            balance: settlement.left.map(|left| Money::new(left, currency)),
            ..outcome(envelope, about, settlement.progress)
        }
    }

    /// Phase two: decides the last word about an order.
    pub(super) fn decide_outcome(
        &self,
        tables: &dyn Tables,
        settlement: &Settlement,
    ) -> Result<(), Fault> {
        let (reference, message) = (settlement.reference(), self.message(settlement));
        self.office
            .decide(tables, words::OUTCOME, &reference, &message)
    }

    /// Moves an order to its end, with the last word about it.
    pub(super) fn close(
        &self,
        tables: &dyn Tables,
        settlement: &mut Settlement,
        end: Progress,
    ) -> Result<(), Fault> {
        settlements::store(tables, settlement, end)?;
        due::cancel(tables, words::SETTLEMENT_OVER, &settlement.reference())?;
        let about = correlation(&settlement.root.0);
        self.office.log("settlement", Some(&about), end.name());
        self.decide_outcome(tables, settlement)
    }

    /// As [`Self::close`], where it is no answer to the front.
    pub(super) fn close_and_tell(
        &self,
        tables: &dyn Tables,
        settlement: &mut Settlement,
        end: Progress,
    ) -> Result<(), Fault> {
        self.close(tables, settlement, end)?;
        let reference = settlement.reference();
        self.tell(tables, words::OUTCOME, &reference, "/v1/outcomes")
    }

    fn tell(
        &self,
        tables: &dyn Tables,
        kind: &str,
        reference: &str,
        path: &str,
    ) -> Result<(), Fault> {
        let now = self.office.now();
        let letter = NewLetter {
            kind,
            reference,
            to: &self.front,
            path,
            content: Content::Statement(kind.to_owned()),
            give_up_at_ms: now.plus_seconds(EVIDENCE_SECONDS).milliseconds(),
        };
        Ok(outbox::post(tables, &letter, self.office.now_ms())?)
    }

    /// Phase three: the signed word about an order; a last word is the same each time.
    pub(super) async fn outcome_of(&self, settlement: &Settlement) -> Result<Vec<u8>, Fault> {
        if !settlement.progress.is_last() {
            return self.office.say(&self.message(settlement)).await;
        }
        let message = async || Ok(self.message(settlement));
        self.office
            .say_once(words::OUTCOME, &settlement.reference(), message)
            .await
    }

    /// How an order is, to whoever asks without the card: neither which card it is nor what is left on it. That is said to the
    /// front, and to who holds the card.
    pub(super) async fn bare_word(&self, root: &Root) -> Result<Vec<u8>, Fault> {
        let settlement = settlements::find(self.office.tables(), root)?;
        let settlement = settlement.ok_or_else(Fault::internal)?;
        let bare = SettlementOutcome {
            alias: None,
            balance: None,
            ..self.message(&settlement)
        };
        self.office.say(&bare).await
    }

    /// The signed word about the order of this root.
    pub(super) async fn own_word(&self, root: &Root) -> Result<Vec<u8>, Fault> {
        let settlement = settlements::find(self.office.tables(), root)?;
        self.outcome_of(&settlement.ok_or_else(Fault::internal)?)
            .await
    }

    fn credit_message(&self, credit: &Credit) -> CreditOutcome {
        let is_last = matches!(credit.state, CreditState::Written | CreditState::Withdrawn);
        let seconds = match is_last {
            true => EVIDENCE_SECONDS,
            false => WORD_SECONDS,
        };
        let currency = credit.amount.currency;
        CreditOutcome {
            envelope: self
                .office
                .envelope(Audience::Anyone, credit.number, seconds),
            alias: credit.alias,
            amount: credit.amount,
            state: credit.state,
            balance: credit.left.map(|left| Money::new(left, currency)),
        }
    }

    /// Phase two: decides the last word about a credit.
    pub(super) fn decide_credit(&self, tables: &dyn Tables, credit: &Credit) -> Result<(), Fault> {
        let (reference, message) = (credit.reference(), self.credit_message(credit));
        self.office
            .decide(tables, words::CREDIT_OUTCOME, &reference, &message)
    }

    /// Moves a credit to its end, with the last word about it.
    pub(super) fn close_credit(
        &self,
        tables: &dyn Tables,
        credit: &mut Credit,
        end: CreditState,
    ) -> Result<(), Fault> {
        credits::store(tables, credit, end)?;
        let reference = credit.reference();
        due::cancel(tables, words::CREDIT_OVER, &reference)?;
        self.office.log("credit", reference.get(..16), end.as_str());
        self.decide_credit(tables, credit)
    }

    /// As [`Self::close_credit`], where it is no answer to the front.
    pub(super) fn close_credit_and_tell(
        &self,
        tables: &dyn Tables,
        credit: &mut Credit,
        end: CreditState,
    ) -> Result<(), Fault> {
        self.close_credit(tables, credit, end)?;
        let reference = credit.reference();
        let path = "/v1/credit-outcomes";
        self.tell(tables, words::CREDIT_OUTCOME, &reference, path)
    }

    /// Phase three: the signed word about a credit; a last word is the same each time.
    pub(super) async fn word_of_credit(&self, number: &[u8; 32]) -> Result<Vec<u8>, Fault> {
        let credit = credits::find(self.office.tables(), number)?;
        let credit = credit.ok_or_else(Fault::internal)?;
        let message = self.credit_message(&credit);
        match credit.state {
            CreditState::Written | CreditState::Withdrawn => {
                let kind = words::CREDIT_OUTCOME;
                let message = async || Ok(message);
                self.office
                    .say_once(kind, &credit.reference(), message)
                    .await
            }
            _ => self.office.say(&message).await,
        }
    }

    /// The front's receipt for the very statement that a letter carried.
    fn receipt(
        &self,
        (kind, reference): (&str, &str),
        transaction: &[u8; 32],
        said: Said<'_>,
    ) -> Result<(), Fault> {
        let office = &self.office;
        let bytes = said.bytes();
        let receipt =
            office.statement_in::<OutcomeReceipt>(bytes, Role::Issuer, &self.front, transaction)?;
        receipt.require_recipient(&office.as_audience())?;
        let told = statements::find(office.tables(), kind, reference)?;
        match told.map(|told| told.content) {
            Some(statements::Content::Signed(told))
                if receipt.message.outcome == signed_digest(&told) =>
            {
                Ok(())
            }
            _ => Err(StatementError::WrongTransaction.into()),
        }
    }
}

/// Tells the front what became of an order.
pub(super) struct SettlementTold<'a, P: Ports>(pub(super) &'a SecurityServer<P>);

impl<P: Ports> Exchange<P> for SettlementTold<'_, P> {
    type Subject = Settlement;
    type Word = ();

    const CONFIRMED_AS: Option<Role> = Some(Role::Issuer);

    fn office(&self) -> &Office<P> {
        &self.0.office
    }

    fn load(&self, tables: &dyn Tables, reference: &str) -> Result<Option<Settlement>, Fault> {
        settlements::by_reference(tables, reference).map(Some)
    }

    fn verify(&self, settlement: &Settlement, said: Said<'_>) -> Result<(), Fault> {
        let told = (words::OUTCOME, &*settlement.reference());
        self.0.receipt(told, &settlement.order.0, said)
    }

    fn apply(&self, _: &dyn Tables, settlement: &Settlement, (): ()) -> Result<(), Fault> {
        let about = correlation(&settlement.root.0);
        self.office().log("front-told", Some(&about), "ok");
        Ok(())
    }

    fn not_yet(&self, _: &dyn Tables, _: &Settlement, _: Option<Kind>) -> Result<(), Fault> {
        Ok(())
    }

    /// The front asks, if it still wants to know.
    fn over(&self, _: &dyn Tables, _: &Settlement) -> Result<(), Fault> {
        Ok(())
    }
}

/// Tells the front what became of a credit.
pub(super) struct CreditTold<'a, P: Ports>(pub(super) &'a SecurityServer<P>);

impl<P: Ports> Exchange<P> for CreditTold<'_, P> {
    type Subject = Credit;
    type Word = ();

    const CONFIRMED_AS: Option<Role> = Some(Role::Issuer);

    fn office(&self) -> &Office<P> {
        &self.0.office
    }

    fn load(&self, tables: &dyn Tables, reference: &str) -> Result<Option<Credit>, Fault> {
        credits::by_reference(tables, reference).map(Some)
    }

    fn verify(&self, credit: &Credit, said: Said<'_>) -> Result<(), Fault> {
        let told = (words::CREDIT_OUTCOME, &*credit.reference());
        self.0.receipt(told, &credit.number, said)
    }

    fn apply(&self, _: &dyn Tables, credit: &Credit, (): ()) -> Result<(), Fault> {
        let reference = credit.reference();
        self.office().log("front-told", reference.get(..16), "ok");
        Ok(())
    }

    fn over(&self, _: &dyn Tables, _: &Credit) -> Result<(), Fault> {
        Ok(())
    }
}
