//! What a proof says once it is verified: who signed it, and that nobody else could have.

use tallystick_protocol::bank::{AccountInstruction, KeyRenewal, Proof, ProofKind};
use tallystick_protocol::checkout::answers::{Acceptance, AuthorisationRequest, Refusal};
use tallystick_protocol::checkout::handing::HandingOver;
use tallystick_protocol::checkout::order::{HolderApproval, OrderProof};
use tallystick_protocol::checkout::refunds::RefundRequest;
use tallystick_protocol::purse::local::{LocalAnswer, LocalPayment};
use tallystick_protocol::purse::{
    MovementReply, MovementRequest, MovementVerdict, PurseNumber, PursePayment, PurseReport,
};
use tallystick_protocol::trust::certificate::CertificateError;
use tallystick_protocol::trust::command::{self, CommandError, OperatorCommand, OperatorKey};
use tallystick_protocol::trust::holder::verify_holder;
use tallystick_protocol::trust::keyed::{self, KeyedError, KeyedMessage};
use tallystick_protocol::trust::statement::{StatementError, open};
use tallystick_protocol::wire::cbor::{CborError, decode};
use tallystick_protocol::wire::identifier::Role;

use crate::directory::{Directory, of_one};
use crate::finding::Finding;
use crate::trust::Trust;

/// What is wrong with a message.
pub(crate) enum Wrong {
    BadSignature,
    Untrusted(String),
    Unreadable(String),
}

impl Wrong {
    /// The same as a finding.
    pub(crate) fn finding(self, object: &str, message: &'static str, entry: &str) -> Finding {
        let (object, entry) = (object.to_owned(), entry.to_owned());
        match self {
            Self::BadSignature => Finding::BadSignature {
                object,
                message,
                entry,
            },
            Self::Untrusted(why) => Finding::UntrustedSigner {
                object,
                message,
                entry,
                why,
            },
            Self::Unreadable(why) => Finding::Unreadable {
                object,
                message,
                entry,
                why,
            },
        }
    }
}

impl From<KeyedError> for Wrong {
    fn from(error: KeyedError) -> Self {
        match error {
            KeyedError::BadSignature => Self::BadSignature,
            error => Self::Unreadable(error.to_string()),
        }
    }
}

impl From<StatementError> for Wrong {
    fn from(error: StatementError) -> Self {
        match error {
            StatementError::BadSignature => Self::BadSignature,
            StatementError::Malformed
            | StatementError::TooLong { .. }
            | StatementError::Message(_) => Self::Unreadable(error.to_string()),
            error => Self::Untrusted(error.to_string()),
        }
    }
}

impl From<CborError> for Wrong {
    fn from(error: CborError) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// What was said, and verified.
pub(crate) enum Said {
    Movement(MovementRequest),
    Reply(MovementReply),
    Verdict(MovementVerdict),
    Payment(PursePayment),
    Request(AuthorisationRequest),
    /// With the account of the ledger whose key approved.
    Approval(HolderApproval, String),
    /// Signed by nobody: it opens the root that was approved.
    Order(Box<OrderProof>),
    Acceptance(Acceptance),
    HandingOver(HandingOver),
    /// With the role in which it was signed.
    Refusal(Refusal, Role),
    Refund(RefundRequest),
    /// With the name of the operator's key.
    Command(OperatorCommand, String),
    Renewal(KeyRenewal),
    Instruction(AccountInstruction),
    Local(LocalPayment),
    Received(LocalAnswer),
    /// By a purse that took over from a prepaid card.
    Report(Box<PurseReport>),
}

impl Said {
    /// Verifies a proof.
    pub(crate) fn of(proof: &Proof, trust: &Trust, directory: &Directory) -> Result<Self, Wrong> {
        let (bytes, anchors, at) = (&proof.signed[..], &trust.anchors, proof.at);
        Ok(match proof.kind {
            ProofKind::MovementRequest => {
                let number = |message: &MovementRequest| message.purse;
                Self::Movement(by_purse(bytes, number, directory)?)
            }
            ProofKind::MovementReply => {
                let number = |message: &MovementReply| message.purse;
                Self::Reply(by_purse(bytes, number, directory)?)
            }
            ProofKind::PursePayment => {
                let number = |message: &PursePayment| message.purse;
                Self::Payment(by_purse(bytes, number, directory)?)
            }
            ProofKind::KeyRenewal => {
                let number = |message: &KeyRenewal| message.purse;
                Self::Renewal(by_purse(bytes, number, directory)?)
            }
            ProofKind::MovementVerdict => Self::Verdict(directory.of_bank(bytes)?),
            ProofKind::AuthorisationRequest => {
                Self::Request(open(bytes, anchors, at, Role::Shop)?.message)
            }
            ProofKind::Approval => {
                let said = verify_holder::<HolderApproval>(bytes, anchors, at)?;
                let account = directory.account_of_certificate(&said.certificate);
                let stranger = || Wrong::Untrusted("No account has this certificate.".into());
                let account = account.ok_or_else(stranger)?.to_owned();
                Self::Approval(said.message, account)
            }
            ProofKind::OrderProof => Self::Order(Box::new(decode(bytes)?)),
            ProofKind::Acceptance => {
                Self::Acceptance(open(bytes, anchors, at, Role::Courier)?.message)
            }
            ProofKind::HandingOver => {
                Self::HandingOver(open(bytes, anchors, at, Role::Shop)?.message)
            }
            ProofKind::Refusal => refusal(bytes, trust, proof)?,
            ProofKind::RefundRequest => Self::Refund(open(bytes, anchors, at, Role::Shop)?.message),
            ProofKind::Command => command(proof, trust)?,
            ProofKind::LocalPayment => {
                let number = |message: &LocalPayment| message.payer;
                Self::Local(by_purse(bytes, number, directory)?)
            }
            ProofKind::LocalAnswer => {
                let number = |message: &LocalAnswer| message.payee;
                let answer = by_purse(bytes, number, directory)?;
                if answer.taken.is_none() {
                    return Err(Wrong::Unreadable("It refuses the payment.".into()));
                }
                Self::Received(answer)
            }
            ProofKind::PurseReport => {
                let number = |message: &PurseReport| message.purse;
                Self::Report(Box::new(by_purse(bytes, number, directory)?))
            }
            ProofKind::Instruction => Self::Instruction(instruction(proof, trust, directory)?),
            _ => return Err(Wrong::Unreadable("It is for no entry.".into())),
        })
    }

