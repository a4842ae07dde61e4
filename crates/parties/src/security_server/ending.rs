//! An order comes to its end: the front says so, or its time is over.

use tallystick_protocol::settlement::{SettlementEnd, SettlementRefusal};
use tallystick_protocol::trust::statement::{StatementError, VALIDITY_SECONDS_MAX};
use tallystick_protocol::wire::identifier::{OrderId, Root};

use super::SecurityServer;
use super::settlements::{self, Settlement};
use super::state::Progress;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{Ports, Tables};
use crate::post::due::Next;
use crate::store::typed;

impl<P: Ports> SecurityServer<P> {
    /// `POST /v1/settlement-ends`.
    pub(super) async fn take_end(&self, request: &Incoming) -> Result<Answer, Fault> {
        let said = self.front_said::<SettlementEnd>("settlement-ends", request)?;
        let end = said.message;
        self.office
            .transaction(|tables| self.store_end(tables, &end))?;
        Ok(web::cose(self.own_word(&end.root).await?))
    }

    fn store_end(&self, tables: &dyn Tables, end: &SettlementEnd) -> Result<(), Fault> {
        let order = OrderId(end.envelope.transaction);
        let ended = Progress::Refused(SettlementRefusal::Ended);
        let Some(mut settlement) = settlements::find(tables, &end.root)? else {
            if settlements::of_order(tables, &order)?.is_some() {
                return Err(StatementError::WrongTransaction.into());
            }
            return self.end_before_it_came(tables, end);
        };
        if settlement.order != order || settlement.request_digest != end.request {
            return Err(StatementError::WrongTransaction.into());
        }
        match settlement.progress {
            Progress::Proposed | Progress::Ready => self.close(tables, &mut settlement, ended),
            // What the card did is found out first.
            Progress::Debiting => Ok(settlements::end(tables, &end.root)?),
            Progress::Settled | Progress::Refused(_) => Ok(()),
        }
    }

    /// What ends before it came is never taken when it comes.
    fn end_before_it_came(&self, tables: &dyn Tables, end: &SettlementEnd) -> Result<(), Fault> {
        let now = self.office.now();
        let settlement = Settlement {
            root: end.root,
            order: OrderId(end.envelope.transaction),
            shop: None,
            request: None,
            request_digest: end.request,
            amount: end.amount,
            received_at: now,
            // Known for as long as the shop's request can be valid.
            expires_at: now.plus_seconds(VALIDITY_SECONDS_MAX),
            progress: Progress::Refused(SettlementRefusal::Ended),
            terms: None,
            replaced: None,
            bill: None,
            is_ended: true,
            left: None,
        };
        typed::insert(tables, &settlement)?;
        self.decide_outcome(tables, &settlement)
    }

    /// Refuses an order whose time is over, unless it is not known what its card did; the front hears of it by a letter.
    ///
    /// # Errors
    /// Only the database's own.
    pub(super) fn close_if_over(&self, root: &Root) -> Result<(), Fault> {
        self.office.transaction(|tables| {
            let Some(mut settlement) = settlements::find(tables, root)? else {
                return Ok(());
            };
            let is_open = matches!(settlement.progress, Progress::Proposed | Progress::Ready);
            match settlement.over(self.office.now()).filter(|_| is_open) {
                Some(why) => self.close_and_tell(tables, &mut settlement, Progress::Refused(why)),
                None => Ok(()),
            }
        })
    }

    /// The job at the end of an order's time.
    pub(super) fn end_order(&self, reference: &str) -> Result<Next, Fault> {
        let root: Root = reference.parse().map_err(|_| Fault::internal())?;
        self.close_if_over(&root)?;
        Ok(Next::Done)
    }
}
