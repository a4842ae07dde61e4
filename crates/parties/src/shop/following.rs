//! Follows a parcel: while somebody wants to know where it is, the courier is asked, and its signed report is kept for
//! page and holder. The shop asks, and not the holder's wallet, so that no courier learns from which address of the network
//! somebody looks after a parcel whose destination it knows.

use serde::Serialize;
use tallystick_protocol::checkout::answers::TRACKING_MAX_BYTES;
use tallystick_protocol::checkout::tracking::{
    ParcelMove, ParcelStep, TrackingReport, TrackingRequest,
};
use tallystick_protocol::trust::statement::{Audience, StatementError, unverified};
use tallystick_protocol::wire::identifier::{Domain, Role};

use super::book::{self, Order};
use super::state::OrderState;
use super::{EVIDENCE_SECONDS, Shop, delivering, letters};
use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer};
use crate::office::log::correlation;
use crate::office::rate::RateLimit;
use crate::ports::{Ports, Tables};
use crate::post::exchange::{Exchange, Said};
use crate::post::outbox;
use crate::standing::statements;

/// How often the courier is asked about one order, however many look at it.
const SELDOM: RateLimit = RateLimit {
    count: 1,
    seconds: 10,
};
/// How long one question is tried, in seconds: whoever looks later asks anew.
const PATIENCE_SECONDS: u64 = 3_600;

/// How a parcel came so far, as a page shows it.
#[derive(Serialize)]
pub(super) struct ParcelView {
    /// The courier's domain, at which its page is.
    courier: String,
    /// What opens the parcel's way there beside the number.
    code: String,
    /// The oldest first.
    moves: Vec<MoveView>,
}

#[derive(Serialize)]
struct MoveView {
    step: &'static str,
    /// When, in seconds since 1970.
    at: u64,
}

impl ParcelView {
    /// What a courier reported of an order's parcel.
    #[must_use]
    pub fn of(order: &Order, report: &TrackingReport) -> Self {
        let view = |one: &ParcelMove| MoveView {
            step: one.step.as_str(),
            at: one.at.0,
        };
        Self {
            courier: order
                .courier
                .domain()
                .map(Domain::to_string)
                .unwrap_or_default(),
            code: report.code.shown(),
            moves: report.moves.iter().map(view).collect(),
        }
    }
}

/// What the courier reported of an order's parcel and the shop verified, if it did.
///
/// # Errors
/// The database's own; an internal fault if what is stored is damaged.
pub(super) fn report_of(
    tables: &(impl Tables + ?Sized),
    order: &Order,
) -> Result<Option<TrackingReport>, Fault> {
    let signed = book::paper(tables, letters::TRACKING, &order.order_id)?;
    let read = |signed: Vec<u8>| unverified(&signed).map_err(|_| Fault::internal());
    signed.map(read).transpose()
}

impl<P: Ports> Shop<P> {
    /// `GET /v1/orders/{form}/tracking`: the courier's signed report, as far as the shop has heard. Whoever asks has the
    /// courier asked as well, and hears more the next time.
    pub(super) fn show_tracking(&self, form: &str) -> Result<Answer, Fault> {
        let order = self.order_of_form(form)?;
        self.follow(&order)?;
        let signed = book::paper(self.office.tables(), letters::TRACKING, &order.order_id)?;
        signed.map(web::cose).ok_or_else(Fault::not_found)
    }

    /// Posts the question where an order's parcel is, unless it was asked a moment ago or there is nothing to ask.
    pub(super) fn follow(&self, order: &Order) -> Result<(), Fault> {
        let bucket = format!("follow|{}", order.reference());
        if !is_under_way(order) || self.office.admit(&[(&bucket, SELDOM)]).is_err() {
            return Ok(());
        }
        self.office.transaction(|tables| {
            self.decide_question(tables, order)?;
            let (path, now_ms) = ("/v1/tracking", self.office.now_ms());
            let give_up_at = self.office.now().plus_seconds(PATIENCE_SECONDS);
            delivering::tell_courier(tables, order, letters::TRACK, path, give_up_at, now_ms)
        })
    }

