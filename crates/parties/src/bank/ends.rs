//! The two ends of a movement: whose they are, whether they can be used, and on which account of the ledger they stand
//! (EP 1 221 669, Sa5 and Sd4). Each check fails for itself (T004-42).

use minicbor::{Decode, Encode};
use tallystick_protocol::account::CardExpiry;
use tallystick_protocol::purse::{Endpoint, PurseNumber};
use tallystick_protocol::wire::identifier::HolderId;
use tallystick_protocol::wire::money::Currency;
use tallystick_protocol::wire::time::Timestamp;

use super::Bank;
use super::account_number;
use super::banking_system::BankingSystem;
use super::purses;
use crate::issuer::{accounts, books, homes};
use crate::office::across::not_yet;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::Place;
use crate::ports::database::first;
use crate::ports::{Ports, Tables};
use crate::store::typed;

/// Where an object is asked about an end.
pub(super) const PATH: &str = "/siblings/ends";

/// An end, as the object that knows it says.
#[derive(Clone, Debug, Encode, Decode)]
#[cbor(map)]
pub(super) struct Known {
    /// The account of the ledger on which value for it arrives.
    #[n(0)]
    pub ledger: String,
    /// Whose it is, as the holder who pays is shown it; at most 64 characters.
    #[n(1)]
    pub name: Option<String>,
    /// In which currency.
    #[n(2)]
    pub currency: Currency,
    /// Whether it takes value at present.
    #[n(3)]
    pub is_open: bool,
}

/// The destination of a movement, that is not in the card that asks.
#[derive(Clone, Debug)]
pub(super) struct Destination {
    /// What is known of it.
    pub known: Known,
    /// The object to which what arrives here is sent on, if it is not this one's.
    pub onward: Option<Place>,
}

/// The asking holder's own account.
pub(super) struct Own {
    /// Its number in the books.
    pub account: i64,
    /// Its number as messages have it.
    pub number: u64,
}

/// The asking holder's account, if it can be used.
///
/// # Errors
/// [`Kind::Revoked`] if there is none here, [`Kind::Unauthorised`] if it is locked, [`Kind::AccountEnded`] (T004-43) also of one
/// that is closed.
pub(super) fn own_account(
    tables: &dyn Tables,
    holder: &HolderId,
    now: Timestamp,
) -> Result<Own, Fault> {
    let none = || Fault::new(Kind::Revoked, "The account is on another device.");
    let found = accounts::of_holder(tables, holder)?.ok_or_else(none)?;
    let bars = accounts::bars(tables, found.account)?;
    if bars.is_locked {
        return Err(Fault::new(Kind::Unauthorised, "The account is locked."));
    }
    if bars.is_shut {
        return Err(accounts::closed());
    }
    if !is_current(&found.card.expiry, now) {
        return Err(Fault::new(Kind::AccountEnded, ""));
    }
    let number = account_number::as_integer(&found.card.number);
    Ok(Own {
        account: found.account,
        number: number.ok_or_else(Fault::internal)?,
    })
}

fn is_current(expiry: &str, now: Timestamp) -> bool {
    let expiry = expiry.parse::<CardExpiry>();
    expiry.is_ok_and(|expiry| expiry.is_current_at(now))
}

/// What this object knows of an end that could be somebody else's.
fn known(
    tables: &(impl Tables + ?Sized),
    end: &Endpoint,
    now: Timestamp,
) -> Result<Option<Known>, Fault> {
    match end {
        Endpoint::Account(number) => known_account(tables, *number, now),
        Endpoint::Purse(number) | Endpoint::Prepaid(number) => {
            let found = known_purse(tables, number, now)?;
            let is_prepaid = matches!(end, Endpoint::Prepaid(_));
            Ok(found
                .filter(|(prepaid, _)| *prepaid == is_prepaid)
                .map(|(_, known)| known))
        }
        Endpoint::Waiting(_) | Endpoint::Shop(_) => Ok(None),
    }
}

fn known_account(
    tables: &(impl Tables + ?Sized),
    number: u64,
    now: Timestamp,
) -> Result<Option<Known>, Fault> {
    let sql = "SELECT account, holder_name, currency, card_expiry FROM issuer_accounts WHERE card_number = ?";
    let found: Option<(i64, String, Currency, String)> =
        typed::one(tables, sql, &[number.to_string().into()])?;
    let Some((account, name, currency, expiry)) = found else {
        return Ok(None);
    };
    Ok(Some(Known {
        ledger: books::name_of(account),
        name: shown(&name),
        currency,
        is_open: is_current(&expiry, now) && !accounts::bars(tables, account)?.is_any(),
    }))
}

