//! Shows an auditor the books of this object with everything that was signed for them, page by page, each read at one
//! moment: `GET /v1/evidence?part=transfers&after=0`. The header `link` of each page says where the next one is (RFC
//! 8288), through all parts of all objects, so that whoever follows it from `GET /v1/evidence` has the bank's whole
//! books. What the bank itself decided and nobody asked for yet is signed now.

use http::header::LINK;
use minicbor::bytes::ByteVec;
use tallystick_protocol::bank::{
    BookAccount, BookHolder, BookPurse, BookTransfer, EvidencePage, EvidencePart, Proof, ProofKind,
    TransferKind,
};
use tallystick_protocol::purse::{MovementVerdict, PurseCertificate, PurseNumber};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use super::Bank;
use super::account_number;
use super::banking_system::BankingSystem;
use super::local;
use super::movements;
use super::purses::{self, Purse};
use super::statements;
use crate::issuer::books;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::Place;
use crate::ports::{DatabaseError, Ports, Row, Tables, Value};
use crate::store::typed;

/// The most accounts, holders, purses or transfers on a page.
const PAGE: u32 = 100;
/// A page takes no further transfer once its proofs have so many bytes.
const PROOF_BYTES: usize = 1024 * 1024;

/// What is asked for.
struct Wanted {
    part: EvidencePart,
    after: u64,
}

/// What of a page must still be signed: the purses whose certificates, and the movements whose verdicts.
#[derive(Default)]
struct Unsigned {
    certificates: Vec<String>,
    verdicts: Vec<(String, Timestamp)>,
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// `GET /v1/evidence?part=…&after=…`, for whoever may see the console; with `shard=` the books of that shard.
    pub(super) async fn show_books(&self, request: &Incoming) -> Result<Answer, Fault> {
        let office = &self.issuer.office;
        office.require_console(request)?;
        let wanted = wanted(request.uri().query().unwrap_or_default())?;
        let (mut page, unsigned) = self.read_page(office.tables(), &wanted)?;
        if !page.purses.is_empty() {
            page.bank_certificate = Some(self.purse_key().await?.certificate.clone().into());
        }
        for (purse, reference) in page.purses.iter_mut().zip(&unsigned.certificates) {
            let certificate = self
                .said::<PurseCertificate>(statements::CERTIFICATE, reference)
                .await?;
            purse.certificate = certificate.ok_or_else(Fault::internal)?;
        }
        for (reference, at) in unsigned.verdicts {
            let verdict = self
                .said::<MovementVerdict>(statements::VERDICT, &reference)
                .await?;
            page.proofs.extend(verdict.map(|signed| Proof {
                kind: ProofKind::MovementVerdict,
                about: format!("end {reference}"),
                signed,
                key: None,
                at,
            }));
        }
        let mut answer = web::cbor(encode(&page));
        if let Some(next) = self.next_page(&page)?
            && let Ok(link) = format!("<{next}>; rel=\"next\"").parse()
        {
            answer.headers_mut().insert(LINK, link);
        }
        Ok(answer)
    }

    /// Where the page behind this one is: of the same part, the next part, or the next object.
    fn next_page(&self, page: &EvidencePage) -> Result<Option<String>, Fault> {
        let office = &self.issuer.office;
        let mut parts = EvidencePart::ALL.into_iter();
        let next_part = parts.by_ref().skip_while(|part| *part != page.part).nth(1);
        let (place, part, after) = match (page.next, next_part) {
            (Some(after), _) => (office.place(), page.part, after),
            (None, Some(part)) => (office.place(), part, 0),
            (None, None) => {
                let shards = office.spread()?.shards;
                let mut places = Place::beside_the_office(office.settings.role, shards);
                match places.find(|place| *place > office.place()) {
                    Some(place) => (place, EvidencePart::Accounts, 0),
                    None => return Ok(None),
                }
            }
        };
        let shard = match place {
            Place::Office => String::new(),
            place => format!("&shard={}", place.short_name()),
        };
        let part = part.as_str();
        Ok(Some(format!(
            "/v1/evidence?part={part}&after={after}{shard}"
        )))
    }

