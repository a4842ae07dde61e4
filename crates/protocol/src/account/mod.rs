//! How a wallet is enrolled, and how holders and parties obtain certificates and key shares.
//!
//! 1. The issuer opens an account and hands over an [`AccountOffer`]: a card and a grant for one enrolment.
//! 2. The wallet's card makes an enrolment key and a signing key; the wallet sends an [`EnrolmentRequest`].
//! 3. The issuer has the signing key certified ([`HolderCertificateRequest`]) and answers with the
//!    certificate and an [`EnrolmentTicket`] ([`EnrolmentAnswer`]).
//! 4. With the ticket the wallet fetches its key shares ([`HolderShareRequest`]), sealed to the enrolment
//!    key, so that nobody but the card can open them.
//!
//! A wallet that moves an account to other keys has the old ones sign it away first ([`MoveRequest`]).
//!
//! Parties fetch theirs with a [`PartyShareRequest`] signed by their certified key, and their certificate
//! with a [`PartyCertificateRequest`]. Whoever had a key certified has it revoked with a [`RevocationRequest`].

mod card_record;
mod certificates;
pub mod contact;
mod directory;
mod holder_shares;
mod moving;
mod offer;
mod party_shares;
mod request;
mod ticket;

pub use card_record::{CardExpiry, CardNumber, CardRecord, CardRecordError};
pub use certificates::{CertificateAnswer, HolderCertificateRequest, PartyCertificateRequest};
pub use directory::{
    KEY_CERTIFICATES_MAX, KeyCertificates, RegistrationReceipt, RevocationRequest,
};
pub use holder_shares::{HolderShareAnswer, HolderShareRequest};
pub use moving::MoveRequest;
pub use offer::AccountOffer;
pub use party_shares::{PartyShareAnswer, PartyShareRequest};
pub use request::{EnrolmentAnswer, EnrolmentError, EnrolmentRequest, ProvenKeys};
pub use ticket::EnrolmentTicket;

#[cfg(test)]
mod tests;
