//! `GET /v1/metrics`: what a monitoring system watches, in Prometheus' text format 0.0.4. Behind the
//! operator's token like the console. Each name stands in `docs/operators.md`.

use core::cell::Cell;
use core::fmt::Write as _;

use http::StatusCode;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::wire::identifier::Role;

use super::Show;
use crate::ledger;
use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer};
use crate::ports::{Database as _, Ports};
use crate::post::due;

const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// The classes of status codes that are counted, by their first digit less one.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// How many requests were answered since this object is in memory. A counter that begins anew is what
/// the format provides for.
#[derive(Default)]
pub(crate) struct Answered([Cell<u64>; 5]);

impl Answered {
    /// One more.
    pub(crate) fn count(&self, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(counted) = self.0.get(class) {
            counted.set(counted.get().saturating_add(1));
        }
    }
}

/// Writes metrics one after the other.
#[derive(Default)]
struct Page(String);

impl Page {
    /// A metric with one sample for each label value; `label` is the label's name.
    fn family(
        &mut self,
        (name, kind, help): (&str, &str, &str),
        label: &str,
        samples: impl IntoIterator<Item = (String, u64)>,
    ) {
        let _ = writeln!(self.0, "# HELP tallystick_{name} {help}");
        let _ = writeln!(self.0, "# TYPE tallystick_{name} {kind}");
        for (value, number) in samples {
            let value = escaped(&value);
            let _ = writeln!(self.0, "tallystick_{name}{{{label}=\"{value}\"}} {number}");
        }
    }

    /// A gauge without labels.
    fn gauge(&mut self, name: &str, help: &str, number: u64) {
        let _ = writeln!(self.0, "# HELP tallystick_{name} {help}");
        let _ = writeln!(self.0, "# TYPE tallystick_{name} gauge");
        let _ = writeln!(self.0, "tallystick_{name} {number}");
    }
}

/// A label's value as the format has it.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

impl<P: Ports> Office<P> {
    pub(super) fn metrics(&self, role: &impl Show) -> Result<Answer, Fault> {
        let mut page = Page::default();
        self.about_itself(&mut page)?;
        self.about_jobs(&mut page)?;
        self.about_sealing(&mut page)?;
        if self.settings.role == Role::Issuer {
            self.about_the_ledger(&mut page)?;
        }
        let counters = role.counters()?;
        let kept = (
            "kept",
            "gauge",
            "How many of each kind the party keeps, as its console counts them.",
        );
        page.family(kept, "what", counters);
        let bytes = page.0.into_bytes();
        Ok(web::answer(StatusCode::OK, TEXT_FORMAT, bytes))
    }

    fn about_itself(&self, page: &mut Page) -> Result<(), Fault> {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let info = ("build_info", "gauge", "The release that runs, as a label.");
        page.family(info, "version", [(version, 1)]);
        let is_ready = u64::from(self.not_ready().is_empty());
        page.gauge("ready", "1 if the party does its work.", is_ready);
        let certificate = Certificate::from_der(&self.identity()?.certificate)?;
        let left = certificate.not_after().seconds_since(self.now());
        let help = "Until the party's certificate ends; it renews it 30 days before.";
        page.gauge("certificate_seconds_left", help, left);
        let size = self.ports.database().size()?;
        page.gauge("storage_bytes", "What the database takes.", size.bytes);
        let help = "What the database may take.";
        page.gauge("storage_limit_bytes", help, size.limit_bytes);
        let answered = self.answered.0.iter().map(Cell::get);
        let samples = CLASSES.map(str::to_owned).into_iter().zip(answered);
        let requests = (
            "requests_total",
            "counter",
            "Requests answered since the object was loaded.",
        );
        page.family(requests, "code", samples);
        Ok(())
    }

    fn about_jobs(&self, page: &mut Page) -> Result<(), Fault> {
        let backlog = due::backlog(self.tables(), self.now_ms())?;
        let jobs = ("jobs", "gauge", "Jobs on the clock, and stuck ones.");
        let states = [("waiting", backlog.waiting), ("stuck", backlog.stuck)];
        page.family(
            jobs,
            "state",
            states.map(|(state, n)| (state.to_owned(), n)),
        );
        let help = "By how much the most overdue job is late.";
        page.gauge("job_late_seconds", help, backlog.late_ms / 1000);
        let help = "Letters to other parties that are not settled.";
        page.gauge("letters", help, backlog.letters);
        let help = "How long the oldest letter has not been settled.";
        page.gauge(
            "oldest_letter_seconds",
            help,
            backlog.oldest_letter_ms / 1000,
        );
        Ok(())
    }

    fn about_sealing(&self, page: &mut Page) -> Result<(), Fault> {
        let key = (
            "sealing_key",
            "gauge",
            "The present sealing key, by its name.",
        );
        page.family(key, "id", [(self.vault.key_id().to_string(), 1)]);
        let resealing = self.resealing()?;
        let help = "Values that may want the sealing key of before; at 0 it can be taken away.";
        page.gauge("sealing_left", help, resealing.left);
        let help = "Values that open under no sealing key that is there.";
        page.gauge("sealing_unopened", help, resealing.unopened);
        Ok(())
    }

    fn about_the_ledger(&self, page: &mut Page) -> Result<(), Fault> {
        let standing = ledger::standing(self.tables())?;
        let frozen = standing.frozen.len() as u64;
        let help = "Accounts frozen by a trial balance, a hundred at most.";
        page.gauge("ledger_frozen_accounts", help, frozen);
        if let Some(last) = standing.last {
            let help = "Seconds since the last trial balance.";
            let age = self.now_ms().saturating_sub(last.at_ms) / 1000;
            page.gauge("ledger_trial_balance_age_seconds", help, age);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_labels_value_is_escaped_as_the_format_says() {
        let mut page = Page::default();
        let family = ("x", "gauge", "X.");
        page.family(family, "name", [("a\"b\\c\nd".to_owned(), 3)]);
        assert!(
            page.0
                .ends_with("tallystick_x{name=\"a\\\"b\\\\c\\nd\"} 3\n")
        );
    }
}