    fn read_page(
        &self,
        tables: &dyn Tables,
        wanted: &Wanted,
    ) -> Result<(EvidencePage, Unsigned), Fault> {
        let office = &self.issuer.office;
        let newest = "SELECT coalesce(max(number), 0) FROM transfers";
        let mut page = EvidencePage {
            bank: office.settings.domain.clone(),
            object: office.place().to_string(),
            at_ms: office.now_ms(),
            position: typed::one(tables, newest, &[])?.unwrap_or(0),
            part: wanted.part,
            next: None,
            accounts: Vec::new(),
            holders: Vec::new(),
            purses: Vec::new(),
            transfers: Vec::new(),
            proofs: Vec::new(),
            bank_certificate: None,
        };
        let mut unsigned = Unsigned::default();
        match wanted.part {
            EvidencePart::Accounts => read_accounts(tables, wanted.after, &mut page)?,
            EvidencePart::Holders => read_holders(tables, wanted.after, &mut page)?,
            EvidencePart::Purses => {
                unsigned.certificates = read_purses(tables, wanted.after, &mut page)?;
            }
            EvidencePart::Transfers => {
                unsigned.verdicts = read_transfers(tables, wanted.after, &mut page)?;
            }
        }
        Ok((page, unsigned))
    }
}

fn wanted(query: &str) -> Result<Wanted, Fault> {
    let unread = || {
        let how = "Name a part (accounts, holders, purses, transfers) and behind what it begins.";
        Fault::new(Kind::Malformed, how)
    };
    let value = |name: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .into_iter()
            .find_map(|(key, value)| (key == name).then_some(value))
    };
    let first = EvidencePart::Accounts;
    let part = value("part").map_or(Some(first), EvidencePart::from_name);
    let after = value("after").unwrap_or("0").parse();
    Ok(Wanted {
        part: part.ok_or_else(unread)?,
        after: after.map_err(|_| unread())?,
    })
}

/// Whether a page is full, and so where the next one begins.
fn next_after(rows: &[Row]) -> Result<Option<u64>, DatabaseError> {
    let last = rows.last().filter(|_| rows.len() == PAGE as usize);
    last.map(|row| row.number(0)).transpose()
}

fn read_accounts(
    tables: &dyn Tables,
    after: u64,
    page: &mut EvidencePage,
) -> Result<(), DatabaseError> {
    let sql = "SELECT account, name, kind, currency, debits_pending, debits_posted, credits_pending, credits_posted
        FROM accounts WHERE account > ? ORDER BY account LIMIT ?";
    let rows = tables.run(sql, &[after.into(), PAGE.into()])?;
    for row in &rows {
        page.accounts.push(BookAccount {
            name: row.text(1)?.to_owned(),
            kind: row.text(2)?.to_owned(),
            currency: currency(row, 3)?,
            debits_pending: row.number(4)?,
            debits_posted: row.number(5)?,
            credits_pending: row.number(6)?,
            credits_posted: row.number(7)?,
        });
    }
    page.next = next_after(&rows)?;
    Ok(())
}

fn currency(row: &Row, at: usize) -> Result<Currency, DatabaseError> {
    row.text(at)?.parse().map_err(|_| DatabaseError::Shape(at))
}

fn read_holders(tables: &dyn Tables, after: u64, page: &mut EvidencePage) -> Result<(), Fault> {
    let sql = "SELECT account, card_number FROM issuer_accounts WHERE account > ? ORDER BY account LIMIT ?";
    let certificates = "SELECT certificate FROM issuer_holders WHERE account = ? AND certificate IS NOT NULL
        UNION SELECT certificate FROM issuer_revoked_holders WHERE account = ? AND certificate IS NOT NULL";
    let rows = tables.run(sql, &[after.into(), PAGE.into()])?;
    for row in &rows {
        let account = row.integer(0)?;
        let values = [account.into(), account.into()];
        let signs: Vec<Vec<u8>> = typed::all(tables, certificates, &values)?;
        page.holders.push(BookHolder {
            ledger: books::name_of(account),
            number: account_number::as_integer(row.text(1)?).ok_or_else(Fault::internal)?,
            certificates: signs.into_iter().map(ByteVec::from).collect(),
        });
    }
    page.next = next_after(&rows)?;
    Ok(())
}

/// Returns the references of the purses' certificates.
fn read_purses(
    tables: &dyn Tables,
    after: u64,
    page: &mut EvidencePage,
) -> Result<Vec<String>, Fault> {
    let sql = "SELECT rowid, number FROM bank_purses WHERE rowid > ? ORDER BY rowid LIMIT ?";
    let rows = tables.run(sql, &[after.into(), PAGE.into()])?;
    let mut certificates = Vec::new();
    for row in &rows {
        let number = PurseNumber::try_from(row.blob(1)?).map_err(|_| Fault::internal())?;
        let purse: Purse = purses::require(tables, &number)?;
        certificates.push(purse.reference());
        let about = purses::ledger_name(&number);
        page.proofs.extend(kept(tables, &about)?);
        page.proofs.extend(renewed_keys(tables, &about, &number)?);
        page.purses.push(BookPurse {
            number,
            kind: purse.kind,
            account: purse.account.map(books::name_of),
            currency: purse.currency,
            certificate: Vec::new(),
        });
    }
    page.next = next_after(&rows)?;
    Ok(certificates)
}

