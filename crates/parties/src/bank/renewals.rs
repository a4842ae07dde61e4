//! Permits a purse a new key, and sets the fee for it aside (EP 1 221 669, S1 and S2). What is refused leaves nothing: the
//! old key stays as it is (T004-43).

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use tallystick_protocol::account::CardExpiry;
use tallystick_protocol::bank::{Fee, KeyRenewal, RenewalOutcome, RenewalPermit, RenewalRequest};
use tallystick_protocol::purse::{PurseKind, key_digest};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::trust::statement::{Audience, SignedMessage, Verified, open, unverified};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::money::Money;

use super::Bank;
use super::banking_system::BankingSystem;
use super::charges::{Charge, ChargeState, Covered};
use super::conversation::keyed_fault;
use super::purses::{self, Purse};
use super::speaking::{self, Renewal, RenewalState};
use super::{account_number, continuing, ends};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::{Asked, Key};
use crate::payer::EVIDENCE_SECONDS;
use crate::ports::{Ports, Tables};
use crate::store::once::{Command, FOR_GOOD, before, once};
use crate::store::typed;

/// Whose purse a request is about, which the renewal names in clear.
pub(super) fn purse_of(asked: &Asked<'_>) -> Option<Key> {
    let said = unverified::<RenewalRequest>(asked.body).ok()?;
    key_of(&said.renewal)
}

/// The object of the purse that a renewal names.
pub(super) fn key_of(renewal: &[u8]) -> Option<Key> {
    let renewal: KeyRenewal = keyed::unverified(renewal).ok()?;
    let number = renewal.purse.0;
    let mut name = [0; 32];
    name[..number.len()].copy_from_slice(&number);
    let start = Some(number[0]);
    Some(Key { start, name })
}

/// A renewal that was asked for and not decided before.
struct New<'a> {
    said: &'a RenewalRequest,
    renewal: &'a KeyRenewal,
    key: [u8; 32],
    /// Its fee is not in the schedule, and was when the holder agreed to it.
    is_promised: bool,
}

/// What is decided about a renewal.
enum Decision {
    /// The encoded permit, which stays.
    Permitted(Vec<u8>),
    /// Nothing stays of it.
    Refused(RenewalOutcome),
    /// The fee is ordered outside by this name; without it nothing is decided.
    Waits(String),
}

