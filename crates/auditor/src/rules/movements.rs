//! Load, unload and transfer: a purse asks (Sa2, Sd2), the value is set aside; its reply and the bank's verdict (Sa15,
//! Sd9) move it or give it back.

use data_encoding::HEXLOWER;
use tallystick_protocol::bank::{BookTransfer, TransferKind};
use tallystick_protocol::purse::{
    Endpoint, MovementOutcome, MovementRequest, PurseCertificate, PurseNumber,
};
use tallystick_protocol::wire::money::Money;

use super::{Audit, Judged, unfit, unsigned};
use crate::books::Entry;
use crate::finding::Finding;
use crate::said::Said;

/// The account of what a purse holds.
pub(super) fn inside(number: &PurseNumber) -> String {
    format!("purse {}", HEXLOWER.encode(&number.0))
}

/// The account of what waits for a purse.
pub(super) fn waiting(number: &PurseNumber) -> String {
    format!("waiting {}", HEXLOWER.encode(&number.0))
}

/// The purse for which a movement's value waits, if it goes to one that is not in what the wallet showed.
pub(super) fn brings_to(request: &MovementRequest) -> Option<(PurseNumber, Money)> {
    let number = match &request.destination {
        Endpoint::Purse(number) if *number != request.purse => number,
        Endpoint::Prepaid(number) if request.prepaid.is_none() => number,
        _ => return None,
    };
    Some((*number, request.amount))
}

/// The purse that takes what waits for it.
fn taker(request: &MovementRequest) -> Option<PurseNumber> {
    match request.destination {
        Endpoint::Purse(number) | Endpoint::Prepaid(number) => Some(number),
        _ => None,
    }
}

impl<'a> Audit<'a> {
    /// What a purse's request sets aside.
    pub(super) fn movement(&mut self, object: &'a str, transfer: &'a BookTransfer) -> Judged {
        let Some(request) = self.request(object, &transfer.id) else {
            // What is wrong with the request was found when it was read.
            return Ok(None);
        };
        if transfer.kind != TransferKind::Pending || !self.is_bank(&request.bank) {
            return unfit(
                object,
                transfer,
                "a request sets aside, at the bank that it names",
            );
        }
        Ok(Some(Entry {
            debit: self.source(object, transfer, &request)?,
            credit: self.destination(object, transfer, &request)?,
            money: request.amount,
        }))
    }

    fn request(&self, object: &'a str, about: &'a str) -> Option<MovementRequest> {
        self.find(object, about, |said| match said {
            Said::Movement(request) => Some(request.clone()),
            _ => None,
        })
    }

    fn source(
        &self,
        object: &str,
        transfer: &BookTransfer,
        request: &MovementRequest,
    ) -> Result<String, Finding> {
        match &request.source {
            Endpoint::Account(number) => {
                let account = self.directory.account(*number);
                let own = self.directory.purses.get(&request.purse);
                match (account, own.and_then(|purse| purse.account.as_deref())) {
                    (Some(account), Some(own)) if account == own => Ok(account.to_owned()),
                    _ => unfit(object, transfer, "the account is not the purse's"),
                }
            }
            Endpoint::Purse(number) if *number == request.purse => Ok(inside(number)),
            Endpoint::Prepaid(number) if self.shows(request, number) => Ok(inside(number)),
            Endpoint::Waiting(credit) => {
                let Some(taker) = taker(request) else {
                    return unfit(object, transfer, "what waits for a purse goes into it");
                };
                if self.waiting.get(&(taker, *credit)) != Some(&request.amount) {
                    return unfit(object, transfer, "nothing of that number and amount waits");
                }
                Ok(waiting(&taker))
            }
            _ => unfit(object, transfer, "the value is another's"),
        }
    }

    fn destination(
        &self,
        object: &str,
        transfer: &BookTransfer,
        request: &MovementRequest,
    ) -> Result<String, Finding> {
        match &request.destination {
            Endpoint::Account(number) => match self.directory.account(*number) {
                Some(account) => Ok(account.to_owned()),
                None => unfit(object, transfer, "there is no such account"),
            },
            Endpoint::Purse(number) if *number == request.purse => Ok(inside(number)),
            Endpoint::Prepaid(number) if self.shows(request, number) => Ok(inside(number)),
            Endpoint::Purse(number) | Endpoint::Prepaid(number) => Ok(waiting(number)),
            _ => unfit(object, transfer, "nothing moves there"),
        }
    }

    /// Whether the request shows this prepaid card, by the certificate that the bank signed for it.
    fn shows(&self, request: &MovementRequest, number: &PurseNumber) -> bool {
        let shown = request.prepaid.as_ref();
        let certificate = shown.and_then(|shown| self.directory.of_bank(&shown.certificate).ok());
        certificate.is_some_and(|one: PurseCertificate| one.number == *number)
    }

    /// What the holder's reply and the bank's verdict end.
    pub(super) fn movement_end(
        &mut self,
        object: &'a str,
        transfer: &'a BookTransfer,
        held: &'a str,
    ) -> Judged {
        let Some(request) = self.request(object, held) else {
            return Ok(None);
        };
        let about = (request.purse, request.transaction);
        let outcome = self.find(object, &transfer.id, |said| match said {
            Said::Verdict(said) if (said.purse, said.transaction) == about => Some(said.outcome),
            _ => None,
        });
        let accepted = self.find(object, &transfer.id, |said| match said {
            Said::Reply(said) if (said.purse, said.transaction) == about => Some(said.accepted),
            _ => None,
        });
        let is_done = transfer.kind == TransferKind::Post;
        if is_done && accepted.is_none() {
            return unsigned(object, transfer, "the holder's reply");
        }
        let expected = match is_done {
            true => MovementOutcome::Completed,
            false => MovementOutcome::NotCompleted,
        };
        match outcome {
            None => return unsigned(object, transfer, "the bank's verdict"),
            Some(outcome) if outcome != expected => {
                return unfit(object, transfer, "the bank's verdict is another");
            }
            Some(_) if is_done && accepted == Some(false) => {
                return unfit(object, transfer, "the holder said no");
            }
            Some(_) => {}
        }
        if is_done {
            self.take(object, transfer, &request)?;
        }
        Ok(self.pending.get(&(object, held)).cloned())
    }

    /// What waits is taken once.
    fn take(
        &mut self,
        object: &str,
        transfer: &BookTransfer,
        request: &MovementRequest,
    ) -> Result<(), Finding> {
        let (Endpoint::Waiting(credit), Some(taker)) = (&request.source, taker(request)) else {
            return Ok(());
        };
        match self.taken.insert((taker, *credit), transfer.id.clone()) {
            None => Ok(()),
            Some(first) => Err(Finding::UsedTwice {
                object: object.to_owned(),
                message: format!("waiting {credit}"),
                first,
                second: transfer.id.clone(),
            }),
        }
    }
}