/// Returns the references of the verdicts.
fn read_transfers(
    tables: &dyn Tables,
    after: u64,
    page: &mut EvidencePage,
) -> Result<Vec<(String, Timestamp)>, Fault> {
    let sql = "SELECT t.number, t.id, d.name, c.name, t.minor, d.currency, t.kind, coalesce(t.pending_id, t.reverses),
            t.at_ms
        FROM transfers t JOIN accounts d ON d.account = t.debit JOIN accounts c ON c.account = t.credit
        WHERE t.number > ? ORDER BY t.number LIMIT ?";
    let rows = tables.run(sql, &[after.into(), PAGE.into()])?;
    let (mut verdicts, mut bytes) = (Vec::new(), 0);
    page.next = next_after(&rows)?;
    for row in &rows {
        if bytes > PROOF_BYTES {
            page.next = page.transfers.last().map(|transfer| transfer.number);
            break;
        }
        let transfer = transfer_of(row)?;
        let found = proofs_of(tables, &transfer)?;
        bytes += found.iter().map(|proof| proof.signed.len()).sum::<usize>();
        page.proofs.extend(found);
        if let Some(reference) = transfer.id.strip_prefix("end ") {
            let at = Timestamp(transfer.at_ms / 1000);
            verdicts.push((reference.to_owned(), at));
        }
        page.transfers.push(transfer);
    }
    if page.next.is_none() {
        page.proofs.extend(without_transfer(tables)?);
    }
    Ok(verdicts)
}

fn transfer_of(row: &Row) -> Result<BookTransfer, DatabaseError> {
    let kind = TransferKind::from_name(row.text(6)?);
    Ok(BookTransfer {
        number: row.number(0)?,
        id: row.text(1)?.to_owned(),
        debit: row.text(2)?.to_owned(),
        credit: row.text(3)?.to_owned(),
        money: Money::new(row.number(4)?, currency(row, 5)?),
        kind: kind.ok_or(DatabaseError::Shape(6))?,
        of: if row.is_null(7) {
            None
        } else {
            Some(row.text(7)?.to_owned())
        },
        at_ms: row.number(8)?,
    })
}

/// What was signed for a transfer by others.
fn proofs_of(tables: &dyn Tables, transfer: &BookTransfer) -> Result<Vec<Proof>, Fault> {
    let mut proofs = kept(tables, &transfer.id)?;
    proofs.extend(told_by_holder(tables, transfer)?);
    let (word, reference) = transfer.id.split_once(' ').unwrap_or_default();
    if word == "local" {
        proofs.extend(local::proofs_of(tables, &transfer.id, reference)?);
        return Ok(proofs);
    }
    let number = transfer.debit.strip_prefix("purse ");
    let named = match word {
        "move" | "end" => movements::read_reference(reference),
        "reserve" => number.and_then(|number| {
            let root: TransactionId = reference.parse().ok()?;
            Some((number.parse().ok()?, root))
        }),
        _ => None,
    };
    let Some((purse, transaction)) = named else {
        return Ok(proofs);
    };
    let Some(movement) = movements::find(tables, &purse, &transaction)? else {
        return Ok(proofs);
    };
    let (kind, signed) = match word {
        "move" => (ProofKind::MovementRequest, movement.asked),
        "end" => (ProofKind::MovementReply, movement.reply),
        _ => (ProofKind::PursePayment, movement.asked),
    };
    proofs.extend(signed.map(|signed| Proof {
        kind,
        about: transfer.id.clone(),
        signed,
        key: None,
        at: movement.received_at,
    }));
    Ok(proofs)
}

