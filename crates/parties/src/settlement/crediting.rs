//! Has the security server credit cards, and withdraws charges whose time is over.

use tallystick_protocol::settlement::{CreditOrder, CreditOutcome, CreditState, CreditWithdrawal};
use tallystick_protocol::trust::statement::{Audience, Envelope, StatementError, Verified};
use tallystick_protocol::wire::identifier::{Role, TransactionId};

use super::credits::{self, Credit};
use super::{SettlementServer, words};
use crate::office::Office;
use crate::office::fault::Fault;
use crate::payer::EVIDENCE_SECONDS;
use crate::ports::{Ports, Tables};
use crate::post::exchange::{Exchange, Said};

/// The order to credit a card.
pub(super) struct Crediting<'a, P: Ports>(pub(super) &'a SettlementServer<P>);
/// That a charge is not to be written any more.
pub(super) struct Withdrawing<'a, P: Ports>(pub(super) &'a SettlementServer<P>);

/// The credit that a letter is about, unless its last word was heard.
fn load(tables: &dyn Tables, reference: &str) -> Result<Option<Credit>, Fault> {
    let number: TransactionId = reference.parse().map_err(|_| Fault::internal())?;
    let credit = credits::find(tables, &number)?;
    Ok(credit.filter(|credit| !credits::is_last(credit.state)))
}

impl<P: Ports> SettlementServer<P> {
    /// From the front to the security server, about this credit.
    fn about_credit(&self, credit: &Credit) -> Envelope {
        let to = Audience::Party(credit.server.clone());
        self.office()
            .envelope(to, credit.number.0, EVIDENCE_SECONDS)
    }

    fn gave_up(&self, credit: &Credit) {
        let about = credit.number.to_string();
        self.office().log(
            "security-server-never-answered",
            about.get(..16),
            "given-up",
        );
    }
}

impl<P: Ports> Exchange<P> for Crediting<'_, P> {
    type Subject = Credit;
    type Word = Box<Verified<CreditOutcome>>;

    const CONFIRMED_AS: Option<Role> = Some(Role::SecurityServer);

    fn office(&self) -> &Office<P> {
        self.0.office()
    }

    fn load(&self, tables: &dyn Tables, reference: &str) -> Result<Option<Credit>, Fault> {
        load(tables, reference)
    }

    fn prepare(&self, tables: &dyn Tables, credit: &Credit) -> Result<(), Fault> {
        let reference = credit.number.to_string();
        let order = || CreditOrder {
            envelope: self.0.about_credit(credit),
            alias: credit.alias,
            amount: credit.money,
            reason: credit.reason,
            until: credit.until,
        };
        let office = self.0.office();
        office.decide_once(tables, words::CREDIT, &reference, order)
    }

    fn verify(&self, credit: &Credit, said: Said<'_>) -> Result<Self::Word, Fault> {
        self.0.credit_in(credit, said.bytes()).map(Box::new)
    }

    fn apply(&self, tables: &dyn Tables, credit: &Credit, said: Self::Word) -> Result<(), Fault> {
        self.0.note_credit(tables, &credit.number, &said)
    }

    /// It may have been taken all the same: an operator has to find out.
    fn over(&self, _: &dyn Tables, credit: &Credit) -> Result<(), Fault> {
        self.0.gave_up(credit);
        Ok(())
    }
}

impl<P: Ports> Exchange<P> for Withdrawing<'_, P> {
    type Subject = Credit;
    type Word = Box<Verified<CreditOutcome>>;

    const CONFIRMED_AS: Option<Role> = Some(Role::SecurityServer);

    fn office(&self) -> &Office<P> {
        self.0.office()
    }

    fn load(&self, tables: &dyn Tables, reference: &str) -> Result<Option<Credit>, Fault> {
        load(tables, reference)
    }

    fn prepare(&self, tables: &dyn Tables, credit: &Credit) -> Result<(), Fault> {
        let reference = credit.number.to_string();
        let withdrawal = || CreditWithdrawal {
            envelope: self.0.about_credit(credit),
            alias: credit.alias,
            amount: credit.money,
        };
        let office = self.0.office();
        office.decide_once(tables, words::WITHDRAWAL, &reference, withdrawal)
    }

    /// That it waits is no answer. Unknown is one: the last word comes when the card was read again.
    fn verify(&self, credit: &Credit, said: Said<'_>) -> Result<Self::Word, Fault> {
        let said = self.0.credit_in(credit, said.bytes())?;
        if said.message.state == CreditState::Waiting {
            return Err(StatementError::WrongTransaction.into());
        }
        Ok(Box::new(said))
    }

    fn apply(&self, tables: &dyn Tables, credit: &Credit, said: Self::Word) -> Result<(), Fault> {
        self.0.note_credit(tables, &credit.number, &said)
    }

    fn over(&self, _: &dyn Tables, credit: &Credit) -> Result<(), Fault> {
        self.0.gave_up(credit);
        Ok(())
    }
}
