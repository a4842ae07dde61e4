//! The auditor of a bank: recomputes every balance from what holders, purses, shops, couriers, authorities and operators
//! signed, and compares it with what the bank's books say. It reads the pages that a bank shows
//! ([`EvidencePage`](tallystick_protocol::bank::EvidencePage)), and believes nothing in them that nobody signed.
//!
//! The rules of booking are written here a second time, from `docs/electronic-value.md`: what the bank's own code
//! does wrong is not repeated.

pub mod books;
pub mod contradiction;
mod directory;
mod export;
pub mod files;
mod finding;
mod report;
mod rules;
mod said;
mod trust;

pub use export::{Export, ExportError};
pub use finding::{Finding, Side};
pub use report::{Report, Sum};
pub use trust::Trust;

use directory::Directory;
use rules::Audit;

/// Audits what a bank shows.
#[must_use]
pub fn audit(export: &Export, trust: &Trust) -> Report {
    let mut findings = export.gaps();
    let directory = Directory::of(export, trust, &mut findings);
    let mut audit = Audit::new(export, trust, &directory, findings);
    audit.hear_all();
    audit.judge_all();
    audit.pair_crossings();
    audit.compare_balances();
    audit.report()
}
