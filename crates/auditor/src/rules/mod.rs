//! What justifies an entry. Each kind of entry has a file; here they are told apart, by the accounts between which an
//! entry moves and by what was signed for it, and put together.

mod crossings;
mod holders;
mod local;
mod movements;
mod orders;
mod outside;
mod taken;

use std::collections::{BTreeMap, BTreeSet};

use tallystick_protocol::bank::{BookTransfer, ProofKind, TransferKind};
use tallystick_protocol::purse::{PurseNumber, number_of_transfer};
use tallystick_protocol::wire::identifier::{Domain, TransactionId};
use tallystick_protocol::wire::money::Money;

use crate::books::{Books, Entry, Standing};
use crate::directory::Directory;
use crate::export::Export;
use crate::finding::Finding;
use crate::report::{Report, Sum};
use crate::said::Said;
use crate::trust::Trust;

/// What the accounts between two objects are called.
pub(crate) const BETWEEN: &str = "between ";

/// What comes of looking at an entry: what it should be; nothing, if nobody knows; or what is wrong with it.
pub(crate) type Judged = Result<Option<Entry>, Finding>;

/// How something ended that was set aside.
struct Ended<'a> {
    by: &'a BookTransfer,
    /// What was given back of it since, in minor units.
    returned: u64,
}

