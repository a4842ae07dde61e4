//! What authority and bank make of a renewal (EP 1 221 669, S2 to S11): verified, then taken into the card.

use tallystick_protocol::bank::{PurseOpening, RenewalAnswer, RenewalOutcome, RenewalPermit};
use tallystick_protocol::purse::key_digest;
use tallystick_protocol::trust::statement::{self, Audience};
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::{Domain, Role};
use tallystick_protocol::wire::problem::ProblemKind;

use super::question::Question;
use super::record::PurseRecord;
use super::refusal::{as_good_as_none, unheard};
use super::renewal_record::RenewalRecord;
use crate::core::ask::{self, Ask, CBOR, CallError, NOTHING, Said};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};

fn unfit(what: &dyn core::fmt::Display) -> WalletError {
    WalletError::caused(ErrorKind::BankAnswerInvalid, what)
}

/// Why the bank does not permit a new key; nothing if it does.
const fn refusal(outcome: RenewalOutcome) -> Option<ErrorKind> {
    Some(match outcome {
        RenewalOutcome::Permitted => return None,
        RenewalOutcome::FeeNotCovered => ErrorKind::FeeNotCovered,
        RenewalOutcome::FeeOptionNotOffered => ErrorKind::FeeNotOffered,
        RenewalOutcome::FeeDiffers => ErrorKind::FeeChanged,
        RenewalOutcome::UnknownPurse => ErrorKind::PurseUnknown,
        RenewalOutcome::PurseBlocked => ErrorKind::PurseBlocked,
        RenewalOutcome::AccountEnded => ErrorKind::AccountEnded,
        RenewalOutcome::BadSignature => ErrorKind::PurseKeyReplaced,
        _ => ErrorKind::RenewalRefused,
    })
}

/// Why the authority takes nothing.
const fn problem(problem: ProblemKind) -> ErrorKind {
    match problem {
        ProblemKind::Expired => ErrorKind::PurseKeyEnded,
        ProblemKind::BadSignature | ProblemKind::CertificateRevoked => ErrorKind::PurseKeyReplaced,
        ProblemKind::NotFound => ErrorKind::PurseUnknown,
        ProblemKind::WrongClock => ErrorKind::ClockWrong,
        _ => ErrorKind::RenewalRefused,
    }
}

/// What the authority is to hear about a renewal.
struct Word {
    path: &'static str,
    accept: &'static str,
    question: fn(String) -> Question,
    /// What the card signed for it, while it has to be sent.
    said: fn(&RenewalRecord) -> Option<&Vec<u8>>,
}

const WISH: Word = Word {
    path: "/v1/key-renewals",
    accept: CBOR,
    question: Question::Renewal,
    said: |renewal| renewal.is_asked().then_some(&renewal.wish),
};

const RENEWED: Word = Word {
    path: "/v1/keys-renewed",
    accept: NOTHING,
    question: Question::Renewed,
    said: |renewal| renewal.renewed.as_ref().filter(|_| renewal.is_open()),
};

