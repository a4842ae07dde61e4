//! Prepaid cards (EP 1 221 669, Figs 5, 10 and 11): they belong to whoever has them, have no private key, and are
//! relayed by a purse that signs as their agent.

use serde::Deserialize;
use sha2::{Digest, Sha256};
use tallystick_protocol::bank::{InstructionKind, PurseOpening};
use tallystick_protocol::purse::{
    Endpoint, HISTORY_START, HistoryPolicy, MovementRequest, PrepaidState, PurseCertificate,
    PurseKind, PurseNumber,
};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::money::Currency;
use tallystick_protocol::wire::time::Timestamp;

use super::alerts::{self, Alert};
use super::banking_system::BankingSystem;
use super::conversation::keyed_fault;
use super::instructions::{self, Told};
use super::purses::{Head, Purse};
use super::{Bank, ends};
use crate::issuer::accounts;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{Ports, Tables};
use crate::store::once::{Command, FOR_GOOD, KEY_MAX_BYTES, once};
use crate::store::typed;

/// For how long a prepaid card is good, in seconds (five years).
const GOOD_SECONDS: u64 = 5 * 365 * 86_400;

/// How many cards an account gets in [`ISSUED_SECONDS`].
const ISSUED_MAX: u64 = 16;
/// The time in which they are counted, in seconds (one day).
const ISSUED_SECONDS: u64 = 86_400;

