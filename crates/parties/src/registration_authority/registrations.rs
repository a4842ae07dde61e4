//! Who wants an account at a bank (EP 1 221 669, SZ1 to SZ3). What they tell rests here sealed, and is dropped after
//! a while; the bank's answer goes back to them as the bank signed it, a refusal too.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use tallystick_protocol::bank::{
    OpeningAnswer, OpeningOutcome, OpeningRequest, Registration, RegistrationAnswer,
};
use tallystick_protocol::trust::statement::{Audience, StatementError, unverified_envelope};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::{Domain, Role};
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use super::{LETTER_SECONDS, RegistrationAuthority, STATEMENT_SECONDS, words};
use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{DatabaseError, Ports, Tables};
use crate::post::exchange::{Exchange, Said};
use crate::post::outbox::{Content, NewLetter};
use crate::store::sealed::Sealed;
use crate::store::typed::{self, typed_row};

typed_row! {
    /// One registration.
    pub(super) struct Registered in "ra_registrations" {
        number: [u8; 32] = "number",
        pub(super) bank: Domain = "bank",
        /// SHA-256 of the encoded [`Registration`].
        digest: [u8; 32] = "digest",
        /// The [`Registration`], sealed; dropped after a while.
        told: Option<Vec<u8>> = "told",
        /// The signed [`OpeningRequest`], sealed, once it is made.
        request: Option<Vec<u8>> = "request",
        /// The bank's signed [`OpeningAnswer`], sealed.
        answer: Option<Vec<u8>> = "answer",
        /// What it says, by its name.
        pub(super) outcome: Option<String> = "outcome",
        /// What the bank said in its place, by its name.
        problem: Option<String> = "problem",
        received_at: Timestamp = "received_at",
        answered_at: Option<Timestamp> = "answered_at",
    }
}

impl Registered {
    fn reference(&self) -> String {
        HEXLOWER.encode(&self.number)
    }
}

/// The registration of this number.
///
/// # Errors
/// The database's own; a row that cannot be read.
pub(super) fn find(
    tables: &(impl Tables + ?Sized),
    number: &[u8],
) -> Result<Option<Registered>, DatabaseError> {
    typed::find(tables, "number = ?", &[number.into()])
}

fn by_reference(tables: &dyn Tables, reference: &str) -> Result<Registered, Fault> {
    let number = HEXLOWER.decode(reference.as_bytes());
    let number = number.map_err(|_| Fault::internal())?;
    find(tables, &number)?.ok_or_else(Fault::internal)
}

/// Requires that an account was opened at that bank by the registration of this number.
///
/// # Errors
/// [`Kind::Unauthorised`] if none was; the database's own.
pub(super) fn require_opened(
    tables: &(impl Tables + ?Sized),
    number: &[u8; 32],
    bank: &Domain,
) -> Result<(), Fault> {
    let registered = find(tables, number)?;
    let is_opened = registered.is_some_and(|registered| {
        let outcome = registered.outcome.as_deref();
        registered.bank == *bank && outcome == Some(OpeningOutcome::Opened.as_str())
    });
    if is_opened {
        return Ok(());
    }
    let none = "No account was opened at this bank by such a registration.";
    Err(Fault::new(Kind::Unauthorised, none))
}

/// The names under which what belongs to a registration is sealed.
fn sealed_as(what: &str, reference: &str) -> String {
    format!("registration/{what}/{reference}")
}

/// What a holder told.
pub(super) const SEALED_TOLD: Sealed = Sealed {
    name: |row| Ok(sealed_as("told", &HEXLOWER.encode(row.blob(0)?))),
    ..of_registration("told")
};
/// The request to the bank that says so.
pub(super) const SEALED_REQUEST: Sealed = Sealed {
    name: |row| Ok(sealed_as("request", &HEXLOWER.encode(row.blob(0)?))),
    ..of_registration("request")
};
/// The bank's answer.
pub(super) const SEALED_ANSWER: Sealed = Sealed {
    name: |row| Ok(sealed_as("answer", &HEXLOWER.encode(row.blob(0)?))),
    ..of_registration("answer")
};

const fn of_registration(column: &'static str) -> Sealed {
    Sealed {
        named_by: &["number"],
        ..Sealed::whole("ra_registrations", column)
    }
}

impl<P: Ports> RegistrationAuthority<P> {
    /// `POST /v1/registrations`.
    pub(super) async fn register(&self, request: &Incoming) -> Result<Answer, Fault> {
        let office = &self.office;
        let body = web::body_as(request, web::CBOR)?;
        let registration: Registration = decode(body)?;
        self.require_bank(&registration.bank)?;
        office.admit(&[("registrations", office.settings.limits.accounts)])?;
        let reference = HEXLOWER.encode(&registration.number);
        let new = Registered {
            number: registration.number,
            bank: registration.bank.clone(),
            digest: Sha256::digest(body).into(),
            told: Some(office.seal(&sealed_as("told", &reference), body)?),
            request: None,
            answer: None,
            outcome: None,
            problem: None,
            received_at: office.now(),
            answered_at: None,
        };
        office.transaction(|tables| {
            let stored = stored_once(tables, new)?;
            if stored.answer.is_none() {
                require_told(&stored)?;
                self.ask_for_account(tables, &stored)?;
            }
            Ok::<_, Fault>(())
        })?;
        let tried = self.send_now(words::OPENING, &reference).await;
        let stored = by_reference(office.tables(), &reference)?;
        let Some(answer) = &stored.answer else {
            return Err(super::not_yet(stored.problem.as_deref(), tried));
        };
        let answer = office.unseal(&sealed_as("answer", &reference), answer)?;
        let answer = answer.to_vec();
        Ok(web::cbor(encode(&RegistrationAnswer { answer })))
    }

