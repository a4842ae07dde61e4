//! A shop cancels a delivery: the courier's signed word decides. What it has accepted it delivers; what never came
//! it refuses, and keeps to that.

use tallystick_protocol::checkout::answers::RefusalReason;
use tallystick_protocol::checkout::cancellation::DeliveryCancellation;
use tallystick_protocol::trust::statement::open;
use tallystick_protocol::wire::identifier::{OrderId, Role};

use super::inquiries::Closing;
use super::{Courier, deliveries};
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::Ports;
use crate::recollection::heard::{self, Heard};

impl<P: Ports> Courier<P> {
    /// `POST /v1/cancellations`.
    pub(super) async fn cancel(&self, request: &Incoming) -> Result<Answer, Fault> {
        let body = web::body_as(request, web::COSE)?;
        let identity = self.office.identity()?;
        let now = self.office.now();
        let asked = open::<DeliveryCancellation>(body, &identity.anchors, now, Role::Shop)?;
        asked.require_recipient(&self.office.as_audience())?;
        let envelope = &asked.message.envelope;
        self.office.admit_sender("cancellations", &envelope.from)?;
        self.office.require_told_by(&envelope.from)?;
        let heard = Heard {
            peer: &envelope.from,
            root: &asked.message.root.0,
            name: "cancel",
            signed: &asked.bytes,
        };
        let now = self.office.now();
        self.office
            .transaction(|tables| heard::keep(tables, &heard, now))?;
        if let Some(stored) = deliveries::find(self.office.tables(), &asked.message.root)? {
            asked.require_transaction(&stored.order_id.0)?;
            asked.require_sender(&stored.shop)?;
            return Ok(web::cose(self.own_word(&stored).await?));
        }
        let closing = Closing {
            root: asked.message.root,
            order: OrderId(envelope.transaction),
            asker: &envelope.from,
            reason: RefusalReason::Cancelled,
        };
        self.closed(&closing).await
    }
}