/// An audit under way.
pub(crate) struct Audit<'a> {
    export: &'a Export,
    trust: &'a Trust,
    directory: &'a Directory,
    findings: Vec<Finding>,
    /// What was said, by object and by what it is about.
    said: BTreeMap<(&'a str, &'a str), Vec<Said>>,
    /// How many messages count.
    messages: usize,
    /// What waits for a purse, or waited, by the number of what brought it.
    waiting: BTreeMap<(PurseNumber, TransactionId), Money>,
    /// What was taken of that.
    taken: BTreeMap<(PurseNumber, TransactionId), String>,
    /// The auditor's own books of each object.
    books: BTreeMap<&'a str, Books>,
    /// What ended already of what was set aside, by object and name of the entry: how, and what was given back since.
    ended: BTreeMap<(&'a str, &'a str), Ended<'a>>,
    /// What is set aside, by object and name of the entry.
    pending: BTreeMap<(&'a str, &'a str), Entry>,
    came_in: BTreeMap<(String, &'static str), Sum>,
    /// What the bank moved within one holder's, or gave of its own, by its own word.
    by_itself: BTreeMap<(String, &'static str), Sum>,
    /// The fees that were taken, by purse and new key.
    fees: BTreeMap<(PurseNumber, Vec<u8>), String>,
    under_way: BTreeMap<&'static str, u64>,
    operators: BTreeSet<String>,
}

impl<'a> Audit<'a> {
    pub(crate) fn new(
        export: &'a Export,
        trust: &'a Trust,
        directory: &'a Directory,
        findings: Vec<Finding>,
    ) -> Self {
        Self {
            export,
            trust,
            directory,
            findings,
            said: BTreeMap::new(),
            messages: 0,
            waiting: BTreeMap::new(),
            taken: BTreeMap::new(),
            books: BTreeMap::new(),
            ended: BTreeMap::new(),
            pending: BTreeMap::new(),
            came_in: BTreeMap::new(),
            by_itself: BTreeMap::new(),
            fees: BTreeMap::new(),
            under_way: BTreeMap::new(),
            operators: BTreeSet::new(),
        }
    }

    /// Verifies everything that was signed. Each message is for one entry that there is.
    pub(crate) fn hear_all(&mut self) {
        let mut used = BTreeMap::<String, &str>::new();
        for (name, object) in &self.export.objects {
            let entries: BTreeSet<_> = object.transfers.iter().map(|one| one.id.as_str()).collect();
            for (about, proofs) in &object.proofs {
                if about.starts_with("purse ") {
                    self.messages += proofs.len();
                    continue;
                }
                for proof in proofs {
                    if !entries.contains(about.as_str()) {
                        self.findings.push(Finding::MessageWithoutEntry {
                            object: name.clone(),
                            message: proof.kind.as_str(),
                            entry: about.clone(),
                        });
                    }
                    let said = match Said::of(proof, self.trust, self.directory) {
                        Ok(said) => said,
                        Err(wrong) => {
                            let found = wrong.finding(name, proof.kind.as_str(), about);
                            self.findings.push(found);
                            continue;
                        }
                    };
                    if let Some(message) = said.identity() {
                        let before = used.insert(message.clone(), about);
                        self.messages += usize::from(before.is_none());
                        if let Some(first) = before.filter(|_| said.is_for_one()) {
                            self.findings.push(Finding::UsedTwice {
                                object: name.clone(),
                                message,
                                first: first.to_owned(),
                                second: about.clone(),
                            });
                        }
                    }
                    self.note(&said);
                    self.said.entry((name, about)).or_default().push(said);
                }
            }
        }
    }

    /// What one message says about other entries than its own.
    fn note(&mut self, said: &Said) {
        match said {
            Said::Movement(request) => {
                if let Some((purse, money)) = movements::brings_to(request) {
                    let number = number_of_transfer(&request.purse, &request.transaction);
                    self.waiting.insert((purse, number), money);
                }
            }
            Said::Command(_, key) => {
                self.operators.insert(key.clone());
            }
            _ => {}
        }
    }

    /// Looks at every entry in its order, and books what was signed for it.
    pub(crate) fn judge_all(&mut self) {
        for (name, object) in &self.export.objects {
            let mut seen = BTreeSet::new();
            self.books.entry(name).or_default();
            for transfer in &object.transfers {
                if !seen.insert(&transfer.id) {
                    self.findings.push(Finding::UsedTwice {
                        object: name.clone(),
                        message: "name of an entry".into(),
                        first: transfer.id.clone(),
                        second: transfer.id.clone(),
                    });
                }
                match self.judge(name, transfer) {
                    Ok(None) => {}
                    Ok(Some(entry)) => self.book(name, transfer, entry),
                    Err(found) => self.findings.push(found),
                }
            }
        }
    }

    fn book(&mut self, object: &'a str, transfer: &'a BookTransfer, entry: Entry) {
        if let Some(found) = differs(object, transfer, &entry) {
            self.findings.push(found);
        }
        let books = self.books.entry(object).or_default();
        books.book(transfer.kind, &entry);
        if transfer.kind == TransferKind::Pending {
            self.pending.insert((object, &transfer.id), entry);
        }
    }

    fn judge(&mut self, object: &'a str, transfer: &'a BookTransfer) -> Judged {
        let ends = match transfer.kind {
            TransferKind::Single | TransferKind::Pending => transfer.id.as_str(),
            TransferKind::Post | TransferKind::Void => transfer.of.as_deref().unwrap_or_default(),
        };
        let is_ending = ends != transfer.id;
        let crosses = transfer.credit.starts_with(BETWEEN) || transfer.debit.starts_with(BETWEEN);
        if crosses {
            // Nobody signs for what only changes its place. Both objects must say the same of it.
            return Ok(Some(claimed(transfer)));
        }
        if is_ending && !self.pending.contains_key(&(object, ends)) {
            // What it ends was found wrong, and is not booked.
            return Ok(None);
        }
        if is_ending {
            self.end_once(object, ends, transfer)?;
        }
        let of = |kind| self.has(object, ends, kind);
        if of(ProofKind::LocalPayment) || of(ProofKind::LocalAnswer) {
            return self.local(object, transfer);
        }
        if of(ProofKind::PurseReport) {
            return self.taken(object, transfer);
        }
        if of(ProofKind::MovementRequest) {
            return match is_ending {
                false => self.movement(object, transfer),
                true => self.movement_end(object, transfer, ends),
            };
        }
        let is_order = of(ProofKind::AuthorisationRequest)
            || of(ProofKind::Approval)
            || of(ProofKind::PursePayment);
        if is_order {
            return match is_ending {
                false => self.order(object, transfer),
                true => self.order_end(object, transfer, ends),
            };
        }
        if is_ending || transfer.kind == TransferKind::Pending {
            return self.outside(object, transfer);
        }
        match &transfer.of {
            Some(of) => self.refund(object, transfer, of),
            None if transfer.credit.starts_with("waiting ") => {
                self.refund_that_waits(object, transfer)
            }
            None => self.outside(object, transfer),
        }
    }

    /// What is set aside ends once.
    fn end_once(
        &mut self,
        object: &'a str,
        ends: &'a str,
        by: &'a BookTransfer,
    ) -> Result<(), Finding> {
        let ended = Ended { by, returned: 0 };
        match self.ended.insert((object, ends), ended) {
            None => Ok(()),
            Some(first) => Err(Finding::UsedTwice {
                object: object.to_owned(),
                message: format!("end of \"{ends}\""),
                first: first.by.id.clone(),
                second: by.id.clone(),
            }),
        }
    }

    fn has(&self, object: &str, about: &str, kind: ProofKind) -> bool {
        let proofs = self
            .export
            .objects
            .get(object)
            .and_then(|object| object.proofs.get(about));
        proofs.is_some_and(|proofs| proofs.iter().any(|proof| proof.kind == kind))
    }

    /// What was said about an entry, as `read` picks it.
    fn find<T>(
        &self,
        object: &'a str,
        about: &'a str,
        read: impl Fn(&Said) -> Option<T>,
    ) -> Option<T> {
        let said = self.said.get(&(object, about));
        said.into_iter().flatten().find_map(read)
    }

    fn is_bank(&self, domain: &Domain) -> bool {
        self.export.bank() == Some(domain)
    }

    /// Whether what stands on every account is what was signed.
    pub(crate) fn compare_balances(&mut self) {
        for (name, object) in &self.export.objects {
            let own = self.books.remove(name.as_str()).unwrap_or_default();
            let claimed = claimed_books(object);
            for (currency, difference) in claimed.sums() {
                if difference != 0 {
                    self.findings.push(Finding::Unbalanced {
                        object: name.clone(),
                        currency,
                        difference,
                    });
                }
            }
            let accounts: BTreeSet<_> = own.accounts().chain(claimed.accounts()).collect();
            for (account, currency) in accounts {
                let expected = own.standing(account, currency).sides();
                let claimed = claimed.standing(account, currency).sides();
                for ((side, expected), (_, claimed)) in expected.into_iter().zip(claimed) {
                    if expected == claimed {
                        continue;
                    }
                    let minor = |sum: i128| u64::try_from(sum.max(0)).unwrap_or(u64::MAX);
                    self.findings.push(Finding::BalanceDiffers {
                        object: name.clone(),
                        account: account.to_owned(),
                        currency,
                        side,
                        expected: minor(expected),
                        claimed: minor(claimed),
                    });
                }
            }
        }
    }

    pub(crate) fn report(self) -> Report {
        let objects = self.export.objects.values();
        Report {
            bank: self.export.bank().map(ToString::to_string),
            objects: self.export.objects.len(),
            accounts: objects.clone().map(|one| one.accounts.len()).sum(),
            entries: objects.map(|one| one.transfers.len()).sum(),
            messages: self.messages,
            came_in: self.came_in.into_values().collect(),
            by_itself: self.by_itself.into_values().collect(),
            under_way: self.under_way,
            operators: match self.trust.operators {
                Some(_) => Vec::new(),
                None => self.operators.into_iter().collect(),
            },
            findings: self.findings,
        }
    }
}

/// What a bank says stands on the accounts of an object once all its entries are booked.
fn claimed_books(object: &crate::export::Object) -> Books {
    let mut books = Books::default();
    for (_, account) in &object.accounts {
        books.open(&account.name, account.currency, Standing::claimed(account));
    }
    // Accounts are read before transfers: what came in between is added as it is said to be.
    let positions: BTreeMap<_, _> = object
        .accounts
        .iter()
        .map(|(position, account)| ((account.name.as_str(), account.currency.code()), *position))
        .collect();
    for transfer in &object.transfers {
        let code = transfer.money.currency.code();
        let is_new = |name: &str| {
            let position = positions.get(&(name, code));
            position.is_none_or(|position| transfer.number > *position)
        };
        let sides = (is_new(&transfer.debit), is_new(&transfer.credit));
        books.book_sides(transfer.kind, &claimed(transfer), sides);
    }
    books
}

/// An entry as the bank says it is.
fn claimed(transfer: &BookTransfer) -> Entry {
    Entry {
        debit: transfer.debit.clone(),
        credit: transfer.credit.clone(),
        money: transfer.money,
    }
}

/// Whether an entry is another than was signed.
fn differs(object: &str, transfer: &BookTransfer, expected: &Entry) -> Option<Finding> {
    let (object, entry) = (object.to_owned(), transfer.id.clone());
    let said = claimed(transfer);
    if (&said.debit, &said.credit, said.money.currency)
        != (&expected.debit, &expected.credit, expected.money.currency)
    {
        let words = |entry: &Entry| {
            let Entry {
                debit,
                credit,
                money,
            } = entry;
            format!("{money} from \"{debit}\" to \"{credit}\"")
        };
        return Some(Finding::MovesElsewhere {
            object,
            entry,
            expected: words(expected),
            claimed: words(&said),
        });
    }
    (said.money != expected.money).then(|| Finding::AmountDiffers {
        object,
        entry,
        currency: expected.money.currency.code(),
        expected: expected.money.minor,
        claimed: said.money.minor,
    })
}

/// That nobody signed for an entry.
fn unsigned<T>(object: &str, transfer: &BookTransfer, missing: &'static str) -> Result<T, Finding> {
    Err(Finding::EntryWithoutMessage {
        object: object.to_owned(),
        entry: transfer.id.clone(),
        missing,
    })
}

/// That what was signed is about something else.
fn unfit<T>(object: &str, transfer: &BookTransfer, why: &'static str) -> Result<T, Finding> {
    Err(Finding::DoesNotFit {
        object: object.to_owned(),
        entry: transfer.id.clone(),
        why,
    })
}