    /// Whether it is for one entry. A holder's instruction, or agreement to a fee, may be for several, and so may a report.
    pub(crate) const fn is_for_one(&self) -> bool {
        !matches!(
            self,
            Self::Renewal(_) | Self::Instruction(_) | Self::Report(_)
        )
    }

    /// What makes it this message and no other. None of what nobody signed.
    pub(crate) fn identity(&self) -> Option<String> {
        Some(match self {
            Self::Movement(said) => format!("movement-request {} {}", said.transaction, said.purse),
            Self::Reply(said) => format!("movement-reply {} {}", said.transaction, said.purse),
            Self::Verdict(said) => format!("movement-verdict {} {}", said.transaction, said.purse),
            Self::Payment(said) => format!("purse-payment {}", said.root),
            Self::Request(said) => format!("authorisation-request {}", said.part.root),
            Self::Approval(said, _) => format!("approval {}", said.root),
            Self::Order(_) => return None,
            Self::Acceptance(said) => format!("acceptance {}", said.root),
            Self::HandingOver(said) => format!("handing-over {}", said.root),
            Self::Refusal(said, role) => format!("refusal {} {}", role.as_str(), said.root),
            Self::Refund(said) => format!("refund-request {} {}", said.root, said.number),
            Self::Command(said, _) => format!("command {}", said.id),
            Self::Renewal(said) => format!("key-renewal {} {}", said.purse, said.at.0),
            Self::Instruction(said) => format!("instruction {} {}", said.account, said.at.0),
            Self::Local(said) => format!("local-payment {}", said.transaction()),
            Self::Received(said) => format!("local-answer {}", said.transaction),
            Self::Report(said) => format!("purse-report {} {}", said.purse, said.state.sequence),
        })
    }
}

/// A message of the purse that it names.
fn by_purse<M: KeyedMessage>(
    bytes: &[u8],
    number: impl Fn(&M) -> PurseNumber,
    directory: &Directory,
) -> Result<M, Wrong> {
    let claimed: M = keyed::unverified(bytes)?;
    let purse = directory.purses.get(&number(&claimed));
    let unknown = || Wrong::Untrusted("The bank has no such purse.".into());
    of_one(bytes, &purse.ok_or_else(unknown)?.keys)
}

/// A refusal by the order's courier or its shop.
fn refusal(bytes: &[u8], trust: &Trust, proof: &Proof) -> Result<Said, Wrong> {
    let by = |role| open::<Refusal>(bytes, &trust.anchors, proof.at, role);
    let said = match by(Role::Courier) {
        Err(StatementError::Certificate(CertificateError::WrongRole { .. })) => by(Role::Shop),
        said => said,
    };
    let said = said?;
    Ok(Said::Refusal(said.message, said.signer.role))
}

fn command(proof: &Proof, trust: &Trust) -> Result<Said, Wrong> {
    let untrusted = |why: &str| Wrong::Untrusted(why.to_owned());
    let key = proof.key.as_ref().map(|key| OperatorKey::from_spki(key));
    let key = key.ok_or_else(|| untrusted("No key stands beside it."))?;
    let key = key.map_err(|error| Wrong::Unreadable(error.to_string()))?;
    let is_known = |known: &Vec<String>| known.iter().any(|id| id == key.id());
    if !trust.operators.as_ref().is_none_or(is_known) {
        return Err(untrusted("No operator has this key."));
    }
    match command::open(&proof.signed, &[key]) {
        Ok(signed) => Ok(Said::Command(signed.command, signed.key_id)),
        Err(CommandError::Mismatch) => Err(Wrong::BadSignature),
        Err(CommandError::UnknownKey) => Err(untrusted("Another key signed it.")),
        Err(error) => Err(Wrong::Unreadable(error.to_string())),
    }
}

/// What the key of an account signed.
fn instruction(
    proof: &Proof,
    trust: &Trust,
    directory: &Directory,
) -> Result<AccountInstruction, Wrong> {
    let claimed: AccountInstruction = keyed::unverified(&proof.signed)?;
    let account = directory.account(claimed.account).unwrap_or_default();
    of_one(&proof.signed, &directory.keys_of(account, trust, proof.at))
}
