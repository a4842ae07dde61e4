//! The shop's bill (SIG2, ST12): that request, that amount, that card; then the card may be told to pay.

use tallystick_protocol::settlement::{Bill, SettlementRefusal};
use tallystick_protocol::trust::statement::{StatementError, Verified, open};
use tallystick_protocol::wire::identifier::{OrderId, Role, Root};

use super::SecurityServer;
use super::settlements::{self, Settlement};
use super::state::Progress;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::log::correlation;
use crate::ports::{Ports, Tables};

/// What a bill is to what was proposed.
enum Agrees {
    /// The very same.
    Yes,
    /// It was for a proposal that another took the place of.
    Before,
    /// It is something else.
    No,
}

impl<P: Ports> SecurityServer<P> {
    /// `POST /v1/bills`: signed by the shop, whoever brings it.
    pub(super) async fn take_bill(&self, request: &Incoming) -> Result<Answer, Fault> {
        let body = web::body_as(request, web::COSE)?;
        let identity = self.office.identity()?;
        let now = self.office.now();
        let bill = open::<Bill>(body, &identity.anchors, now, Role::Shop)?;
        bill.require_recipient(&self.office.as_audience())?;
        let envelope = &bill.message.envelope;
        self.office.admit_sender("bills", &envelope.from)?;
        let order = OrderId(envelope.transaction);
        let settlement = settlements::of_order(self.office.tables(), &order)?;
        let settlement = settlement.ok_or_else(Fault::not_found)?;
        let shop = settlement.shop.as_ref().ok_or_else(Fault::not_found)?;
        bill.require_sender(shop)?;
        self.close_if_over(&settlement.root)?;
        self.office
            .transaction(|tables| self.store_bill(tables, &settlement.root, &bill))?;
        Ok(web::cose(self.bare_word(&settlement.root).await?))
    }

    fn store_bill(
        &self,
        tables: &dyn Tables,
        root: &Root,
        bill: &Verified<Bill>,
    ) -> Result<(), Fault> {
        let settlement = settlements::find(tables, root)?;
        let mut settlement = settlement.ok_or_else(Fault::internal)?;
        if !matches!(settlement.progress, Progress::Proposed | Progress::Ready) {
            return Ok(());
        }
        match agrees(&settlement, &bill.message) {
            Agrees::Before => {
                let said = "The card was read again since: this bill is for the reading before.";
                return Err(Fault::new(Kind::Conflict, said));
            }
            Agrees::No => {
                let other = Progress::Refused(SettlementRefusal::OtherBill);
                return self.close(tables, &mut settlement, other);
            }
            Agrees::Yes if settlement.progress == Progress::Ready => return Ok(()),
            Agrees::Yes => {}
        }
        let ends_at = bill.message.envelope.expires_at;
        if ends_at <= self.office.now() {
            return Err(StatementError::Expired.into());
        }
        settlement.bill = Some(bill.bytes.clone());
        settlement.expires_at = settlement.expires_at.min(ends_at);
        settlements::store(tables, &mut settlement, Progress::Ready)?;
        let about = correlation(&root.0);
        self.office.log("bill", Some(&about), "ready");
        Ok(())
    }
}

fn agrees(settlement: &Settlement, bill: &Bill) -> Agrees {
    let is_same = bill.request == settlement.request_digest && bill.amount == settlement.amount;
    let Some(terms) = settlement.terms.as_ref().filter(|_| is_same) else {
        return Agrees::No;
    };
    if bill.card == terms.commitment {
        Agrees::Yes
    } else if settlement.replaced == Some(bill.card) {
        Agrees::Before
    } else {
        Agrees::No
    }
}