    /// The question is signed once and asked again with the same bytes, until they are void.
    fn decide_question(&self, tables: &dyn Tables, order: &Order) -> Result<(), Fault> {
        let reference = order.reference();
        let void_soon = self.office.now().plus_seconds(PATIENCE_SECONDS);
        let stands = statements::find(tables, letters::TRACK, &reference)?
            .is_some_and(|said| said.void_from > void_soon.0);
        if stands {
            return Ok(());
        }
        statements::forget(tables, letters::TRACK, &reference)?;
        let courier = order.courier.domain().ok_or_else(Fault::internal)?;
        let request = TrackingRequest {
            envelope: self.office.envelope(
                Audience::Party(courier.clone()),
                order.order_id.0,
                EVIDENCE_SECONDS,
            ),
            root: order.root,
        };
        self.office
            .decide(tables, letters::TRACK, &reference, &request)
    }
}

/// Whether the courier may have something new to say of an order's parcel.
fn is_under_way(order: &Order) -> bool {
    order.state == OrderState::Accepted
        && order.tracking.is_some()
        && order.parcel != Some(ParcelStep::Delivered)
}

/// The question where a parcel is.
pub(super) struct Following<'a, P: Ports>(pub(super) &'a Shop<P>);

impl<P: Ports> Exchange<P> for Following<'_, P> {
    type Subject = Order;
    /// How far it is, and the report as it was signed.
    type Word = (ParcelStep, Vec<u8>);

    const CONFIRMED_AS: Option<Role> = Some(Role::Courier);

    fn office(&self) -> &Office<P> {
        &self.0.office
    }

    fn load(&self, tables: &dyn Tables, reference: &str) -> Result<Option<Order>, Fault> {
        let order = book::by_reference(tables, reference)?;
        Ok(Some(order).filter(is_under_way))
    }

    fn verify(&self, order: &Order, said: Said<'_>) -> Result<Self::Word, Fault> {
        let said = self.0.office.statement_in::<TrackingReport>(
            said.bytes(),
            Role::Courier,
            order.courier.domain().ok_or_else(Fault::internal)?,
            &order.order_id.0,
        )?;
        let report = &said.message;
        let is_about = report.root == order.root
            && report.tracking.len() <= TRACKING_MAX_BYTES
            && order.tracking.as_ref() == Some(&report.tracking);
        let last = report.last().filter(|_| is_about);
        let last = last.ok_or(StatementError::WrongTransaction)?;
        Ok((last.step, said.bytes))
    }

    /// A parcel never goes back: what was said before the report that is kept, and came later, is of no use.
    fn apply(
        &self,
        tables: &dyn Tables,
        order: &Order,
        (step, signed): Self::Word,
    ) -> Result<(), Fault> {
        if order.parcel.is_some_and(|kept| kept > step) {
            return Ok(());
        }
        book::keep_paper(tables, &order.order_id, letters::TRACKING, &signed)?;
        if order.parcel != Some(step) {
            book::keep_parcel(tables, &order.order_id, step)?;
            let about = correlation(&order.root.0);
            self.0
                .office
                .log("parcel-moved", Some(&about), step.as_str());
        }
        Ok(())
    }

    /// A courier of an earlier release does not tell: it is asked again when somebody looks again.
    fn not_yet(
        &self,
        tables: &dyn Tables,
        order: &Order,
        problem: Option<Kind>,
    ) -> Result<(), Fault> {
        if problem == Some(Kind::NotFound) {
            outbox::settle(tables, letters::TRACK, &order.reference())?;
        }
        Ok(())
    }

    fn over(&self, _: &dyn Tables, _: &Order) -> Result<(), Fault> {
        Ok(())
    }
}
