//! Whoever spent twice is named, by a proof that a third party judges with its own program.

use std::collections::BTreeSet;

use tallystick_auditor::contradiction::judge;
use tallystick_parties::Party as _;
use tallystick_parties::native::block_on;
use tallystick_protocol::trust::certificate::TrustAnchors;

use super::{Paid, purses_of, rows};
use crate::cast::{BANK, CA};
use crate::town::Town;

/// Every purse that two holders took something of one place from is named, and every proof proves that.
pub(super) fn check(town: &Town, broken: &mut Vec<String>) {
    let paid = Paid::of(town);
    let lost = purses_of(town, |holder| holder.money.is_lost.get());
    let taken: BTreeSet<_> = paid.taken_by_others(&lost).collect();
    let twice = town.between.histories.given_twice(&taken);
    let mut named = BTreeSet::new();
    for row in rows(
        town,
        BANK,
        "SELECT lower(hex(purse)), proof FROM bank_contradictions",
    ) {
        let (Ok(purse), Ok(proof)) = (row.text(0), row.blob(1)) else {
            continue;
        };
        match proven(town, proof) {
            Some(Ok(of)) if of == purse => {
                named.insert(of);
            }
            other => broken.push(format!("{BANK}: the proof against {purse} is {other:?}")),
        }
    }
    for purse in twice.iter().filter(|purse| !named.contains(*purse)) {
        broken.push(format!("{BANK}: {purse} was spent twice, and is not named"));
    }
}

/// The purse that a proof names, by whoever has the root and the bank's certificate.
fn proven(town: &Town, proof: &[u8]) -> Option<Result<String, String>> {
    let anchors = TrustAnchors::from_der(&[page(town, CA, "/v1/root.cer")?]).ok()?;
    let certificate = page(town, BANK, "/v1/purses.cer")?;
    let proven = judge(proof, &certificate, &anchors);
    let named = proven.map(|proven| proven.caught.purse.to_string());
    Some(named.map_err(|unproven| unproven.to_string()))
}

/// What anybody is told there.
fn page(town: &Town, party: &str, path: &str) -> Option<Vec<u8>> {
    let request = http::Request::get(format!("https://{party}{path}"));
    let party = town.seat(party)?.running()?;
    let answer = block_on(party.serve(request.body(Vec::new()).ok()?));
    answer.status().is_success().then(|| answer.into_body())
}