/// What comes of considering a renewal.
type Considered = Result<RenewalPermit, Decision>;

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// `POST /v1/purse-renewals`. Once it permits, it says the same when it is asked again; whom it refused may ask anew.
    pub(super) async fn permit_renewal(&self, request: &Incoming) -> Result<Answer, Fault> {
        let office = &self.issuer.office;
        let said = self
            .said_by_authority::<RenewalRequest>(request, "renewals", |said| &said.envelope.from)?;
        let renewal = self.claimed_renewal(&said.message.renewal)?;
        let key = key_digest(&renewal.new_public_key);
        said.require_transaction(&key)?;
        let name = HEXLOWER.encode(&key);
        let command = Command {
            what: "renewal",
            key: &name,
            digest: &Sha256::digest(encode(&renewal)).into(),
            keep_until: FOR_GOOD,
        };
        let permit = match before(office.tables(), &command)? {
            Some(permit) => decode(&permit)?,
            None => {
                let new = New {
                    said: &said.message,
                    renewal: &renewal,
                    key,
                    is_promised: self.was_agreed_to(&renewal).await?,
                };
                self.decide_renewal(&new, &command).await?
            }
        };
        Ok(web::cose(office.say(&permit).await?))
    }

    /// A statement of a registration authority to which the bank listens.
    pub(super) fn said_by_authority<M: SignedMessage>(
        &self,
        request: &Incoming,
        route: &'static str,
        from: impl Fn(&M) -> &tallystick_protocol::wire::identifier::Domain,
    ) -> Result<Verified<M>, Fault> {
        let office = &self.issuer.office;
        let body = web::body_as(request, web::COSE)?;
        let identity = office.identity()?;
        let role = Role::RegistrationAuthority;
        let said = open::<M>(body, &identity.anchors, office.now(), role)?;
        said.require_recipient(&office.as_audience())?;
        let authority = from(&said.message);
        self.require_authority(authority)?;
        office.admit_sender(route, authority)?;
        Ok(said)
    }

    /// What a renewal claims, for this bank and with a key that is one. Nobody's signature is verified.
    pub(super) fn claimed_renewal(&self, signed: &[u8]) -> Result<KeyRenewal, Fault> {
        let renewal: KeyRenewal = keyed::unverified(signed).map_err(keyed_fault)?;
        if renewal.bank != self.issuer.office.settings.domain {
            return Err(Fault::new(Kind::WrongRecipient, "It names another bank."));
        }
        VerifyingKey::from_spki(&renewal.new_public_key)?;
        Ok(renewal)
    }

    /// Whether a renewal names a fee that is not in the schedule and was promised.
    async fn was_agreed_to(&self, renewal: &KeyRenewal) -> Result<bool, Fault> {
        let (option, amount) = (renewal.fee, renewal.amount);
        if self.fee_for(option, amount.currency) == Some(amount) {
            return Ok(false);
        }
        self.is_fee_promised(&Fee { option, amount }).await
    }

    async fn decide_renewal(
        &self,
        new: &New<'_>,
        command: &Command<'_>,
    ) -> Result<RenewalPermit, Fault> {
        let mut decided = self.decision(new, command)?;
        if let Decision::Waits(fee) = &decided {
            self.order_now(fee).await?;
            decided = self.decision(new, command)?;
        }
        let permit = match decided {
            Decision::Permitted(permit) => decode(&permit)?,
            Decision::Refused(outcome) => self.permit(new, outcome),
            Decision::Waits(_) => {
                let silent = "The bank outside did not say yet whether it gives the fee.";
                return Err(Fault::new(Kind::Unreachable, silent));
            }
        };
        self.issuer
            .office
            .log("renewal", None, permit.outcome.as_str());
        Ok(permit)
    }

    fn decision(&self, new: &New<'_>, command: &Command<'_>) -> Result<Decision, Fault> {
        self.issuer.office.transaction(|tables| {
            if let Some(permit) = before(tables, command)? {
                return Ok(Decision::Permitted(permit));
            }
            match self.consider(tables, new)? {
                Ok(permit) => {
                    let permit = once(tables, command, |_| Ok(encode(&permit)))?;
                    Ok(Decision::Permitted(permit))
                }
                Err(decision) => Ok(decision),
            }
        })
    }

    fn permit(&self, new: &New<'_>, outcome: RenewalOutcome) -> RenewalPermit {
        let to = Audience::Party(new.said.envelope.from.clone());
        let office = &self.issuer.office;
        RenewalPermit {
            envelope: office.envelope(to, new.key, EVIDENCE_SECONDS),
            outcome,
            fee: None,
            expires_at: None,
        }
    }

    /// Permits a new key, or says what speaks against it.
    fn consider(&self, tables: &dyn Tables, new: &New<'_>) -> Result<Considered, Fault> {
        let refused = |outcome| Ok(Err(Decision::Refused(outcome)));
        let found = purses::find(tables, &new.renewal.purse)?;
        let is_of_account = |purse: &Purse| purse.kind == PurseKind::Account;
        let Some(purse) = found.filter(is_of_account) else {
            return refused(RenewalOutcome::UnknownPurse);
        };
        let settled = match speaking::hear::<KeyRenewal>(tables, &purse, &new.said.renewal) {
            Ok(heard) => speaking::settle(tables, purse, &heard, self.issuer.office.now())?,
            Err(fault) if fault.kind == Kind::BadSignature || fault.kind == Kind::Malformed => {
                return refused(RenewalOutcome::BadSignature);
            }
            Err(fault) => return Err(fault),
        };
        let Some(purse) = settled else {
            return refused(RenewalOutcome::BadSignature);
        };
        let account = match self.require_continuable(tables, &purse) {
            Ok(account) => account,
            Err(fault) if fault.kind == Kind::AccountEnded => {
                return refused(RenewalOutcome::AccountEnded);
            }
            Err(_) => return refused(RenewalOutcome::PurseBlocked),
        };
        let agreed = new.renewal.amount;
        let due = match self.fee_for(new.renewal.fee, purse.currency) {
            _ if new.is_promised && agreed.currency == purse.currency => agreed,
            Some(due) if due == agreed => due,
            Some(_) => return refused(RenewalOutcome::FeeDiffers),
            None => return refused(RenewalOutcome::FeeOptionNotOffered),
        };
        let replaces = speaking::present_key(&purse)?;
        if replaces == new.key {
            let present = "This key is the purse's already.";
            return Err(Fault::new(Kind::Replayed, present));
        }
        let fee = match self.charge(tables, new, (&purse, account), replaces, due)? {
            Some(Covered::Yes(fee)) => Some(fee),
            None => None,
            Some(Covered::No) => return refused(RenewalOutcome::FeeNotCovered),
            Some(Covered::Ordered(name)) => return Ok(Err(Decision::Waits(name))),
        };
        let mut permit = self.permit(new, RenewalOutcome::Permitted);
        permit.fee = fee;
        permit.expires_at = self.keep_renewal(tables, new, account, replaces)?;
        Ok(Ok(permit))
    }

    /// The account of a purse that may go on: neither blocked nor closed, neither locked nor over.
    fn require_continuable(&self, tables: &dyn Tables, purse: &Purse) -> Result<i64, Fault> {
        let now = self.issuer.office.now();
        purse.require_usable(now)?;
        let holder = purse.holder.as_ref().ok_or_else(Fault::internal)?;
        Ok(ends::own_account(tables, holder, now)?.account)
    }

    /// Has the fee paid unless one for the same key is; nothing is paid if nothing is due.
    fn charge(
        &self,
        tables: &dyn Tables,
        new: &New<'_>,
        (purse, account): (&Purse, i64),
        replaces: [u8; 32],
        due: Money,
    ) -> Result<Option<Covered>, Fault> {
        if due.minor == 0 {
            return Ok(None);
        }
        let wanted = Charge {
            purse: purse.number,
            replaces,
            account,
            option: new.renewal.fee,
            money: due,
            state: ChargeState::Held,
            attempt: 0,
        };
        self.cover(tables, wanted).map(Some)
    }

    /// Keeps what is permitted. Returns until when the account is good then.
    fn keep_renewal(
        &self,
        tables: &dyn Tables,
        new: &New<'_>,
        account: i64,
        replaces: [u8; 32],
    ) -> Result<Option<tallystick_protocol::wire::time::Timestamp>, Fault> {
        let now = self.issuer.office.now();
        let until = CardExpiry::years_after(now, self.config.account_years);
        let until = until.map_err(|_| Fault::internal())?;
        let until = continuing::later_of(tables, account, until)?;
        let renewal = Renewal {
            key: new.key,
            purse: new.renewal.purse,
            replaces,
            signed: new.said.renewal.clone(),
            public_key: new.renewal.new_public_key.clone(),
            state: RenewalState::Permitted,
            certificate: None,
            ends_at: None,
            account_expiry: until.to_string(),
            permitted_at: now,
        };
        typed::insert(tables, &renewal)?;
        Ok(account_number::end_of(until))
    }
}
