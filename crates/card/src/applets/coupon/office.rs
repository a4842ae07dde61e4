//! PUT OFFICE CERTIFICATE (80 C2 00 00), and what offices sign.

use alloc::vec::Vec;

use minicbor::bytes::ByteVec;
use tallystick_protocol::wire::identifier::{Domain, Role};
use tallystick_protocol::wire::time::Timestamp;

use super::stored::{Coupons, Gone, OFFICES_MAX, Record};
use crate::StatusWord;
use crate::applets::issuers::{self, Known};
use crate::applets::purse::{asked, require_no_parameters};
use crate::host::purse::Signed;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;

/// The certificate of the key with which an office signs coupons, and the time. It is verified by the card's roots, which
/// PUT ROOTS of the purse applet sets, and replaces an earlier one of the same office.
pub(crate) fn put_office(state: &mut State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    require_no_parameters(command.header)?;
    let given: Signed = asked(command)?;
    let mut coupons = state.coupons.clone().unwrap_or_default();
    let (records, gone) = (&coupons.coupons, &coupons.gone);
    let used = || Ok(used(records, gone));
    let by = (roots(state), Role::CouponOffice);
    let changed = issuers::put(&mut coupons.offices, by, given, OFFICES_MAX, &used)?;
    if changed {
        state.coupons = Some(coupons);
    }
    Ok(Outcome::done().changing(changed))
}

/// The offices of which something is kept.
fn used(records: &[Record], gone: &[Gone]) -> Vec<Domain> {
    let records = records.iter().map(|record| record.office.clone());
    let gone = gone.iter().map(|gone| gone.office.clone());
    records.chain(gone).collect()
}

fn roots(state: &State) -> &[ByteVec] {
    let purses = state.purses.as_ref();
    purses.map(|purses| purses.roots()).unwrap_or_default()
}

/// The offices, and the roots that certify them.
pub(super) fn offices(state: &State) -> Known<'_> {
    let coupons = state.coupons.as_ref();
    Known {
        roots: roots(state),
        role: Role::CouponOffice,
        issuers: coupons.map_or(&[], |coupons| &coupons.offices),
    }
}

impl Coupons {
    /// Keeps the time that an office has signed, and forgets what is over by it.
    pub(super) fn hear(&mut self, office: &Domain, at: Timestamp) {
        issuers::hear(&mut self.offices, office, at);
        let offices = &self.offices;
        self.gone.retain(|gone| {
            let mut offices = offices.iter();
            let office = offices.find(|office| office.domain == gone.office);
            office.is_none_or(|office| office.newest < gone.valid_until)
        });
    }
}
