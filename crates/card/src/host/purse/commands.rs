//! Command APDUs.

use alloc::vec::Vec;

use minicbor::bytes::ByteVec;
use tallystick_protocol::purse::{PrepaidPending, SealedSecret};
use tallystick_protocol::trust::signature::Algorithm;
use tallystick_protocol::wire::cbor::encode_value;
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use super::{
    ApplicationTerms, HistoryAsked, MovementTerms, OpeningGiven, OrderToPay, RenewalTerms, Signed,
};
use crate::applets::purse::instruction as ins;
use crate::host::CardError;
use crate::host::build::apdu;

type Apdu = Result<Zeroizing<Vec<u8>>, CardError>;

/// Makes the key of a purse, or beside the key of an open one its next: [`super::public_key`]. The same again gives the
/// same key. The next key needs the PIN.
///
/// # Errors
/// None.
pub fn make_key(place: u8, algorithm: Algorithm) -> Apdu {
    let algorithm = match algorithm {
        Algorithm::Es256 => ins::ES256,
        Algorithm::Ps256 => ins::RSA_2048,
    };
    apdu([0x80, ins::MAKE_KEY, place, algorithm], &[])
}

/// Puts a key in that was made elsewhere, sealed to the enrolment key of that slot: [`super::public_key`]. It takes the
/// place that [`make_key`] would give a new one. Needs the PIN.
///
/// # Errors
/// None.
pub fn put_key(place: u8, slot: u8, secret: &SealedSecret) -> Apdu {
    apdu([0x80, ins::PUT_KEY, place, slot], &encode_value(secret))
}

/// Tells the card, once, which roots (DER) it trusts: [`crate::host::done`]. Needs the PIN.
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn put_roots(roots: &[Vec<u8>]) -> Apdu {
    let roots: Vec<ByteVec> = roots.iter().map(|root| root.clone().into()).collect();
    apdu([0x80, ins::PUT_ROOTS, 0, 0], &encode_value(&roots))
}

/// Gives the card the certificate (DER) of the key with which a bank signs purses: [`crate::host::done`]. Before a
/// purse of that bank is opened, and when the bank has a new one.
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn put_bank(certificate: &[u8], at: Timestamp) -> Apdu {
    let signed = Signed {
        bytes: certificate.to_vec(),
        at,
    };
    apdu([0x80, ins::PUT_BANK, 0, 0], &encode_value(&signed))
}

/// Opens a purse with what its bank signed (SZ9), or puts an open one's next key in the place of its key (S9):
/// [`crate::host::done`].
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn open(place: u8, given: &OpeningGiven) -> Apdu {
    apdu([0x80, ins::OPEN, place, 0], &encode_value(given))
}

/// Has the card sign a [`PurseApplication`](tallystick_protocol::bank::PurseApplication): [`super::signed`]. Needs the PIN.
///
/// # Errors
/// None.
pub fn apply(place: u8, terms: &ApplicationTerms) -> Apdu {
    apdu(
        [0x80, ins::SIGN, place, ins::APPLICATION],
        &encode_value(terms),
    )
}

/// Has the card sign a [`KeyRenewal`](tallystick_protocol::bank::KeyRenewal) with its key about its next key (S6):
/// [`super::signed`]. Needs the PIN.
///
/// # Errors
/// None.
pub fn renew(place: u8, terms: &RenewalTerms) -> Apdu {
    apdu([0x80, ins::SIGN, place, ins::RENEWAL], &encode_value(terms))
}

/// Has the card sign a [`KeyRenewed`](tallystick_protocol::bank::KeyRenewed) with the key that has replaced another
/// (S10): [`super::signed`]. Needs the PIN.
///
/// # Errors
/// None.
pub fn renewed(place: u8, at: Timestamp) -> Apdu {
    apdu([0x80, ins::SIGN, place, ins::RENEWED], &encode_value(&at))
}

/// Has the card begin a movement: it sets aside what its purse gives and then signs a
/// [`MovementRequest`](tallystick_protocol::purse::MovementRequest) (Sa2, Sd2): [`super::signed`]. Needs the PIN. A
/// prepaid purse signs nothing and needs none: [`super::prepared`].
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn request(place: u8, terms: &MovementTerms) -> Apdu {
    apdu(
        [0x80, ins::REQUEST, place, ins::BEGIN],
        &encode_value(terms),
    )
}

/// Draws the number of a movement from a prepaid card to this purse: [`super::transaction`]. The prepaid card is given it
/// in its [`request`], and this purse gives it back in its own. Needs the PIN.
///
/// # Errors
/// None.
pub fn draw(place: u8, at: Timestamp) -> Apdu {
    apdu([0x80, ins::REQUEST, place, ins::DRAW], &encode_value(&at))
}

