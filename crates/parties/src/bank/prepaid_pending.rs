//! What a prepaid card has under way ends by the bank's word alone, and it reports nothing itself: a purse shows it as its
//! agent. What the bank never heard of, because the agent's request was lost, is barred and cancels that one entry
//! (T004-36); what has ended is said once more, whoever asked for it.

use minicbor::bytes::ByteVec;
use tallystick_protocol::purse::{MovementVerdict, PrepaidPending, PurseNumber, PurseReport};
use tallystick_protocol::wire::identifier::{HolderId, TransactionId};
use tallystick_protocol::wire::time::Timestamp;

use super::Bank;
use super::banking_system::BankingSystem;
use super::movements::{self, Movement, MovementState};
use super::statements;
use crate::office::fault::Fault;
use crate::ports::{Ports, Tables};

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// What is said of everything that the prepaid card of a report has under way and that has ended; none if the report
    /// shows no card. Ends what the bank will not do.
    ///
    /// # Errors
    /// Those of [`Bank::known_prepaid`].
    pub(super) async fn prepaid_verdicts(
        &self,
        report: &PurseReport,
        agent: &HolderId,
    ) -> Result<Option<Vec<ByteVec>>, Fault> {
        let Some(shown) = &report.prepaid else {
            return Ok(None);
        };
        let card = self.known_prepaid(&shown.state, report.at).await?;
        let office = &self.issuer.office;
        let ended = office.transaction(|tables| self.ended_of(tables, &card, shown, agent))?;
        let mut verdicts = Vec::with_capacity(ended.len());
        for reference in ended {
            let verdict = self
                .said::<MovementVerdict>(statements::VERDICT, &reference)
                .await?;
            verdicts.extend(verdict.map(Into::into));
        }
        Ok(Some(verdicts))
    }

    /// The references of what has ended.
    fn ended_of(
        &self,
        tables: &dyn Tables,
        card: &PurseNumber,
        shown: &PrepaidPending,
        agent: &HolderId,
    ) -> Result<Vec<String>, Fault> {
        let now = self.issuer.office.now();
        let mut ended = Vec::new();
        for transaction in &shown.pending {
            let known = movements::changing(tables, card, transaction)?;
            match &known {
                Some(known) if known.state == MovementState::Offered => {
                    if now < known.expires_at {
                        continue;
                    }
                    self.undo(tables, known, MovementState::Lapsed)?;
                }
                Some(_) => {}
                None => bar(tables, (card, agent), transaction, now)?,
            }
            let asked_by = known.map_or(*card, |known| known.purse);
            ended.push(movements::reference_of(&asked_by, transaction));
        }
        Ok(ended)
    }
}

/// From now on this movement of the card is never done, whoever asks for it.
fn bar(
    tables: &dyn Tables,
    (card, agent): (&PurseNumber, &HolderId),
    transaction: &TransactionId,
    now: Timestamp,
) -> Result<(), Fault> {
    let barred = Movement::barred((*card, *agent), *transaction, now);
    movements::insert(tables, &barred)?;
    movements::decide_verdict(tables, &barred, MovementState::Barred, now)
}
