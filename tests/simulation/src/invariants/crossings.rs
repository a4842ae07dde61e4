//! Money that crosses between the objects of an issuer crosses once: at every moment the books of all objects agree
//! about it, and when everything has come to rest nothing is under way.

use tallystick_parties::ledger::across::{TrialOfAll, trial_of_all};

use super::{none, that_served};
use crate::town::Town;

/// Call it at any moment. While the power of an object is gone, nobody can look at its books.
pub(super) fn check(town: &Town, broken: &mut Vec<String>) {
    for issuer in town.payers() {
        let mut objects = town.objects(issuer);
        if objects.any(|seat| seat.machine.database.is_spent()) {
            continue;
        }
        let served = that_served(town, issuer);
        let books: Vec<_> = served.map(|seat| &seat.machine.database).collect();
        if let Ok(TrialOfAll { wrong, .. }) = trial_of_all(&books) {
            broken.extend(wrong.iter().map(|what| format!("{issuer}: {what}")));
        }
    }
}

pub(super) fn at_rest(town: &Town, broken: &mut Vec<String>) {
    for issuer in town.payers() {
        let served = that_served(town, issuer);
        let books: Vec<_> = served.map(|seat| &seat.machine.database).collect();
        match trial_of_all(&books) {
            Ok(TrialOfAll { under_way, .. }) => {
                for (currency, minor) in under_way.iter().filter(|(_, minor)| *minor != 0) {
                    broken.push(format!("{issuer}: {minor} {currency} never arrive"));
                }
            }
            Err(error) => broken.push(format!("{issuer}: the books cannot be read: {error}")),
        }
        // What is free on an account is where its holder can spend it.
        let sql = "SELECT a.name FROM accounts a WHERE a.kind = 'holder'
            AND a.credits_posted - a.debits_posted - a.debits_pending > 0 AND (
                EXISTS (SELECT 1 FROM issuer_homes x JOIN issuer_holders h ON h.holder = x.holder
                    WHERE a.name = 'holder ' || h.account AND h.certificate IS NOT NULL)
                OR EXISTS (SELECT 1 FROM issuer_accounts o WHERE a.name = 'holder ' || o.account
                    AND length(o.grant_digest) < 32
                    AND NOT EXISTS (SELECT 1 FROM issuer_holders h WHERE h.account = o.account)))";
        let lost = "money is left where its account does not live";
        none(town, broken, issuer, sql, lost);
    }
}
