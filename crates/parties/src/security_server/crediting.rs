//! The front has cards credited, and withdraws what is not written yet.

use tallystick_protocol::settlement::{BALANCE_MAX, CreditOrder, CreditState, CreditWithdrawal};
use tallystick_protocol::trust::statement::StatementError;

use super::credits::{self, Credit};
use super::{SecurityServer, cards, words};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{Ports, Tables};
use crate::post::due::{self, NewJob, Next};
use crate::store::typed;

impl<P: Ports> SecurityServer<P> {
    /// `POST /v1/credits`.
    pub(super) async fn take_credit(&self, request: &Incoming) -> Result<Answer, Fault> {
        let said = self.front_said::<CreditOrder>("credits", request)?;
        let order = said.message;
        self.office
            .transaction(|tables| self.store_credit(tables, &order))?;
        let number = order.envelope.transaction;
        Ok(web::cose(self.word_of_credit(&number).await?))
    }

    fn store_credit(&self, tables: &dyn Tables, order: &CreditOrder) -> Result<(), Fault> {
        let number = order.envelope.transaction;
        if let Some(mut before) = credits::find(tables, &number)? {
            require_same(&before, order)?;
            return self.withdraw_if_over(tables, &mut before);
        }
        let card = cards::find(tables, &order.alias)?;
        let card = card.ok_or_else(|| Fault::new(Kind::NotFound, "There is no such card."))?;
        if order.amount.minor == 0 {
            return Err(Fault::new(Kind::NoAmount, "Nothing is to be written."));
        }
        if order.amount.minor > BALANCE_MAX {
            return Err(Fault::new(Kind::OverLimit, "No card holds that much."));
        }
        if order.amount.currency != card.currency() {
            return Err(Fault::new(
                Kind::OtherCurrency,
                "The card is in another currency.",
            ));
        }
        let mut credit = Credit {
            number,
            alias: order.alias,
            amount: order.amount,
            reason: Some(order.reason),
            until: order.until,
            received_at: self.office.now(),
            state: CreditState::Waiting,
            is_withdrawn: false,
            left: None,
        };
        typed::insert(tables, &credit)?;
        if let Some(until) = order.until {
            let job = NewJob {
                kind: words::CREDIT_OVER,
                reference: &credit.reference(),
                peer: None,
                at_ms: until.milliseconds(),
            };
            due::put(tables, &job, self.office.now_ms())?;
        }
        self.office
            .log("credit", credit.reference().get(..16), "waiting");
        self.withdraw_if_over(tables, &mut credit)
    }

    fn withdraw_if_over(&self, tables: &dyn Tables, credit: &mut Credit) -> Result<(), Fault> {
        let is_over = credit.state == CreditState::Waiting && credit.is_over(self.office.now());
        match is_over {
            true => self.close_credit(tables, credit, CreditState::Withdrawn),
            false => Ok(()),
        }
    }

    /// `POST /v1/credit-withdrawals`.
    pub(super) async fn take_withdrawal(&self, request: &Incoming) -> Result<Answer, Fault> {
        let said = self.front_said::<CreditWithdrawal>("credit-withdrawals", request)?;
        let withdrawal = said.message;
        self.office
            .transaction(|tables| self.store_withdrawal(tables, &withdrawal))?;
        let number = withdrawal.envelope.transaction;
        Ok(web::cose(self.word_of_credit(&number).await?))
    }

    fn store_withdrawal(&self, tables: &dyn Tables, said: &CreditWithdrawal) -> Result<(), Fault> {
        let number = said.envelope.transaction;
        let Some(mut credit) = credits::find(tables, &number)? else {
            let credit = Credit {
                number,
                alias: said.alias,
                amount: said.amount,
                reason: None,
                until: None,
                received_at: self.office.now(),
                state: CreditState::Withdrawn,
                is_withdrawn: true,
                left: None,
            };
            typed::insert(tables, &credit)?;
            return self.decide_credit(tables, &credit);
        };
        if credit.alias != said.alias || credit.amount != said.amount {
            return Err(StatementError::WrongTransaction.into());
        }
        match credit.state {
            CreditState::Waiting => self.close_credit(tables, &mut credit, CreditState::Withdrawn),
            // What the card did is found out first.
            CreditState::Unknown => Ok(credits::withdraw(tables, &number)?),
            _ => Ok(()),
        }
    }

    /// The job at the end of a credit's time.
    pub(super) fn end_credit(&self, reference: &str) -> Result<Next, Fault> {
        self.office.transaction(|tables| {
            let mut credit = credits::by_reference(tables, reference)?;
            if credit.state == CreditState::Waiting && credit.is_over(self.office.now()) {
                self.close_credit_and_tell(tables, &mut credit, CreditState::Withdrawn)?;
            }
            Ok(Next::Done)
        })
    }
}

/// Requires that a credit of this number was ordered in the same words before.
fn require_same(before: &Credit, order: &CreditOrder) -> Result<(), Fault> {
    let is_same = before.alias == order.alias && before.amount == order.amount;
    // What was withdrawn before it came has no reason: it stays withdrawn, whatever comes.
    let is_told = before.reason.is_none()
        || (before.reason == Some(order.reason) && before.until == order.until);
    if is_same && is_told {
        return Ok(());
    }
    let other = "A credit of this number was ordered before, in other words.";
    Err(Fault::new(Kind::Replayed, other))
}
