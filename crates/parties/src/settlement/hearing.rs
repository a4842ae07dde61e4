//! What the security server says became of orders and credits: in answers to the front, and by itself. Its last word is heard
//! once, with the log entry and what it means for the money in one transaction (T003-9).

use tallystick_protocol::settlement::{
    CreditOutcome, CreditReason, CreditState, OutcomeReceipt, SettlementOutcome, SettlementState,
    signed_digest,
};
use tallystick_protocol::trust::statement::{Audience, StatementError, Verified, unverified};
use tallystick_protocol::wire::identifier::{Domain, Role, TransactionId};

use super::credits::{self, Credit};
use super::log::{self, Entry};
use super::settlements::{self, Decision, Settlement, Stage};
use super::{SettlementServer, charges, charging, funds, words};
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::payer::EVIDENCE_SECONDS;
use crate::ports::{Ports, Tables};
use crate::post::due;

impl<P: Ports> SettlementServer<P> {
    /// `POST /v1/outcomes`: the security server's signed last word about an order.
    pub(super) async fn hear_outcome(&self, request: &Incoming) -> Result<Answer, Fault> {
        let body = web::body_as(request, web::COSE)?;
        let office = self.office();
        let root = unverified::<SettlementOutcome>(body)?.root;
        let row = settlements::find(office.tables(), &root)?.ok_or_else(Fault::not_found)?;
        let said = self.outcome_in(&row, body)?;
        office.admit_sender("outcomes", &row.server)?;
        office.transaction(|tables| {
            let row = settlements::find(tables, &root)?.ok_or_else(Fault::internal)?;
            self.note(tables, &row, &said)
        })?;
        let about = said.message.envelope.transaction;
        self.receipt(&said.bytes, about, &said.message.envelope.from)
            .await
    }

    /// `POST /v1/credit-outcomes`: the security server's signed last word about a credit.
    pub(super) async fn hear_credit(&self, request: &Incoming) -> Result<Answer, Fault> {
        let body = web::body_as(request, web::COSE)?;
        let office = self.office();
        let number = TransactionId(unverified::<CreditOutcome>(body)?.envelope.transaction);
        let credit = credits::find(office.tables(), &number)?.ok_or_else(Fault::not_found)?;
        let said = self.credit_in(&credit, body)?;
        office.admit_sender("credit-outcomes", &credit.server)?;
        office.transaction(|tables| self.note_credit(tables, &number, &said))?;
        self.receipt(&said.bytes, number.0, &credit.server).await
    }

    /// Says that this very statement was heard.
    async fn receipt(
        &self,
        heard: &[u8],
        about: [u8; 32],
        server: &Domain,
    ) -> Result<Answer, Fault> {
        let office = self.office();
        let outcome = signed_digest(heard);
        let message = async || {
            let to = Audience::Party(server.clone());
            Ok(OutcomeReceipt {
                envelope: office.envelope(to, about, EVIDENCE_SECONDS),
                outcome,
            })
        };
        let reference = data_encoding::HEXLOWER.encode(&outcome);
        let said = office.say_once(words::RECEIPT, &reference, message).await?;
        Ok(web::cose(said))
    }

    /// Takes what the security server said about an order. In a transaction; what comes after its last word changes nothing.
    pub(super) fn note(
        &self,
        tables: &dyn Tables,
        row: &Settlement,
        said: &Verified<SettlementOutcome>,
    ) -> Result<(), Fault> {
        if row.stage.is_last() {
            return Ok(());
        }
        let outcome = &said.message;
        let about = row.reference();
        let office = self.office();
        office.log("settlement", about.get(..16), outcome.state.as_str());
        match outcome.state {
            SettlementState::Ready => Ok(settlements::note_stage(tables, row, Stage::Ready)?),
            SettlementState::Unknown => Ok(settlements::note_stage(tables, row, Stage::Unknown)?),
            SettlementState::Settled => self.note_settled(tables, row, said),
            SettlementState::Refused => {
                let sql = "UPDATE settlements SET stage = ?, refusal = ? WHERE root = ?";
                let values = [
                    Stage::Refused.into(),
                    outcome.refusal.into(),
                    row.root.into(),
                ];
                tables.run(sql, &values)?;
                Ok(())
            }
            _ => Err(StatementError::WrongTransaction.into()),
        }
    }

    /// The card has paid: that is logged, and if nobody waits for it any more it goes back.
    fn note_settled(
        &self,
        tables: &dyn Tables,
        row: &Settlement,
        said: &Verified<SettlementOutcome>,
    ) -> Result<(), Fault> {
        let now = self.office().now();
        let alias = said.message.alias.ok_or_else(Fault::internal)?;
        let sql = "UPDATE settlements SET stage = ?, alias = ? WHERE root = ?";
        tables.run(sql, &[Stage::Settled.into(), alias.into(), row.root.into()])?;
        let entry = Entry {
            about: row.root.0,
            is_credit: false,
            alias,
            money: row.money,
            balance: said.message.balance,
            signed: &said.bytes,
            at: now,
        };
        log::write(tables, &entry)?;
        if row.decision == Some(Decision::Refused) {
            let row = settlements::find(tables, &row.root)?.ok_or_else(Fault::internal)?;
            return funds::give_back(tables, &row, now);
        }
        Ok(())
    }

    /// What the security server signed about this very credit.
    ///
    /// # Errors
    /// Why it does not count.
    pub(super) fn credit_in(
        &self,
        credit: &Credit,
        bytes: &[u8],
    ) -> Result<Verified<CreditOutcome>, Fault> {
        let by = (Role::SecurityServer, &credit.server);
        let said =
            self.office()
                .statement_in::<CreditOutcome>(bytes, by.0, by.1, &credit.number.0)?;
        if said.message.alias != credit.alias || said.message.amount != credit.money {
            return Err(StatementError::WrongTransaction.into());
        }
        Ok(said)
    }

    /// Takes what the security server said about a credit. In a transaction, as [`SettlementServer::note`].
    pub(super) fn note_credit(
        &self,
        tables: &dyn Tables,
        number: &TransactionId,
        said: &Verified<CreditOutcome>,
    ) -> Result<(), Fault> {
        let credit = credits::find(tables, number)?.ok_or_else(Fault::internal)?;
        let state = said.message.state;
        if credits::is_last(credit.state) {
            return Ok(());
        }
        credits::note(tables, number, state)?;
        let about = number.to_string();
        self.office()
            .log("card-credit", about.get(..16), state.as_str());
        if state == CreditState::Written {
            let entry = Entry {
                about: number.0,
                is_credit: true,
                alias: credit.alias,
                money: credit.money,
                balance: said.message.balance,
                signed: &said.bytes,
                at: self.office().now(),
            };
            log::write(tables, &entry)?;
        }
        if credit.reason == CreditReason::Charged && credits::is_last(state) {
            due::cancel(tables, charging::CHARGE_ENDS, &about)?;
            let is_written = state == CreditState::Written;
            return charges::end(tables, number, is_written, self.office().now_ms());
        }
        Ok(())
    }
}