/// Gives the card a signed [`MovementOffer`](tallystick_protocol::purse::MovementOffer) and what its holder decided
/// (Sa9 to Sa12): [`super::signed`], a [`MovementReply`](tallystick_protocol::purse::MovementReply). The same offer
/// again gives the same reply. Needs the PIN. Of a prepaid purse: [`crate::host::done`], without.
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn answer_offer(place: u8, accepted: bool, offer: &[u8], at: Timestamp) -> Apdu {
    let signed = Signed {
        bytes: offer.to_vec(),
        at,
    };
    apdu(
        [0x80, ins::ANSWER, place, u8::from(accepted)],
        &encode_value(&signed),
    )
}

/// Gives the card a signed [`MovementVerdict`](tallystick_protocol::purse::MovementVerdict) (Sa16, Sd10):
/// [`crate::host::done`]. Needs no PIN.
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn take_verdict(place: u8, verdict: &[u8], at: Timestamp) -> Apdu {
    let signed = Signed {
        bytes: verdict.to_vec(),
        at,
    };
    apdu([0x80, ins::VERDICT, place, 0], &encode_value(&signed))
}

/// Has the card pay an order: it sets the amount aside and then signs a
/// [`PursePayment`](tallystick_protocol::purse::PursePayment): [`super::signed`]. The same order again gives the same
/// payment. Needs the PIN.
///
/// # Errors
/// None.
pub fn pay(place: u8, order: &OrderToPay) -> Apdu {
    apdu([0x80, ins::PAY, place, 0], &encode_value(order))
}

/// Has the card sign a [`PurseReport`](tallystick_protocol::purse::PurseReport) with the history after that entry, or
/// after the last one of which its bank knows (Sc1): [`super::signed`]. Needs the PIN.
///
/// # Errors
/// None.
pub fn report(place: u8, after: Option<u64>, at: Timestamp) -> Apdu {
    let asked = HistoryAsked {
        after,
        at,
        prepaid: None,
    };
    apdu([0x80, ins::REPORT, place, 0], &encode_value(&asked))
}

/// As [`report`], and for a prepaid card as its agent: what that has under way and its bank never heard of is ended
/// (T004-36). Needs the PIN.
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn report_with(place: u8, prepaid: PrepaidPending, at: Timestamp) -> Apdu {
    let asked = HistoryAsked {
        after: None,
        at,
        prepaid: Some(prepaid),
    };
    apdu([0x80, ins::REPORT, place, 0], &encode_value(&asked))
}

/// Gives the card a signed [`CheckpointNotice`](tallystick_protocol::purse::CheckpointNotice) (Sc3, Sc4):
/// [`crate::host::done`]. Needs no PIN.
///
/// # Errors
/// [`CardError::TooLarge`].
pub fn take_notice(place: u8, notice: &[u8], at: Timestamp) -> Apdu {
    let signed = Signed {
        bytes: notice.to_vec(),
        at,
    };
    apdu([0x80, ins::NOTICE, place, 0], &encode_value(&signed))
}

/// Asks what a purse is and holds: [`super::purse`]. Needs no PIN.
///
/// # Errors
/// None.
pub fn read_purse(place: u8) -> Apdu {
    apdu([0x80, ins::READ, place, ins::STATE], &[])
}

/// Asks for a purse's history after that entry, at most
/// [`ENTRIES_MAX`](tallystick_protocol::purse::ENTRIES_MAX) entries at once: [`super::history`]. Needs no PIN.
///
/// # Errors
/// None.
pub fn read_history(place: u8, after: u64) -> Apdu {
    apdu(
        [0x80, ins::READ, place, ins::HISTORY],
        &encode_value(&after),
    )
}

/// Asks for what the card has signed about a movement that has not ended, to be sent again: [`super::messages`].
/// Needs no PIN.
///
/// # Errors
/// None.
pub fn read_messages(place: u8, transaction: &TransactionId) -> Apdu {
    apdu([0x80, ins::READ, place, ins::MESSAGES], &transaction.0)
}

/// Asks which places are taken: [`super::purses`]. Needs no PIN.
///
/// # Errors
/// None.
pub fn list_purses() -> Apdu {
    apdu([0x80, ins::LIST, 0, 0], &[])
}

/// Empties the history of a purse that stops when it is full (T004-3): [`crate::host::done`]. Needs the PIN. The bank
/// is told first, or it will find a gap.
///
/// # Errors
/// None.
pub fn clear_history(place: u8) -> Apdu {
    apdu([0x80, ins::CLEAR, place, 0], &[])
}

/// Deletes a purse that holds nothing and has nothing pending, and its keys; or a key for which none was opened:
/// [`crate::host::done`]. Needs the PIN, but of a prepaid purse.
///
/// # Errors
/// None.
pub fn close(place: u8) -> Apdu {
    apdu([0x80, ins::CLOSE, place, 0], &[])
}
