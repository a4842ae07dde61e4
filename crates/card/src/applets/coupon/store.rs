//! STORE (80 C4 00 00) and REMOVE (80 CA place 00).

use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use tallystick_protocol::coupon::{Coupon, CouponError, CouponTerms, OpenedCoupon};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::time::Timestamp;

use super::office::offices;
use super::stored::{COUPON_BYTES_MAX, Content, Coupons, GONE_MAX, Gone, Record};
use super::{coupons, place_alone};
use crate::StatusWord;
use crate::applets::issuers::unsigned;
use crate::applets::purse::{asked, require_no_data, require_no_parameters};
use crate::host::coupon::Progress;
use crate::host::purse::Signed;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::safe::KeptSecret;
use crate::session::Session;
use crate::state::State;

/// A coupon, and the time; answers with its place. Only what the office has signed and what is owned by a holder of this
/// card is taken. A newer ownership replaces an older one; an older one never comes back, so that a coupon that was spent
/// is not restored. Of a locked coupon the newer one is locked, too.
pub(crate) fn store(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    require_no_parameters(command.header)?;
    let given: Signed = asked(command)?;
    let opened = opened(state, &given.bytes, given.at)?;
    let holder = opened.owner().holder();
    let holder = holder.ok_or(StatusWord::NotForThisPurse)?;
    if !state.slots.iter().any(|slot| slot.holder == *holder) {
        return Err(StatusWord::NotForThisPurse);
    }
    let mut coupons = state.coupons.clone().unwrap_or_default();
    let known = coupons.known(&opened)?;
    let digest = Sha256::digest(&given.bytes).into();
    if let Some(same) = known.filter(|known| known.digest == digest) {
        return Ok(Outcome::data([same.place]));
    }
    let known = known.cloned();
    let is_locked = known.as_ref().is_some_and(Record::is_locked);
    let mut record = Record {
        place: known
            .as_ref()
            .map_or_else(|| coupons.free_place(), |known| Ok(known.place))?,
        office: opened.terms.office.clone(),
        coupon: opened.terms.coupon,
        holder: *holder,
        change: opened.ownership.change,
        valid_until: opened.terms.valid_until,
        digest,
        progress: Progress::Held,
        told: Timestamp(0),
        bound: None,
        kept: KeptSecret::Clear((&[][..]).into()),
    };
    let mut content = Content {
        coupon: given.bytes,
        signed: None,
    };
    // The same ownership, signed anew, frees nothing that was signed about it.
    if let Some(known) = known.filter(|known| known.change == record.change) {
        content.signed = known.content(session.coupons.as_ref())?.signed;
        (record.progress, record.told, record.bound) = (known.progress, known.told, known.bound);
    }
    let lock = coupons.lock.as_ref().map(|lock| &lock.slit);
    record.keep(&content, lock.filter(|_| is_locked), rng)?;
    let place = record.place;
    coupons.gone.retain(|gone| !gone.is(&record));
    coupons.hear(&record.office, opened.ownership.at);
    coupons.put(record);
    state.coupons = Some(coupons);
    Ok(Outcome::data([place]).changing(true))
}

/// Reads a coupon and verifies it by its office's certificate.
pub(super) fn opened(
    state: &State,
    bytes: &[u8],
    at: Timestamp,
) -> Result<OpenedCoupon, StatusWord> {
    if bytes.len() > COUPON_BYTES_MAX {
        return Err(StatusWord::NotEnoughMemory);
    }
    let coupon: Coupon = decode(bytes).map_err(|_| StatusWord::WrongData)?;
    let claimed: CouponTerms =
        keyed::unverified(&coupon.terms).map_err(|_| StatusWord::WrongData)?;
    let offices = offices(state);
    let now = offices.now(&claimed.office, at)?;
    let key = offices.key(&claimed.office, now)?;
    Coupon::open(bytes, (&claimed.office, &key), now).map_err(|error| refused(&error))
}

const fn refused(error: &CouponError) -> StatusWord {
    match error {
        CouponError::Terms(error) | CouponError::OwnerKey(error) => unsigned(error),
        CouponError::Ownership(error) => unsigned(error),
        CouponError::OneKey => StatusWord::BadSignature,
        CouponError::OtherOffice => StatusWord::NotForThisPurse,
        CouponError::Expired => StatusWord::Expired,
        _ => StatusWord::WrongData,
    }
}

impl Coupons {
    /// The place at which that coupon is, if it is in the card; an error if the card knows a newer owner of it.
    fn known(&self, opened: &OpenedCoupon) -> Result<Option<&Record>, StatusWord> {
        let (office, coupon) = (&opened.terms.office, opened.terms.coupon);
        let mut gone = self.gone.iter();
        let gone = gone.find(|gone| gone.coupon == coupon && gone.office == *office);
        let mut records = self.coupons.iter();
        let known = records.find(|record| record.coupon == coupon && record.office == *office);
        let from = known
            .map(|known| known.change)
            .max(gone.map(|gone| gone.from));
        if from.is_some_and(|from| opened.ownership.change < from) {
            return Err(StatusWord::OlderCheckpoint);
        }
        Ok(known)
    }
}

impl Gone {
    fn is(&self, record: &Record) -> bool {
        self.coupon == record.coupon && self.office == record.office
    }
}

/// Deletes a coupon, after the PIN was verified. One that is under way stays, and a locked one wants the password, unless
/// it is over. What is not to come back of it stays remembered until its time is over by the office's word.
pub(crate) fn remove(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
) -> Result<Outcome, StatusWord> {
    let place = place_alone(command.header)?;
    require_no_data(command)?;
    let mut coupons = coupons(state)?.clone();
    let record = coupons.at(place)?.clone();
    session.require_verified()?;
    let is_over = record.progress.is_over() || is_expired(state, &record);
    if !is_over {
        record.content(session.coupons.as_ref())?;
        if record.progress != Progress::Held {
            return Err(StatusWord::NotSettled);
        }
    }
    coupons.coupons.retain(|other| other.place != place);
    coupons.gone.retain(|gone| !gone.is(&record));
    let from = record.change.saturating_add(u32::from(is_over));
    if from > 0 {
        if coupons.gone.len() >= GONE_MAX {
            return Err(StatusWord::CouponsFull);
        }
        coupons.gone.push(Gone {
            office: record.office.clone(),
            coupon: record.coupon,
            from,
            valid_until: record.valid_until,
        });
    }
    // Forgotten at once if it is over.
    coupons.hear(&record.office, Timestamp(0));
    state.coupons = Some(coupons);
    Ok(Outcome::done().changing(true))
}

/// Whether its time is over by the office's own word.
fn is_expired(state: &State, record: &Record) -> bool {
    let now = offices(state).now(&record.office, Timestamp(0));
    now.is_ok_and(|now| record.valid_until <= now)
}