    pub(super) fn require_bank(&self, bank: &Domain) -> Result<(), Fault> {
        if self.banks.contains(bank) {
            return Ok(());
        }
        let said = format!("{bank} is no bank of this registration authority.");
        Err(Fault::new(Kind::NotFound, said))
    }

    fn ask_for_account(&self, tables: &dyn Tables, asked: &Registered) -> Result<(), Fault> {
        let letter = NewLetter {
            kind: words::OPENING,
            reference: &asked.reference(),
            to: &asked.bank,
            path: "/v1/openings",
            content: Content::Statement(words::OPENING.to_owned()),
            give_up_at_ms: self
                .office
                .now()
                .plus_seconds(LETTER_SECONDS)
                .milliseconds(),
        };
        self.insist(tables, &letter)
    }
}

/// The registration of this number: the one that is there, if it says the same, else this one.
fn stored_once(tables: &dyn Tables, new: Registered) -> Result<Registered, Fault> {
    match find(tables, &new.number)? {
        Some(stored) if stored.digest == new.digest => Ok(stored),
        Some(_) => {
            let other = "This was registered before, in other words.";
            Err(Fault::new(Kind::Replayed, other))
        }
        None => {
            typed::insert(tables, &new)?;
            Ok(new)
        }
    }
}

fn require_told(stored: &Registered) -> Result<(), Fault> {
    let old = "The bank never answered, and what was told was dropped. Register anew.";
    let told = stored.told.as_ref().map(|_| ());
    told.ok_or_else(|| Fault::new(Kind::Expired, old))
}

/// The question whether the bank opens an account (SZ1).
pub(super) struct AskingForAccount<'a, P: Ports>(pub(super) &'a RegistrationAuthority<P>);

/// What the bank signed.
pub(super) struct Answered {
    outcome: OpeningOutcome,
    signed: Vec<u8>,
}

impl<P: Ports> Exchange<P> for AskingForAccount<'_, P> {
    type Subject = Registered;
    type Word = Answered;

    /// In orders a bank sits where an issuer sits, and is certified as one.
    const CONFIRMED_AS: Option<Role> = Some(Role::Issuer);

    fn office(&self) -> &Office<P> {
        &self.0.office
    }

    fn load(&self, tables: &dyn Tables, reference: &str) -> Result<Option<Registered>, Fault> {
        let stored = by_reference(tables, reference)?;
        Ok(Some(stored).filter(|stored| stored.answer.is_none() && stored.told.is_some()))
    }

    async fn sealed_statement(&self, stored: &Registered) -> Result<Option<Vec<u8>>, Fault> {
        let office = self.office();
        let reference = stored.reference();
        let name = sealed_as("request", &reference);
        if let Some(before) = &stored.request {
            let before = office.unseal(&name, before)?;
            let envelope = unverified_envelope(&before, web::BODY_LIMIT)?;
            if envelope.expires_at > office.now() {
                return Ok(Some(before.to_vec()));
            }
        }
        let told = stored.told.as_ref().ok_or_else(Fault::internal)?;
        let told = office.unseal(&sealed_as("told", &reference), told)?;
        let to = Audience::Party(stored.bank.clone());
        let signed = office
            .say(&OpeningRequest {
                envelope: office.envelope(to, stored.number, STATEMENT_SECONDS),
                registration: decode(&told)?,
            })
            .await?;
        let signed = Zeroizing::new(signed);
        let sealed = office.seal(&name, &signed)?;
        let sql = "UPDATE ra_registrations SET request = ? WHERE number = ?";
        let values = [sealed.into(), stored.number.into()];
        office.transaction(|tables| tables.run(sql, &values))?;
        Ok(Some(signed.to_vec()))
    }

    fn verify(&self, stored: &Registered, said: Said<'_>) -> Result<Answered, Fault> {
        let office = self.office();
        let said = office.statement_in::<OpeningAnswer>(
            said.bytes(),
            Role::Issuer,
            &stored.bank,
            &stored.number,
        )?;
        said.require_recipient(&office.as_audience())?;
        let answer = &said.message;
        let has_all = answer.account.is_some() && answer.expires_at.is_some();
        if answer.outcome == OpeningOutcome::Opened && !(has_all && answer.offer.is_some()) {
            return Err(StatementError::Malformed.into());
        }
        Ok(Answered {
            outcome: answer.outcome,
            signed: said.bytes,
        })
    }

    fn apply(&self, tables: &dyn Tables, stored: &Registered, word: Answered) -> Result<(), Fault> {
        let office = self.office();
        let name = sealed_as("answer", &stored.reference());
        let sealed = office.seal(&name, &word.signed)?;
        tables.run(
            "UPDATE ra_registrations SET answer = ?, outcome = ?, problem = NULL, answered_at = ?
             WHERE number = ?",
            &[
                sealed.into(),
                word.outcome.as_str().into(),
                office.now().into(),
                stored.number.into(),
            ],
        )?;
        office.log("registration", None, word.outcome.as_str());
        Ok(())
    }

    fn not_yet(
        &self,
        tables: &dyn Tables,
        stored: &Registered,
        problem: Option<Kind>,
    ) -> Result<(), Fault> {
        let sql = "UPDATE ra_registrations SET problem = ? WHERE number = ?";
        let values = [problem.map(Kind::as_str).into(), stored.number.into()];
        tables.run(sql, &values)?;
        super::rest_if_refused(tables, (words::OPENING, &stored.reference()), problem)
    }

    /// Whoever registered asks again, or does not want the account any more.
    fn over(&self, _: &dyn Tables, _: &Registered) -> Result<(), Fault> {
        Ok(())
    }
}