impl Desk<'_> {
    /// Asks the authority to have the next key of every purse certified for which its card signed, or of one purse.
    pub(super) fn key_renewal_asks(
        &mut self,
        only: Option<&str>,
    ) -> Result<Vec<Ask<Question>>, WalletError> {
        self.say_to_authority(only, &WISH)
    }

    /// Tells the authority of every new key that is in its place, or of that of one purse.
    pub(super) fn key_renewed_asks(
        &mut self,
        only: Option<&str>,
    ) -> Result<Vec<Ask<Question>>, WalletError> {
        self.say_to_authority(only, &RENEWED)
    }

    fn say_to_authority(
        &mut self,
        only: Option<&str>,
        word: &Word,
    ) -> Result<Vec<Ask<Question>>, WalletError> {
        let context = self.context;
        let Some(authority) = &context.registration else {
            return Ok(Vec::new());
        };
        let url = context.urls.url(authority, word.path);
        let purses = self.banking()?.purses();
        let meant = purses.filter(|purse| only.is_none_or(|only| purse.id == only));
        Ok(meant
            .filter_map(|purse| {
                let said = (word.said)(purse.renewal.as_ref()?)?.clone();
                let question = (word.question)(purse.id.clone());
                Some(ask::post_signed(question, url.clone(), said, word.accept))
            })
            .collect())
    }

    /// Takes up what authority and bank made of the wish. Returns whether anything came of it.
    pub(super) fn take_renewal(&mut self, id: &str, said: &Said) -> Result<bool, WalletError> {
        let Ok(mut purse) = self.purse(id) else {
            return Ok(false);
        };
        let Some(mut renewal) = purse.renewal.take().filter(RenewalRecord::is_asked) else {
            return Ok(false);
        };
        match said {
            Ok(answer) => match self.permitted(&purse, &mut renewal, answer) {
                Ok(permit) => self.keep_continued(&purse.account, &permit)?,
                Err(error) => return as_good_as_none(error),
            },
            Err(CallError::Refused(kind)) => renewal.failure = Some(problem(*kind)),
            Err(CallError::Later(_) | CallError::Strange { .. }) => return Ok(false),
        }
        purse.renewal = Some(renewal);
        self.keep_banking(purse)?;
        Ok(true)
    }

    /// The bank's permit, if it is about that key, and what goes with it is.
    fn permitted(
        &self,
        purse: &PurseRecord,
        renewal: &mut RenewalRecord,
        answer: &[u8],
    ) -> Result<RenewalPermit, WalletError> {
        let answer: RenewalAnswer = decode(answer).map_err(|error| unfit(&error))?;
        let permit = self.permit(
            &purse.bank,
            &key_digest(&renewal.public_key),
            &answer.permit,
        )?;
        renewal.failure = refusal(permit.outcome);
        if renewal.failure.is_none() {
            let paid = permit.fee.map_or(0, |fee| fee.minor);
            let is_agreed = paid == renewal.amount.minor
                && permit
                    .fee
                    .is_none_or(|fee| fee.currency == renewal.amount.currency);
            if !is_agreed {
                return Err(unfit(&"the bank took another fee than was agreed to"));
            }
            let missing = || unfit(&"the bank permits a key and does not open the purse for it");
            let opening = answer.opening.ok_or_else(missing)?;
            self.require_same_purse(purse, renewal, &opening)?;
            renewal.opening = Some(opening);
        }
        renewal.permit = Some(answer.permit);
        Ok(permit)
    }

    /// What the bank signed about that key. It is about no other, so it counts also when the wallet was away until
    /// its period was over.
    fn permit(
        &self,
        bank: &Domain,
        key: &[u8; 32],
        signed: &[u8],
    ) -> Result<RenewalPermit, WalletError> {
        let claimed: RenewalPermit =
            statement::unverified(signed).map_err(|error| unfit(&error))?;
        let as_of = self.now().min(claimed.envelope.expires_at);
        let authority = self.context.registration.clone();
        let authority = authority.ok_or_else(|| unfit(&"nobody registers"))?;
        let anchors = self.anchors();
        let said = statement::open::<RenewalPermit>(signed, anchors, as_of, Role::Issuer)
            .and_then(|said| said.require_sender(bank).map(|()| said))
            .and_then(|said| said.require_transaction(key).map(|()| said))
            .and_then(|said| {
                let to = Audience::Party(authority);
                said.require_recipient(&to).map(|()| said)
            })
            .map_err(|error| unheard(&error, bank))?;
        Ok(said.message)
    }

    /// Requires that what the bank opened is the same purse, for its next key.
    fn require_same_purse(
        &self,
        purse: &PurseRecord,
        renewal: &RenewalRecord,
        opening: &[u8],
    ) -> Result<(), WalletError> {
        let next = PurseRecord {
            public_key: renewal.public_key.clone(),
            ..purse.clone()
        };
        let opening: PurseOpening = decode(opening).map_err(|error| unfit(&error))?;
        let opened = self.opened_as(&next, &opening)?;
        let known = purse.opened.as_ref();
        if known
            .is_some_and(|known| (known.number, known.currency) == (opened.number, opened.currency))
        {
            Ok(())
        } else {
            Err(unfit(&"the bank opened another purse"))
        }
    }

    /// Until when the account is good from now on.
    fn keep_continued(&mut self, account: &str, permit: &RenewalPermit) -> Result<(), WalletError> {
        let mut profile = self.profile()?.clone();
        let (Ok(account), Some(expires_at)) = (profile.card_mut(account), permit.expires_at) else {
            return Ok(());
        };
        account.account_expires_at = Some(expires_at);
        self.keep_profile(profile)
    }

    /// Requires that the bank permits the key that was asked for.
    pub(super) fn require_permitted(&mut self, id: &str) -> Result<(), WalletError> {
        let purse = self.purse(id)?;
        let renewal = purse.renewal.as_ref();
        let failure = match renewal {
            Some(renewal) if renewal.is_asked() => Some(ErrorKind::BankUnreachable),
            Some(renewal) => renewal.failure,
            None => None,
        };
        match failure {
            Some(kind) => Err(WalletError::new(kind).about(&purse.bank_name)),
            None => Ok(()),
        }
    }

    /// Takes up that the authority has heard of the new key. Returns whether anything came of it.
    pub(super) fn take_renewed(&mut self, id: &str, said: &Said) -> Result<bool, WalletError> {
        let Ok(mut purse) = self.purse(id) else {
            return Ok(false);
        };
        let Some(renewal) = purse.renewal.as_mut() else {
            return Ok(false);
        };
        match said {
            Ok(_) => renewal.is_done = true,
            // The new key is in its place all the same; the authority has another for this purse.
            Err(CallError::Refused(kind)) => renewal.failure = Some(problem(*kind)),
            Err(CallError::Later(_) | CallError::Strange { .. }) => return Ok(false),
        }
        self.keep_banking(purse)?;
        Ok(true)
    }
}