fn known_purse(
    tables: &(impl Tables + ?Sized),
    number: &PurseNumber,
    now: Timestamp,
) -> Result<Option<(bool, Known)>, Fault> {
    let Some(purse) = purses::find(tables, number)? else {
        return Ok(None);
    };
    let sql = "SELECT holder_name FROM issuer_accounts WHERE account = ?";
    let name: Option<String> = match purse.account {
        Some(account) => typed::one(tables, sql, &[account.into()])?,
        None => None,
    };
    let known = Known {
        ledger: purses::waiting_name(number),
        name: name.as_deref().and_then(shown),
        currency: purse.currency,
        is_open: purse.require_usable(now).is_ok(),
    };
    Ok(Some((purse.account.is_none(), known)))
}

/// A name as an offer says it: at most 64 characters.
fn shown(name: &str) -> Option<String> {
    let name: String = name.chars().take(64).collect();
    (!name.is_empty()).then_some(name)
}

/// Whether an account's money is at this object.
fn lives_here(tables: &(impl Tables + ?Sized), ledger: &str) -> Result<bool, Fault> {
    let account = books::account_of(ledger).ok_or_else(Fault::internal)?;
    let sql = "SELECT 1 FROM issuer_holders WHERE account = ?";
    Ok(first(tables, sql, &[account.into()])?.is_some())
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// Finds the destination of a movement among everybody's accounts and purses.
    ///
    /// # Errors
    /// [`Kind::UnknownDestination`]; [`Kind::DestinationClosed`]; [`Kind::OtherCurrency`]; [`Kind::Unreachable`] if the
    /// object that would know it does not answer.
    pub(super) async fn destination(
        &self,
        end: &Endpoint,
        currency: Currency,
    ) -> Result<Destination, Fault> {
        let found = self.find_destination(end).await?;
        let found = found.ok_or_else(|| Fault::new(Kind::UnknownDestination, ""))?;
        if !found.known.is_open {
            return Err(Fault::new(Kind::DestinationClosed, ""));
        }
        if found.known.currency != currency {
            return Err(Fault::new(Kind::OtherCurrency, ""));
        }
        Ok(found)
    }

    async fn find_destination(&self, end: &Endpoint) -> Result<Option<Destination>, Fault> {
        match end {
            Endpoint::Account(_) => self.find_account(end).await,
            Endpoint::Purse(number) | Endpoint::Prepaid(number) => {
                self.find_purse(end, number).await
            }
            Endpoint::Waiting(_) | Endpoint::Shop(_) => Ok(None),
        }
    }

    /// Accounts are all known to the office, with the object at which each lives.
    async fn find_account(&self, end: &Endpoint) -> Result<Option<Destination>, Fault> {
        let office = &self.issuer.office;
        let tables = office.tables();
        let here = known(tables, end, office.now())?;
        if !office.is_shard() {
            let Some(known) = here else { return Ok(None) };
            let account = books::account_of(&known.ledger).ok_or_else(Fault::internal)?;
            let onward = homes::shard_of(tables, office.spread()?.shards, account)?;
            return Ok(Some(Destination {
                known,
                onward: onward.filter(|place| *place != office.place()),
            }));
        }
        if let Some(known) = here
            && lives_here(tables, &known.ledger)?
        {
            return Ok(Some(Destination {
                known,
                onward: None,
            }));
        }
        self.ask_about(end, Place::Office).await
    }

    /// A purse is at the object that its number names.
    async fn find_purse(
        &self,
        end: &Endpoint,
        number: &PurseNumber,
    ) -> Result<Option<Destination>, Fault> {
        let office = &self.issuer.office;
        let place = office.spread()?.shards.of(number.0[0]);
        if place == office.place() {
            let known = known(office.tables(), end, office.now())?;
            return Ok(known.map(|known| Destination {
                known,
                onward: None,
            }));
        }
        self.ask_about(end, place).await
    }

    async fn ask_about(&self, end: &Endpoint, at: Place) -> Result<Option<Destination>, Fault> {
        let office = &self.issuer.office;
        let asked = minicbor::to_vec(end).map_err(|_| Fault::internal())?;
        let answer = office.ask_sibling(at, PATH, asked).await.map_err(not_yet)?;
        let known: Option<Known> =
            minicbor::decode(&answer).map_err(|_| not_yet(Fault::internal()))?;
        Ok(known.map(|known| Destination {
            known,
            onward: Some(at),
        }))
    }

    /// Tells another object what this one knows of an end.
    pub(super) fn tell_end(&self, request: &Incoming) -> Result<Answer, Fault> {
        let office = &self.issuer.office;
        let unread = |_| Fault::malformed("A sibling says something else.");
        let end: Endpoint = minicbor::decode(web::body_as(request, web::CBOR)?).map_err(unread)?;
        let known = known(office.tables(), &end, office.now())?;
        Ok(web::cbor(
            minicbor::to_vec(&known).map_err(|_| Fault::internal())?,
        ))
    }
}
