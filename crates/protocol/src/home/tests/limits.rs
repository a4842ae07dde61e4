//! Whatever may stand in a message fits into it, and into whatever carries it; this file only compiles if so.

use super::*;
use crate::home::agreement::{AgreementProof, Handover};
use crate::home::calls::{
    EnterCall, HomeCall, HomeReply, InnerRequest, InnerResponse, LENT_MAX, LentList, SessionAnswer,
    SessionAsk,
};
use crate::home::channel::{EnterAsk, SignAsk, Signed};
use crate::home::decisions::{
    CODE_DIGITS, DECISIONS_MAX, HomeDecisions, HomeMailAddress, TERMINAL_NAME_BYTES_MAX,
};
use crate::home::loan::Lent;
use crate::home::records::CONTENT_BYTES_MAX;
use crate::home::{Loan, Release};
use crate::trust::{keyed, statement};
use crate::wire::cbor::Message;
use crate::wire::identifier::{DOMAIN_BYTES_MAX, MAIL_ADDRESS_BYTES_MAX};

/// What a record adds to its content, and a message to what it carries.
const AROUND: usize = 64;

const _: () = {
    let proof = statement::max_len::<AgreementProof>();
    assert!(proof + AROUND * 2 <= HelloAnswer::LEN_MAX);
    assert!(proof + Hello::LEN_MAX + 256 <= Handover::LEN_MAX);
    assert!(Handover::LEN_MAX + AROUND <= SessionAnswer::LEN_MAX);
    assert!(Signed::LEN_MAX + AROUND * 2 <= SessionAnswer::LEN_MAX);
    assert!(SignAsk::LEN_MAX + AROUND * 2 <= SessionAsk::LEN_MAX);
    assert!(EnterAsk::LEN_MAX + Certificate::LEN_MAX + AROUND * 4 <= SessionAsk::LEN_MAX);
    assert!(keyed::max_len::<Release>() + AROUND <= SessionAsk::LEN_MAX);
    let enter = EnterAsk::LEN_MAX + Hello::LEN_MAX + HelloAnswer::LEN_MAX;
    assert!(enter + proof + Certificate::LEN_MAX + AROUND * 4 <= EnterCall::LEN_MAX);
    assert!(EnterCall::LEN_MAX + AROUND <= HomeCall::LEN_MAX);
    assert!(SignAsk::LEN_MAX + AROUND * 2 <= HomeCall::LEN_MAX);
    assert!(Entrance::LEN_MAX + 6 * 1024 + AROUND <= HomeReply::LEN_MAX);
    assert!(InnerRequest::LEN_MAX <= CONTENT_BYTES_MAX);
    assert!(InnerResponse::LEN_MAX <= CONTENT_BYTES_MAX);
    assert!(keyed::max_len::<Loan>() + AROUND <= Lent::LEN_MAX);
    let told = TERMINAL_NAME_BYTES_MAX + DOMAIN_BYTES_MAX + 2 * 32 + AROUND;
    assert!(DECISIONS_MAX * told + AROUND * 2 <= HomeDecisions::LEN_MAX);
    assert!(MAIL_ADDRESS_BYTES_MAX + CODE_DIGITS + AROUND * 2 <= HomeMailAddress::LEN_MAX);
    assert!(LENT_MAX * (Lent::LEN_MAX + 8) + AROUND * 2 <= LentList::LEN_MAX);
};
