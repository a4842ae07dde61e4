//! Tells where a parcel is: the shop that sent it, and whoever has its number and its code. Nobody else: the issuer, which
//! knows the order's root and reads the number in the acceptance, has no code.

use data_encoding::BASE64;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use tallystick_protocol::checkout::tracking::{
    ParcelStep, TrackingCode, TrackingReport, TrackingRequest,
};
use tallystick_protocol::trust::statement::{Audience, open};
use tallystick_protocol::wire::identifier::{OrderId, Role, Root};

use super::deliveries::{self, Delivery};
use super::state::DeliveryState;
use super::{Courier, EVIDENCE_SECONDS, parcels, tracking, words};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::log::correlation;
use crate::ports::{Ports, Tables};
use crate::standing::statements;

/// The JSON with which a page asks. Number and code stand in the body alone: addresses are logged.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asking {
    /// The tracking number, as it was typed.
    pub number: String,
    /// The tracking code, as it was typed.
    code: String,
}

/// The JSON that it is answered with.
#[derive(Serialize)]
struct Way {
    number: String,
    /// The oldest first.
    moves: Vec<Step>,
    /// The courier's signed report in base64, for whoever keeps it.
    report: String,
}

#[derive(Serialize)]
struct Step {
    step: &'static str,
    /// When, in seconds since 1970.
    at: u64,
}

impl<P: Ports> Courier<P> {
    /// `POST /v1/tracking`: to a shop's signed question a signed report; to number and code in JSON the same as JSON.
    pub(super) async fn track(&self, request: &Incoming) -> Result<Answer, Fault> {
        if let Ok(signed) = web::body_as(request, web::COSE) {
            let delivery = self.asked_by_shop(signed)?;
            return Ok(web::cose(self.report_of(&delivery).await?));
        }
        let asking: Asking = web::json_body(request)?;
        let found = async { self.asked_by_code(&asking) };
        let delivery = self.office.trying("tracking", found).await?;
        let report = self.report_of(&delivery).await?;
        let moves = parcels::of(self.office.tables(), &delivery.root)?;
        let moves = moves.iter().map(|one| Step {
            step: one.step.as_str(),
            at: one.at.0,
        });
        let way = Way {
            number: delivery.tracking.unwrap_or_default(),
            moves: moves.collect(),
            report: BASE64.encode(&report),
        };
        Ok(web::json(StatusCode::OK, &way))
    }

    /// The parcel that a shop asks about, if it is its own.
    fn asked_by_shop(&self, signed: &[u8]) -> Result<Delivery, Fault> {
        let identity = self.office.identity()?;
        let now = self.office.now();
        let asked = open::<TrackingRequest>(signed, &identity.anchors, now, Role::Shop)?;
        asked.require_recipient(&self.office.as_audience())?;
        let envelope = &asked.message.envelope;
        self.office.admit_sender("tracking", &envelope.from)?;
        let found = deliveries::find(self.office.tables(), &asked.message.root)?;
        let found = found.filter(|one| has_way(one) && one.shop == envelope.from);
        let delivery = found.ok_or_else(Fault::not_found)?;
        asked.require_transaction(&delivery.order_id.0)?;
        Ok(delivery)
    }

    /// The parcel of this number, if the code is its own. Whether there is such a number is nobody's business.
    fn asked_by_code(&self, asking: &Asking) -> Result<Delivery, Fault> {
        let none = || Fault::new(Kind::NotFound, "No parcel has this number and this code.");
        let number = tracking::read(&asking.number).ok_or_else(none)?;
        let code: TrackingCode = asking.code.parse().map_err(|_| none())?;
        let found = deliveries::of_number(self.office.tables(), &number)?;
        let delivery = found.filter(has_way).ok_or_else(none)?;
        let bucket = format!("tracking|{number}");
        let limit = self.office.settings.limits.tracking_each;
        let is_right = || delivery.code.as_ref().is_some_and(|own| own.is(&code));
        if self.office.guess(&bucket, limit, is_right)? {
            Ok(delivery)
        } else {
            Err(none())
        }
    }

    /// The courier's signed word how far a parcel is.
    async fn report_of(&self, delivery: &Delivery) -> Result<Vec<u8>, Fault> {
        let delivery = self.with_code(delivery)?;
        let moves = parcels::of(self.office.tables(), &delivery.root)?;
        let last = moves.last().ok_or_else(Fault::internal)?.step;
        let message = async || {
            Ok(TrackingReport {
                envelope: self.office.envelope(
                    Audience::Anyone,
                    delivery.order_id.0,
                    EVIDENCE_SECONDS,
                ),
                root: delivery.root,
                tracking: delivery.tracking.clone().ok_or_else(Fault::internal)?,
                code: delivery.code.clone().ok_or_else(Fault::internal)?,
                moves,
            })
        };
        self.office
            .say_once(words::TRACKING, &about(&delivery.root, last), message)
            .await
    }

    /// The delivery with a code: what has its label from an earlier release gets one now.
    fn with_code(&self, delivery: &Delivery) -> Result<Delivery, Fault> {
        if delivery.code.is_none() {
            let code = TrackingCode::random(&mut self.office.rng());
            self.office
                .transaction(|tables| deliveries::keep_code(tables, &delivery.root, &code))?;
        }
        let found = deliveries::find(self.office.tables(), &delivery.root)?;
        found.ok_or_else(Fault::internal)
    }

    /// Moves the parcel of an order on, by an operator's command. In the transaction that notes it.
    pub(super) fn move_parcel(
        &self,
        tables: &dyn Tables,
        order: &OrderId,
        step: ParcelStep,
    ) -> Result<(), Fault> {
        let delivery = deliveries::of_order(tables, order)?.ok_or_else(Fault::not_found)?;
        let before = parcels::move_on(tables, &delivery, step, self.office.now())?;
        // Who asks from now on is told the new step, with all that led to it.
        statements::forget(tables, words::TRACKING, &about(&delivery.root, before))?;
        let about = correlation(&delivery.root.0);
        self.office.log("parcel-moved", Some(&about), step.as_str());
        Ok(())
    }
}

/// Whether there is a parcel that goes its way: of what lapsed it stays where it is, whatever label it has.
fn has_way(delivery: &Delivery) -> bool {
    matches!(
        delivery.state,
        DeliveryState::Accepted | DeliveryState::Confirmed
    )
}

/// The reference of the report that a parcel came so far.
pub(super) fn about(root: &Root, step: ParcelStep) -> String {
    format!("{root} {}", step.as_str())
}