/// The body of `POST /v1/prepaid-cards`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    currency: String,
    /// Drawn by whoever asks: the same again is the same card.
    key: String,
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// `POST /v1/prepaid-cards`, in a sandbox alone: an empty card with what has to be written into it.
    pub(super) async fn issue_prepaid(&self, request: &Incoming) -> Result<Answer, Fault> {
        self.require_sandbox()?;
        let wanted: Wanted = web::json_body(request)?;
        if !(1..=KEY_MAX_BYTES).contains(&wanted.key.len()) {
            return Err(Fault::malformed("A key has between 1 and 64 bytes."));
        }
        let currency: Currency = wanted.currency.parse().map_err(Fault::malformed)?;
        if !self.config.currencies.contains(&currency) {
            return Err(Fault::new(Kind::OtherCurrency, ""));
        }
        self.purse_key().await?;
        let office = &self.issuer.office;
        let command = Command {
            what: "prepaid",
            key: &wanted.key,
            digest: &Sha256::digest(request.body()).into(),
            keep_until: FOR_GOOD,
        };
        let number = office.transaction(|tables| {
            once(tables, &command, |tables| {
                let purse = self.new_prepaid(currency);
                self.open_purse(tables, &purse)?;
                Ok(purse.number.0.to_vec())
            })
        })?;
        let number = PurseNumber::try_from(number.as_slice()).map_err(|_| Fault::internal())?;
        let opening: PurseOpening = self.opening(&number.to_string(), None).await?;
        Ok(web::cbor(encode(&opening)))
    }

    /// An empty card for whoever has an account, with what has to be written into it; the same to the same instruction.
    /// It is nobody's in the books: that this account asked for it is kept with the instruction alone.
    ///
    /// # Errors
    /// [`Kind::OverCap`]; [`Kind::AccountEnded`]; [`Kind::WrongClock`] of an instruction that is old, and new here.
    pub(super) async fn issue_told(&self, told: &Told) -> Result<PurseOpening, Fault> {
        let office = &self.issuer.office;
        let number = office.transaction(|tables| {
            let known = "SELECT purse FROM bank_instructions WHERE digest = ?";
            if let Some(number) = typed::one(tables, known, &[(*told.digest()).into()])? {
                return Ok(number);
            }
            self.require_fresh(told.instruction.at)?;
            let now = office.now();
            let own = ends::own_account(tables, &told.instruction.holder, now)?;
            require_few(tables, own.account, now)?;
            let limit = accounts::limit(tables, own.account)?.ok_or_else(Fault::internal)?;
            let purse = self.new_prepaid(limit.currency);
            self.open_purse(tables, &purse)?;
            instructions::keep(tables, told, Some(purse.number), now)?;
            Ok::<_, Fault>(purse.number)
        })?;
        office.log("prepaid-issued", None, "ok");
        self.opening(&number.to_string(), None).await
    }

    fn new_prepaid(&self, currency: Currency) -> Purse {
        let now = self.issuer.office.now();
        Purse {
            number: self.draw_number(),
            kind: PurseKind::Prepaid,
            account: None,
            holder: None,
            currency,
            public_key: None,
            key_certificate: None,
            opened_at: now,
            expires_at: now.plus_seconds(GOOD_SECONDS),
            checkpoint: 0,
            known: START,
            seen: START,
            seen_checkpoint: 0,
            seen_at: Timestamp(0),
            reported: 0,
            limits: self.config.limits,
            // It reports nothing, so that the bank never knows its history.
            policy: HistoryPolicy::EraseOldest,
            blocked_at: None,
            closed_at: None,
        }
    }

    /// The prepaid card that a request shows and has for an end, verified.
    ///
    /// # Errors
    /// [`Kind::WrongSource`] if the card is no end; those of [`Bank::known_prepaid`].
    pub(super) async fn shown_prepaid(
        &self,
        request: &MovementRequest,
    ) -> Result<Option<PurseNumber>, Fault> {
        let named = [&request.source, &request.destination];
        let named = named.into_iter().find_map(|end| match end {
            Endpoint::Prepaid(number) => Some(*number),
            _ => None,
        });
        let Some(shown) = &request.prepaid else {
            return Ok(None);
        };
        // Nothing is noted of a time that is still to come.
        let at = request.at.min(self.issuer.office.now());
        let number = self.known_prepaid(shown, at).await?;
        if named == Some(number) {
            return Ok(Some(number));
        }
        let other = "Another card is shown than moves.";
        Err(Fault::new(Kind::WrongSource, other))
    }

    /// The prepaid card that a purse shows at that time, verified: its certificate (SGN3), its balance (SGN4), and its
    /// state beside what is known of it.
    ///
    /// # Errors
    /// [`Kind::BadCheckpoint`] if the bank did not sign what it shows; those of its state.
    pub(super) async fn known_prepaid(
        &self,
        shown: &PrepaidState,
        at: Timestamp,
    ) -> Result<PurseNumber, Fault> {
        let key = self.purse_key().await?;
        let certificate: PurseCertificate =
            keyed::open(&shown.certificate, &key.public).map_err(keyed_fault)?;
        let office = &self.issuer.office;
        let number = certificate.number;
        if certificate.kind != PurseKind::Prepaid {
            let other = "What is shown is no prepaid card.";
            return Err(Fault::new(Kind::WrongSource, other));
        }
        if certificate.bank != office.settings.domain {
            return Err(Fault::new(
                Kind::WrongRecipient,
                "The card is of another bank.",
            ));
        }
        if certificate.expires_at <= office.now() {
            return Err(Fault::new(Kind::AccountEnded, "The card has ended."));
        }
        if !shown.has_its_checkpoint(&number, &key.public) {
            office.transaction(|tables| {
                let about = (&number, shown.state.sequence);
                alerts::raise(tables, Alert::BadCheckpoint, about, None, office.now())
            })?;
            return Err(Fault::new(Kind::BadCheckpoint, ""));
        }
        self.take_notice(&number, &shown.state, at)?;
        Ok(number)
    }
}

/// Requires that an account did not get too many cards of late.
fn require_few(tables: &dyn Tables, account: i64, now: Timestamp) -> Result<(), Fault> {
    let sql =
        "SELECT count(*) FROM bank_instructions WHERE account = ? AND what = ? AND received_at > ?";
    let since = Timestamp(now.0.saturating_sub(ISSUED_SECONDS));
    let what = InstructionKind::IssuePrepaid.as_str();
    let issued: Option<u64> =
        typed::one(tables, sql, &[account.into(), what.into(), since.into()])?;
    if issued.unwrap_or(0) < ISSUED_MAX {
        return Ok(());
    }
    Err(Fault::new(
        Kind::OverCap,
        "An account gets at most 16 prepaid cards a day.",
    ))
}

/// Where every history begins.
pub(super) const START: Head = Head {
    sequence: 0,
    hash: HISTORY_START,
};
