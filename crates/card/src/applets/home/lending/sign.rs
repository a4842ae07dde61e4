//! SIGN (80 58 00 00): an order.

use alloc::vec::Vec;

use minicbor::bytes::ByteArray;
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use tallystick_protocol::checkout::order::{HolderApproval, OrderProof};
use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::home::channel::{RefusedAtHome, SignAsk, Signed};
use tallystick_protocol::keys::{PairContext, Purpose, Suite, party_point};
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::holder::{HolderMessage, UnsignedByHolder};
use tallystick_protocol::wire::cbor::{decode, encode, encode_value};
use tallystick_protocol::wire::identifier::{HolderId, Role, TerminalId};
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use super::call::call;
use super::stored::{Lending, REMEMBERED_MAX, Remembered, lending, lending_mut};
use super::{paying, rules};
use crate::StatusWord;
use crate::applets::home::refused;
use crate::applets::identity::{KeyReference, rsa_key};
use crate::applets::keys::{Slot, share_sum};
use crate::applets::purse::Paid;
use crate::host::SigningPublicKey;
use crate::host::home::lending::{DECISIONS_MAX, Decision, PaidFrom};
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::safe::{Place, SafeKey};
use crate::signing::sign_ps256;
use crate::state::State;

/// Of which parties the keys come, in the order in which they stand in request and answer.
const PARTIES: [Role; 3] = [Role::Shop, Role::Issuer, Role::Courier];

/// A terminal's record with a [`SignAsk`]. Answers with a record: what was signed, or why nothing was. Count-down, log,
/// what is remembered and what a purse that pays sets aside are one change, kept before the answer leaves.
pub(crate) fn sign_order(
    state: &mut State,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    let call = call(command)?;
    let terminal = call.terminal;
    let mut next = lending(state)?.clone();
    next.terminal(&terminal)?;
    let released = next.released_mut(&terminal)?;
    let content = released.channel.open(&call.content);
    let content = content.map_err(|_| refused(HomeRefusal::BadSignature))?;
    let kept = next.clone();
    let decided = decided(state, &mut next, (terminal, call.at), &content, rng);
    let (answer, paid) = match decided {
        Ok((signed, paid)) => (Zeroizing::new(encode(&signed)), paid),
        Err(reason) => {
            // Nothing of what was begun stays, but that the record came.
            next = kept;
            (Zeroizing::new(encode(&RefusedAtHome { reason })), None)
        }
    };
    let released = next.released_mut(&terminal)?;
    let record = released.channel.seal(&answer, false);
    let record = record.map_err(|_| StatusWord::MemoryFailure)?;
    *lending_mut(state)? = next;
    if let Some(paid) = paid {
        paid.keep(state);
    }
    Ok(Outcome::data(record).changing(true))
}

fn decided(
    state: &State,
    next: &mut Lending,
    (terminal, at): (TerminalId, Timestamp),
    content: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<(Signed, Option<Paid>), HomeRefusal> {
    let ask: SignAsk = decode(content).map_err(|_| HomeRefusal::Malformed)?;
    let released = next.released_mut(&terminal);
    let safe = released.ok().and_then(|one| one.safe_key(&ask.key));
    let safe = safe.ok_or(HomeRefusal::OutOfOrder)?;
    let lent = rules::loan(&next.loans, ask.loan, &terminal)?.clone();
    let (root, proof) = (ask.proof.root(), &ask.proof);
    let amount = proof.amount().map_err(|_| HomeRefusal::Unreadable)?;
    let slot = slot_of(state, &lent.loan.holder).ok_or(HomeRefusal::Unreadable)?;
    if proof.header.holder != lent.loan.holder {
        return Err(HomeRefusal::Unreadable);
    }
    paying::require_meant(&lent, ask.purse, proof)?;
    let asked = digest(&ask);
    if let Some(known) = next.remembered.iter().find(|one| one.root == root) {
        if (known.loan, known.asked) != (ask.loan, asked) {
            return Err(HomeRefusal::Unreadable);
        }
        let signed = Signed {
            signature: known.signature.clone(),
            keys: keys(slot, &safe, &ask)?,
            total_left: known.total_left,
            count_left: known.count_left,
            payment: paying::again(state, lent.purse.as_ref(), &root)?,
        };
        return Ok((signed, None));
    }
    rules::require_allowed(&lent, proof, amount)?;
    let keys = keys(slot, &safe, &ask)?;
    let paid = lent
        .purse
        .as_ref()
        .map(|purse| paying::pay(state, purse, proof, amount, at, &safe, rng))
        .transpose()?;
    let approval = HolderApproval {
        order_id: proof.header.order_id,
        root,
    };
    let unsigned = UnsignedByHolder::new(&approval, &ask.certificate);
    let signature = signature(state, slot, &safe, &unsigned, &ask.certificate, rng)?;
    let (total_left, count_left) = count(next, ask.loan, amount.minor)?;
    remember(
        next,
        Remembered {
            root,
            loan: ask.loan,
            asked,
            signature: signature.clone(),
            total_left,
            count_left,
        },
    );
    let logged = lent.purse.as_ref().zip(paid.as_ref());
    let logged = logged.map(|(purse, paid)| paying::logged(purse, paid));
    log(next, &ask.proof, (ask.loan, terminal), logged)?;
    let signed = Signed {
        signature,
        keys,
        total_left,
        count_left,
        payment: paid.as_ref().map(|paid| paid.signed.clone()),
    };
    Ok((signed, paid))
}

/// The slot of that holder.
pub(super) fn slot_of<'a>(state: &'a State, holder: &HolderId) -> Option<&'a Slot> {
    state.slots.iter().find(|slot| slot.holder == *holder)
}

