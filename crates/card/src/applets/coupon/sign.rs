//! SIGN (80 CC place P2): what a holder says about coupons, with the key of the account. What the card holds it puts in
//! itself, so that nothing is said about another coupon, holder or change; the rest it reads.

use alloc::vec::Vec;

use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use tallystick_protocol::coupon::{ClaimRedemption, IssueRequest, Owner, OwnerChangeRequest};
use tallystick_protocol::trust::keyed::{KeyedMessage, assemble, to_be_signed};
use tallystick_protocol::trust::signature::Algorithm;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::HolderId;

use super::held::{about_held, require_fields};
use super::instruction::{ISSUE, OWNER_CHANGE, REDEEM};
use super::office::offices;
use super::store::opened;
use crate::StatusWord;
use crate::applets::identity::KeyReference;
use crate::applets::purse::{asked, require_no_parameters};
use crate::host::coupon::ToSign;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::safe::Place;
use crate::session::Session;
use crate::signing::sign_ps256;
use crate::state::State;

/// Answers with the signed message, after the PIN was verified for it, as for every signature. What binds the coupon is kept
/// before it leaves, and asked for again it is the same; a locked coupon wants its password besides (T001-14).
pub(crate) fn sign(
    state: &mut State,
    session: &mut Session,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    let what = command.header.p2;
    if ![ISSUE, OWNER_CHANGE, REDEEM].contains(&what) {
        return about_held(state, session, command, rng);
    }
    let mut header = command.header;
    header.p2 = 0;
    require_no_parameters(header)?;
    let (office, holder, unsigned) = match what {
        ISSUE => {
            let wish: IssueRequest = decode(command.data).map_err(|_| StatusWord::WrongData)?;
            (wish.office.clone(), wish.holder, Unsigned::new(&wish))
        }
        REDEEM => {
            let wish: ClaimRedemption = decode(command.data).map_err(|_| StatusWord::WrongData)?;
            (wish.office.clone(), wish.holder, Unsigned::new(&wish))
        }
        _ => {
            let wish = wanted(state, asked(command)?)?;
            (wish.office.clone(), wish.holder, Unsigned::new(&wish))
        }
    };
    // A holder of this card, and an office that it knows.
    offices(state).find(&office)?;
    unsigned
        .sign(state, session, &holder, rng)
        .map(Outcome::data)
}

/// The wish to have a coupon as it was shown and is verified here.
fn wanted(state: &State, asked: ToSign) -> Result<OwnerChangeRequest, StatusWord> {
    require_fields(OWNER_CHANGE, &asked)?;
    let (Some(holder), Some(shown)) = (asked.holder, asked.by) else {
        return Err(StatusWord::WrongData);
    };
    let seen = opened(state, &shown, asked.at)?;
    if *seen.owner() == Owner::Holder(holder) {
        return Err(StatusWord::AlreadyThere);
    }
    Ok(OwnerChangeRequest {
        office: seen.terms.office,
        holder,
        coupon: seen.terms.coupon,
        change: seen.ownership.change,
        shown: Sha256::digest(&shown).into(),
        at: asked.at,
        nonce: asked.nonce,
    })
}

/// A message before it is signed.
pub(super) struct Unsigned {
    message: Vec<u8>,
    to_be_signed: Vec<u8>,
}

impl Unsigned {
    pub(super) fn new<M: KeyedMessage>(message: &M) -> Self {
        Self {
            message: encode(message),
            to_be_signed: to_be_signed(message, Algorithm::Ps256),
        }
    }

    /// What the office's answer names.
    pub(super) fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.message).into()
    }

    /// Signs it with the key of a holder's account. Uses the verified PIN up.
    pub(super) fn sign(
        &self,
        state: &State,
        session: &mut Session,
        holder: &HolderId,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, StatusWord> {
        let slot = state.slots.iter().find(|slot| slot.holder == *holder);
        let slot = slot.ok_or(StatusWord::NotForThisPurse)?;
        let reference = KeyReference::of_slot(slot.number)?;
        let key = state.key(reference).ok_or(StatusWord::ReferenceNotFound)?;
        reference.authorise(session)?;
        let place = Place::SigningKey(reference.number());
        let primes = session.require_verified()?.open(&place, key)?;
        let signature = sign_ps256(&primes, &self.to_be_signed, rng)?;
        Ok(assemble(&self.message, Algorithm::Ps256, &signature))
    }
}
