//! LIST (80 C6 00 00) and READ (80 C8 place 00): what the wallet's pages show.

use alloc::vec::Vec;

use tallystick_protocol::wire::cbor::encode_value;

use super::stored::Record;
use super::{coupons, place_alone};
use crate::StatusWord;
use crate::applets::purse::{require_no_data, require_no_parameters};
use crate::host::coupon::{CouponView, ListedCoupon, ShownCoupon};
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::safe::SafeKey;
use crate::session::Session;
use crate::state::State;

/// Lists, as a CBOR array, the places that are taken, in ascending order. Wants no PIN. Of a locked coupon it says only
/// that it is locked, before the password was given.
pub(crate) fn list(
    state: &State,
    session: &Session,
    command: &Command<'_>,
) -> Result<Outcome, StatusWord> {
    require_no_parameters(command.header)?;
    require_no_data(command)?;
    let records = state.coupons.iter().flat_map(|coupons| &coupons.coupons);
    let listed = |record: &Record| {
        let shows = !record.is_locked() || session.coupons.is_some();
        ListedCoupon {
            place: record.place,
            is_locked: record.is_locked(),
            office: shows.then(|| record.office.clone()),
            coupon: shows.then_some(record.coupon),
            progress: shows.then_some(record.progress),
        }
    };
    let listed: Vec<ListedCoupon> = records.map(listed).collect();
    Ok(Outcome::data(encode_value(&listed)))
}

/// What a place holds. Wants no PIN: whoever has the card sees what is in it, as with a purse of leather, but for what is
/// locked (T001-13).
pub(crate) fn read(
    state: &State,
    session: &Session,
    command: &Command<'_>,
) -> Result<Outcome, StatusWord> {
    let place = place_alone(command.header)?;
    require_no_data(command)?;
    let record = coupons(state)?.at(place)?;
    let view = CouponView {
        place,
        is_locked: record.is_locked(),
        shown: shown(record, session.coupons.as_ref())?,
    };
    Ok(Outcome::data(encode_value(&view)))
}

fn shown(record: &Record, key: Option<&SafeKey>) -> Result<Option<ShownCoupon>, StatusWord> {
    let content = match record.content(key) {
        Err(StatusWord::Locked) => return Ok(None),
        other => other?,
    };
    let bound = record.bound.as_ref();
    Ok(Some(ShownCoupon {
        coupon: content.coupon,
        progress: record.progress,
        signed: content.signed,
        kind: bound.map(|bound| bound.kind),
        until: bound.and_then(|bound| bound.until),
    }))
}