/// Signs with a slot's key, whose certificate it has to be.
pub(super) fn signature<M: HolderMessage>(
    state: &State,
    slot: &Slot,
    safe: &SafeKey,
    unsigned: &UnsignedByHolder<M>,
    certificate: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, HomeRefusal> {
    let reference = KeyReference::of_slot(slot.number).map_err(|_| HomeRefusal::NoCard)?;
    let key = state.key(reference).ok_or(HomeRefusal::NoCard)?;
    let place = Place::SigningKey(reference.number());
    let primes = safe.open(&place, key).map_err(|_| HomeRefusal::NoCard)?;
    let modulus = rsa_key::modulus(&primes).map_err(|_| HomeRefusal::NoCard)?;
    let own = SigningPublicKey::new(modulus).map_err(|_| HomeRefusal::NoCard)?;
    let certified = Certificate::from_der(certificate).map_err(|_| HomeRefusal::Unreadable)?;
    let certified = certified.public_key().to_spki();
    if certified.ok() != Some(own.to_spki()) {
        return Err(HomeRefusal::Unreadable);
    }
    sign_ps256(&primes, &unsigned.to_be_signed(), rng).map_err(|_| HomeRefusal::NoCard)
}

/// For shop, issuer and courier the keys of the part and of the confirmation.
fn keys(slot: &Slot, safe: &SafeKey, ask: &SignAsk) -> Result<Vec<ByteArray<32>>, HomeRefusal> {
    let (contexts, nonces) = (&ask.contexts, &ask.nonces);
    if contexts.len() != PARTIES.len() || nonces.len() != 2 * PARTIES.len() {
        return Err(HomeRefusal::Unreadable);
    }
    let mut keys = Vec::with_capacity(nonces.len());
    let nonces = nonces.chunks_exact(2);
    for ((role, context), nonces) in PARTIES.into_iter().zip(contexts).zip(nonces) {
        let party = ask.proof.header.party(role);
        let pair = PairContext {
            suite: Suite::NamesOnly,
            key: context.clone(),
            holder: slot.holder,
            role,
            party: party.ok_or(HomeRefusal::Unreadable)?.clone(),
        };
        let share = slot.share(context).filter(|share| share.is_complete());
        let share = share.ok_or(HomeRefusal::Unreadable)?;
        let share = share_sum(slot, safe, share).map_err(|_| HomeRefusal::NoCard)?;
        let point = party_point(&pair.party, &pair.key).map_err(|_| HomeRefusal::Unreadable)?;
        let raw = share.pairwise(&point);
        for (purpose, nonce) in [Purpose::OrderPart, Purpose::Confirmation]
            .into_iter()
            .zip(nonces)
        {
            let key = raw.derive(&pair, purpose, nonce);
            let key = key.map_err(|_| HomeRefusal::Unreadable)?;
            keys.push((*key.as_bytes()).into());
        }
    }
    Ok(keys)
}

/// Of what is asked beside the order itself.
fn digest(ask: &SignAsk) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(Sha256::digest(&ask.certificate));
    hash.update(Sha256::digest(encode_value(&ask.contexts)));
    hash.update(Sha256::digest(encode_value(&ask.nonces)));
    hash.finalize().into()
}

/// Counts a loan down; what is left of it.
fn count(next: &mut Lending, number: u32, minor: u64) -> Result<(u64, u32), HomeRefusal> {
    let mut loans = next.loans.iter_mut();
    let lent = loans.find(|lent| lent.loan.number == number);
    let lent = lent.ok_or(HomeRefusal::NoLoan)?;
    let total = lent.total_left.checked_sub(minor);
    let count = lent.count_left.checked_sub(1);
    lent.total_left = total.ok_or(HomeRefusal::AboveTotal)?;
    lent.count_left = count.ok_or(HomeRefusal::NoneLeft)?;
    Ok((lent.total_left, lent.count_left))
}

fn remember(next: &mut Lending, answered: Remembered) {
    if next.remembered.len() >= REMEMBERED_MAX {
        next.remembered.remove(0);
    }
    next.remembered.push(answered);
}

fn log(
    next: &mut Lending,
    proof: &OrderProof,
    (loan, terminal): (u32, TerminalId),
    paid: Option<PaidFrom>,
) -> Result<(), HomeRefusal> {
    let number = next.decided.checked_add(1).ok_or(HomeRefusal::NoCard)?;
    next.decided = number;
    if next.decisions.len() >= DECISIONS_MAX {
        next.decisions.remove(0);
    }
    next.decisions.push(Decision {
        number,
        loan,
        terminal,
        shop: proof.header.shop.clone(),
        amount: proof.amount().map_err(|_| HomeRefusal::Unreadable)?,
        root: proof.root(),
        at: proof.header.sent_at,
        expires_at: proof.header.expires_at,
        issuer: proof.header.issuer.clone(),
        is_cancelled: false,
        paid,
    });
    Ok(())
}
