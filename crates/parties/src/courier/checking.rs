//! Opens the courier's part and checks the clearance (EP 0 791 901, step O11). Nothing is written
//! here.

use tallystick_protocol::checkout::answers::{
    Clearance, DeliveryRequest, PARCELS_MAX, RefusalReason,
};
use tallystick_protocol::checkout::order::OpenedPart;
use tallystick_protocol::checkout::policy::Field;
use tallystick_protocol::trust::statement::{StatementError, Verified, open};
use tallystick_protocol::wire::identifier::{Handle, Role};

use super::Courier;
use crate::office::fault::{Fault, Kind};
use crate::parts::part_fault;
use crate::ports::Ports;

/// Where this courier has no route: Japan's southernmost rocks.
const NO_SERVICE: &str = "okinotorishima";

/// A request that is genuine and opens; whether the courier delivers is another matter.
pub(super) struct Checked {
    /// The shop's request.
    pub request: Verified<DeliveryRequest>,
    /// The courier's part.
    pub part: OpenedPart,
    /// What the issuer's clearance says of where the money is.
    pub handle: Option<Handle>,
    /// Whether the courier delivers, or why not.
    pub verdict: Result<(), RefusalReason>,
}

impl<P: Ports> Courier<P> {
    /// Verifies the shop's request, opens the part, verifies the issuer's clearance.
    ///
    /// Without the shop's own instruction, a part that opens, time left and an issuer's clearance
    /// for this root and this courier, it is a fault and leaves no trace (T002-4).
    pub(super) async fn check(&self, body: &[u8]) -> Result<Checked, Fault> {
        let identity = self.office.identity()?;
        let now = self.office.now();
        let request = open::<DeliveryRequest>(body, &identity.anchors, now, Role::Shop)?;
        let own = self.office.as_audience();
        request.require_recipient(&own)?;
        request.require_transaction(&request.message.part.order_id.0)?;
        if !(1..=PARCELS_MAX).contains(&request.message.parcels) {
            return Err(Fault::malformed("A delivery has between 1 and 20 parcels."));
        }
        self.office
            .admit_sender("deliveries", &request.message.envelope.from)?;
        self.office
            .require_told_by(&request.message.envelope.from)?;
        self.office
            .require_undoubted(&request.message.part.root.to_string())?;
        let part = self.office.open_part(&request.message.part).await?;
        request.require_sender(&part.header.shop)?;
        if part.header.expires_at <= now {
            return Err(Fault::new(Kind::Expired, "The order has expired."));
        }
        let clearance = open::<Clearance>(
            &request.message.clearance,
            &identity.anchors,
            now,
            Role::Issuer,
        )?;
        clearance.require_sender(&part.header.issuer)?;
        clearance.require_recipient(&own)?;
        clearance.require_transaction(&part.header.order_id.0)?;
        let cleared = &clearance.message;
        let agrees = cleared.root == request.message.part.root
            && cleared.courier == self.office.settings.domain
            && cleared.payee == part.header.shop;
        if !agrees {
            return Err(StatementError::WrongTransaction.into());
        }
        let verdict = self.can_deliver(&part)?;
        Ok(Checked {
            request,
            part,
            handle: clearance.message.handle,
            verdict,
        })
    }

    fn can_deliver(&self, part: &OpenedPart) -> Result<Result<(), RefusalReason>, Fault> {
        for field in [Field::DestinationName, Field::DestinationTelephone] {
            part.require_text(field).map_err(part_fault)?;
        }
        let address = part
            .require_text(Field::DestinationAddress)
            .map_err(part_fault)?;
        Ok(if address.to_lowercase().contains(NO_SERVICE) {
            Err(RefusalReason::Declined)
        } else {
            Ok(())
        })
    }
}
