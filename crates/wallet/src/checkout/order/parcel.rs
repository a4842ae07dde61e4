//! How far an order's parcel is, as the courier signed it.

use minicbor::Encode;
use tallystick_codec::DecodeMap;
use tallystick_protocol::checkout::tracking::{
    ParcelMove, ParcelStep, TrackingCode, TrackingReport,
};
use tallystick_protocol::wire::time::Timestamp;

use super::event::Event;
use super::record::OrderRecord;
use crate::checkout::order::state::OrderState;

/// For how long a parcel that never arrives is asked after and counts as being on its way, in seconds (60 days).
const LOST_SECONDS: u64 = 60 * 86_400;

/// What is kept of a parcel.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Parcel {
    /// What opens its way at the courier's page, beside the tracking number.
    #[n(0)]
    pub code: TrackingCode,
    /// How it came so far, the oldest first; never empty.
    #[n(1)]
    pub moves: Vec<ParcelMove>,
    /// The courier's report as signed, kept as evidence.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub signed: Vec<u8>,
    /// How far it was when the holder last looked at the order.
    #[n(3)]
    pub seen: Option<ParcelStep>,
}

impl Parcel {
    /// How far it is.
    #[must_use]
    pub fn step(&self) -> ParcelStep {
        let last = self.moves.last();
        last.map_or(ParcelStep::LabelMade, |last| last.step)
    }

    /// Whether it moved since the holder last looked. A label is no news: the holder saw that the courier accepted.
    #[must_use]
    pub fn is_news(&self) -> bool {
        self.step() > self.seen.unwrap_or(ParcelStep::LabelMade)
    }
}

impl OrderRecord {
    /// Whether its parcel may still move, and the holder wants to hear of it.
    #[must_use]
    pub fn has_parcel_under_way(&self, now: Timestamp) -> bool {
        let arrived = self.parcel.as_ref().map(Parcel::step) == Some(ParcelStep::Delivered);
        self.state == OrderState::Delivering
            && self.tracking.is_some()
            && !arrived
            && now < self.created_at.plus_seconds(LOST_SECONDS)
    }

    /// Takes up a report that was verified to be the courier's about this order. A parcel never goes back.
    pub fn take_report(&mut self, report: TrackingReport, signed: Vec<u8>, now: Timestamp) {
        let Some(last) = report.last() else {
            return;
        };
        let before = self.parcel.as_ref().map(Parcel::step);
        if before.is_some_and(|before| before >= last.step) {
            return;
        }
        if last.step == ParcelStep::Delivered
            && let Some(approval) = &mut self.approval
        {
            approval.split_order = None;
        }
        let known = before.unwrap_or(ParcelStep::LabelMade);
        for one in report.moves.iter().filter(|one| one.step > known) {
            self.note(event_of(one.step), now);
        }
        self.parcel = Some(Parcel {
            code: report.code.clone(),
            moves: report.moves,
            signed,
            seen: self.parcel.as_ref().and_then(|parcel| parcel.seen),
        });
    }

    /// The holder looks at it. Whether that is new.
    pub fn see_parcel(&mut self) -> bool {
        match &mut self.parcel {
            Some(parcel) if parcel.is_news() => {
                parcel.seen = Some(parcel.step());
                true
            }
            _ => false,
        }
    }
}

const fn event_of(step: ParcelStep) -> Event {
    match step {
        // Its label is what the courier's acceptance says.
        ParcelStep::LabelMade => Event::Accepted,
        ParcelStep::HandedOver => Event::HandedOver,
        ParcelStep::OnTheWay => Event::OnTheWay,
        ParcelStep::Delivered => Event::Delivered,
    }
}