/// The keys that were certified for a purse after its first.
fn renewed_keys(
    tables: &dyn Tables,
    about: &str,
    purse: &PurseNumber,
) -> Result<Vec<Proof>, DatabaseError> {
    let sql = "SELECT signed, certificate, permitted_at FROM bank_renewals
        WHERE purse = ? AND certificate IS NOT NULL ORDER BY permitted_at";
    let rows: Vec<(Vec<u8>, Vec<u8>, Timestamp)> = typed::all(tables, sql, &[(*purse).into()])?;
    let proof = |(signed, certificate, at): (_, Vec<u8>, _)| Proof {
        kind: ProofKind::RenewedKey,
        about: about.to_owned(),
        signed,
        key: Some(certificate.into()),
        at,
    };
    Ok(rows.into_iter().map(proof).collect())
}

/// What a holder agreed to or told the bank, by which this transfer may be made: a new key and its fee; that a purse
/// is closed or lost; that an account is closed.
fn told_by_holder(tables: &dyn Tables, transfer: &BookTransfer) -> Result<Vec<Proof>, Fault> {
    let mut words = transfer.id.split(' ');
    let word = words.next().unwrap_or_default();
    let mut purse = || {
        let purse: Option<PurseNumber> = words.find_map(|word| word.parse().ok());
        purse.map(Value::from)
    };
    let (sql, of) = match word {
        "fee" => (FEE, purse()),
        "closed" | "payback" | "passed-on" | "reclaim" | "borne" | "unborne" => {
            (GONE_PURSE, purse())
        }
        "outside" => (
            CLOSED_ACCOUNT,
            books::account_of(&transfer.debit).map(Value::from),
        ),
        _ => return Ok(Vec::new()),
    };
    let Some(of) = of else {
        return Ok(Vec::new());
    };
    let rows: Vec<(String, Vec<u8>, Timestamp)> = typed::all(tables, sql, &[of])?;
    let proof = |(kind, signed, at): (String, _, _)| {
        Ok(Proof {
            kind: ProofKind::from_name(&kind).ok_or_else(Fault::internal)?,
            about: transfer.id.clone(),
            signed,
            key: None,
            at,
        })
    };
    rows.into_iter().map(proof).collect()
}

const FEE: &str = "SELECT 'key-renewal', signed, permitted_at FROM bank_renewals WHERE purse = ?
    ORDER BY permitted_at DESC LIMIT 16";
const GONE_PURSE: &str = "SELECT 'instruction', signed, received_at FROM bank_instructions
    WHERE purse = ? AND what IN ('close-purse', 'block-purse') ORDER BY received_at LIMIT 16";
const CLOSED_ACCOUNT: &str = "SELECT 'instruction', signed, received_at FROM bank_instructions
    WHERE account = ? AND what = 'close-account' ORDER BY received_at LIMIT 16";

type Kept = (String, String, Vec<u8>, Option<Vec<u8>>, Timestamp);

/// What was kept about this.
fn kept(tables: &dyn Tables, about: &str) -> Result<Vec<Proof>, Fault> {
    let sql =
        "SELECT about, kind, signed, key, at FROM payer_evidence WHERE about = ? ORDER BY number";
    let rows: Vec<Kept> = typed::all(tables, sql, &[about.into()])?;
    rows.into_iter().map(proof).collect()
}

fn proof((about, kind, signed, key, at): Kept) -> Result<Proof, Fault> {
    Ok(Proof {
        kind: ProofKind::from_name(&kind).ok_or_else(Fault::internal)?,
        about,
        signed,
        key: key.map(ByteVec::from),
        at,
    })
}

/// What was signed for transfers that are not there: there should be none.
fn without_transfer(tables: &dyn Tables) -> Result<Vec<Proof>, Fault> {
    let sql = "SELECT about, kind, signed, key, at FROM payer_evidence e
        WHERE about NOT LIKE 'purse %' AND NOT EXISTS (SELECT 1 FROM transfers t WHERE t.id = e.about) LIMIT ?";
    let rows: Vec<Kept> = typed::all(tables, sql, &[PAGE.into()])?;
    let mut proofs: Vec<_> = rows.into_iter().map(proof).collect::<Result<_, _>>()?;
    let sql = "SELECT 'move ' || lower(hex(transaction_id)) || ' ' || lower(hex(purse)), 'movement-request', asked,
            NULL, received_at
        FROM bank_movements WHERE asked IS NOT NULL AND reference IS NULL AND NOT EXISTS (SELECT 1 FROM transfers t
            WHERE t.id = 'move ' || lower(hex(transaction_id)) || ' ' || lower(hex(purse))) LIMIT ?";
    let rows: Vec<Kept> = typed::all(tables, sql, &[PAGE.into()])?;
    for row in rows {
        proofs.push(proof(row)?);
    }
    Ok(proofs)
}
