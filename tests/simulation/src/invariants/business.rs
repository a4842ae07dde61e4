//! After years everybody is certified for a good while to come, and says that it is ready.

use http::{Request, StatusCode};
use tallystick_parties::Party as _;
use tallystick_parties::native::block_on;
use tallystick_parties::ports::{Clock as _, Tables as _};
use tallystick_protocol::trust::certificate::Certificate;

use crate::cast::CA;
use crate::town::Town;

/// A certificate with less than this left should have been renewed, in seconds (28 days; renewal begins 30 days
/// before the end).
const LEFT_SECONDS: u64 = 28 * 86_400;

pub(crate) fn check(town: &Town, broken: &mut Vec<String>) {
    let parties = town.parties();
    for seat in parties.iter().flat_map(|party| town.objects(party)) {
        let party = seat.name;
        let request = Request::get(format!("https://{}/health", seat.party)).body(Vec::new());
        let (Some(running), Ok(request)) = (seat.running(), request) else {
            broken.push(format!("{party}: is gone"));
            continue;
        };
        if block_on(running.serve(request)).status() != StatusCode::OK {
            broken.push(format!("{party}: is not ready"));
        }
        if party == CA {
            continue;
        }
        let own = "SELECT value FROM facts WHERE name = 'certificate'";
        let own = seat.machine.database.run(own, &[]).unwrap_or_default();
        let own = own
            .first()
            .and_then(|row| Certificate::from_der(row.blob(0).ok()?).ok());
        let latest = seat.machine.clock.now_ms() / 1000 + LEFT_SECONDS;
        if own.is_none_or(|own| own.not_after().seconds() < latest) {
            broken.push(format!("{party}: its certificate was not renewed"));
        }
    }
}
