//! What an audit comes to, in sentences and as JSON.

use core::fmt;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::finding::Finding;

/// Money of one source in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sum {
    /// From where: the first word of the entries' names, such as "deposit".
    pub source: String,
    /// The currency's code.
    pub currency: &'static str,
    /// In how many entries.
    pub entries: usize,
    /// How much, in minor units.
    pub minor: u64,
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            source,
            currency,
            entries,
            minor,
        } = self;
        let entries = counted(*entries, "entry", "entries");
        write!(
            f,
            "{minor} {currency} in minor units by {entries} ({source})"
        )
    }
}

/// What an audit comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The bank; none if nothing was shown.
    pub bank: Option<String>,
    /// How many objects it has.
    pub objects: usize,
    /// How many accounts, counted at each object.
    pub accounts: usize,
    /// How many entries.
    pub entries: usize,
    /// How many signed messages were verified.
    pub messages: usize,
    /// What came in from banks outside that nobody signed for.
    pub came_in: Vec<Sum>,
    /// What the bank moved by its own word, without anybody's signature: between a purse and its own account, and what it
    /// gave of its own or took back of that.
    pub by_itself: Vec<Sum>,
    /// What is in transit between objects, in minor units by currency.
    pub under_way: BTreeMap<&'static str, u64>,
    /// Operators' keys that the auditor was not told.
    pub operators: Vec<String>,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.bank.is_some()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(bank) = &self.bank else {
            return f.write_str("Nothing was shown.");
        };
        let entries = counted(self.entries, "entry", "entries");
        let messages = counted(self.messages, "signed message", "signed messages");
        let accounts = counted(self.accounts, "account", "accounts");
        let objects = counted(self.objects, "object", "objects");
        let outcome = match self.findings.len() {
            0 => "all balances agree".to_owned(),
            count => counted(count, "finding", "findings"),
        };
        write!(
            f,
            "{bank}: {entries} from {messages}, on {accounts} at {objects}; {outcome}."
        )?;
        for sum in &self.came_in {
            write!(f, "\nFrom outside, without anybody's signature: {sum}.")?;
        }
        for sum in &self.by_itself {
            write!(
                f,
                "\nBy the bank's own word, between a purse and its account: {sum}."
            )?;
        }
        for (currency, minor) in &self.under_way {
            write!(
                f,
                "\nIn transit between objects: {minor} {currency} in minor units."
            )?;
        }
        for operator in &self.operators {
            write!(
                f,
                "\nCommanded by the key {operator}, which nobody told the auditor."
            )?;
        }
        for finding in &self.findings {
            write!(f, "\n- {finding}")?;
        }
        Ok(())
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    let word = if count == 1 { one } else { many };
    format!("{} {word}", grouped(count))
}

/// A count with commas between its thousands.
fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn counts_are_read_by_their_thousands() {
        assert_eq!(
            [0, 999, 1_204, 1_000_000].map(grouped),
            ["0", "999", "1,204", "1,000,000"]
        );
    }
}
