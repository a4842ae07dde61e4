//! Nobody has said yes and no to one order, and nothing that is due was forgotten.

use tallystick_parties::ledger;
use tallystick_parties::ports::{Clock as _, Tables as _};
use tallystick_parties::post::due;

use super::{none, that_served};
use crate::cast::{COURIERS, SHOP};
use crate::seat::Seat;
use crate::town::Town;

/// By how much a job or the alarm for it may be late, in milliseconds: one that was just begun.
const LATE_MS: u64 = 60_000;

pub(super) fn check(town: &Town, broken: &mut Vec<String>) {
    one_word(town, broken);
    on_the_clock(town, broken);
    for issuer in town.payers() {
        trial_balance(town, issuer, broken);
    }
}

fn one_word(town: &Town, broken: &mut Vec<String>) {
    let both = "there is an acceptance and a refusal of one order";
    for courier in COURIERS {
        let sql = "SELECT lower(hex(d.root)) FROM courier_deliveries d WHERE
             (d.state = 'refused' AND EXISTS (SELECT 1 FROM statements s
                 WHERE s.kind = 'acceptance' AND s.reference = lower(hex(d.root))))
             OR (d.state <> 'refused' AND EXISTS (SELECT 1 FROM statements s
                 WHERE (s.kind = 'refusal' AND s.reference = lower(hex(d.root)))
                     OR (s.kind = 'closed' AND s.reference IN (lower(hex(d.root)) || ' ' || d.issuer, lower(hex(d.root)) || ' ' || d.shop))))";
        none(town, broken, courier, sql, both);
    }
    for issuer in town.payers() {
        let sql = "SELECT lower(hex(r.root)) FROM issuer_reservations r JOIN statements s
             ON s.kind = 'refusal' AND s.reference = lower(hex(r.root)) WHERE r.state <> 'refused'";
        none(
            town,
            broken,
            issuer,
            sql,
            "it has set aside and refused one order",
        );
    }
    // Those that decide could have signed both for it.
    let payers = town.payers();
    let decides = |liar: &str| payers.contains(&liar) || COURIERS.contains(&liar);
    if !town.lied.get().is_some_and(decides) {
        let sql = "SELECT lower(hex(order_id)) FROM shop_papers
             WHERE kind IN ('acceptance', 'refusal') GROUP BY order_id HAVING count(*) > 1";
        none(town, broken, SHOP, sql, both);
    }
}

/// Every job is still to come, and an alarm is set for the next; what is stuck is seen elsewhere.
fn on_the_clock(town: &Town, broken: &mut Vec<String>) {
    let parties = town.parties();
    for seat in parties.iter().flat_map(|party| town.objects(party)) {
        let party = seat.name;
        let tables = &seat.machine.database;
        let latest_ms = seat.machine.clock.now_ms().saturating_sub(LATE_MS);
        let sql = "SELECT kind || ' about ' || reference, at_ms FROM due WHERE stuck_at_ms IS NULL";
        for row in tables.run(sql, &[]).unwrap_or_default() {
            if row.number::<u64>(1).is_ok_and(|at_ms| at_ms < latest_ms) {
                let what = row.text(0).unwrap_or_default();
                broken.push(format!(
                    "{party}: something that is due was forgotten: {what}"
                ));
            }
        }
        let (next, alarm) = (
            due::next_at(tables).ok().flatten(),
            tables.alarm().ok().flatten(),
        );
        if let Some(next_ms) = next
            && alarm.is_none_or(|alarm_ms| alarm_ms > next_ms + LATE_MS)
            && !town.scheduler.is_busy(seat.owner())
        {
            broken.push(format!("{party}: no alarm is set for what is due next"));
        }
    }
}

/// The nightly trial balance was made and found nothing, and one made now finds nothing either.
fn trial_balance(town: &Town, issuer: &str, broken: &mut Vec<String>) {
    for seat in that_served(town, issuer) {
        trial_balance_at(seat, broken);
    }
}

fn trial_balance_at(seat: &Seat, broken: &mut Vec<String>) {
    let issuer = seat.name;
    let tables = &seat.machine.database;
    let Ok(ledger::Standing { frozen, last }) = ledger::standing(tables) else {
        return broken.push(format!("{issuer}: the books cannot be read"));
    };
    for account in frozen {
        broken.push(format!("{issuer}: an account is frozen: {account}"));
    }
    match last {
        None => broken.push(format!("{issuer}: no trial balance was ever made")),
        Some(last) if last.wrong > 0 => {
            broken.push(format!(
                "{issuer}: the trial balance of the night does not hold"
            ));
        }
        Some(_) => {}
    }
    let now = ledger::trial_balance(tables, seat.machine.clock.now_ms());
    if now.is_ok_and(|now| now.wrong > 0) {
        broken.push(format!("{issuer}: the trial balance does not hold"));
    }
}
