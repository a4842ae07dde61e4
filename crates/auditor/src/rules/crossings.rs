//! What crosses between two objects of the bank: set aside at one, given at the other, then posted at the first. Both
//! must say the same of it. What one object did after the other was read is not judged.

use std::collections::BTreeMap;

use tallystick_protocol::bank::{BookTransfer, TransferKind};

use super::{Audit, BETWEEN};
use crate::finding::Finding;

/// A crossing as its sender says it.
struct Sent<'a> {
    object: &'a str,
    transfer: &'a BookTransfer,
    /// When the sender posted it.
    posted_at_ms: Option<u64>,
}

impl Audit<'_> {
    /// Puts the two sides of every crossing together.
    pub(crate) fn pair_crossings(&mut self) {
        let export = self.export;
        let mut came = BTreeMap::<&str, (&str, &BookTransfer)>::new();
        let mut sent = Vec::new();
        for (object, shown) in &export.objects {
            for transfer in &shown.transfers {
                let id = transfer.id.as_str();
                if transfer.debit.starts_with(BETWEEN) && transfer.kind == TransferKind::Single {
                    if came.insert(id, (object, transfer)).is_some() {
                        self.crossing(id, "it came to two objects");
                    }
                } else if transfer.credit.starts_with(BETWEEN) {
                    match transfer.kind {
                        TransferKind::Pending => sent.push(Sent {
                            object,
                            transfer,
                            posted_at_ms: posted_at(&shown.transfers, id),
                        }),
                        TransferKind::Post => {}
                        _ => self.crossing(id, "it is neither sent nor taken in"),
                    }
                } else if transfer.debit.starts_with(BETWEEN) {
                    self.crossing(id, "it is neither sent nor taken in");
                }
            }
        }
        for one in sent {
            let arrival = came.remove(one.transfer.id.as_str());
            self.pair(&one, arrival);
        }
        for (id, (object, arrival)) in came {
            let read = other_of(&arrival.debit, object);
            let read = read.and_then(|name| export.objects.get(name));
            match read {
                None => self.crossing(id, "the object that sent it is not shown"),
                Some(sender) if sender.at_ms <= arrival.at_ms => {}
                Some(_) => self.crossing(id, "it came and was not sent"),
            }
        }
    }

    fn pair(&mut self, sent: &Sent<'_>, arrival: Option<(&str, &BookTransfer)>) {
        let (id, money) = (&sent.transfer.id, sent.transfer.money);
        let to = other_of(&sent.transfer.credit, sent.object);
        let Some((object, arrival)) = arrival else {
            let receiver = to.and_then(|to| self.export.objects.get(to));
            match (receiver, sent.posted_at_ms) {
                (None, _) => self.crossing(id, "the object that it goes to is not shown"),
                (Some(receiver), Some(at_ms)) if receiver.at_ms > at_ms => {
                    self.crossing(id, "it was posted and never came");
                }
                _ => {
                    let sum = self.under_way.entry(money.currency.code()).or_default();
                    *sum = sum.saturating_add(money.minor);
                }
            }
            return;
        };
        let is_same = to == Some(object)
            && arrival.money == money
            && arrival.credit == sent.transfer.debit
            && arrival.debit == sent.transfer.credit;
        if !is_same {
            self.crossing(id, "what came is not what was sent");
        }
    }

    fn crossing(&mut self, crossing: &str, why: &'static str) {
        self.findings.push(Finding::Crossing {
            crossing: crossing.to_owned(),
            why,
        });
    }
}

fn posted_at(transfers: &[BookTransfer], id: &str) -> Option<u64> {
    let end = transfers
        .iter()
        .find(|one| one.kind == TransferKind::Post && one.of.as_deref() == Some(id));
    end.map(|end| end.at_ms)
}

/// The other of the two objects that an account is between.
fn other_of<'a>(account: &'a str, own: &str) -> Option<&'a str> {
    let (one, other) = account.strip_prefix(BETWEEN)?.split_once(' ')?;
    match (one == own, other == own) {
        (true, false) => Some(other),
        (false, true) => Some(one),
        _ => None,
    }
}
