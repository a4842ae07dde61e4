//! How an account comes to be, and certificates.

use tallystick_protocol::account::{
    AccountOffer, CardExpiry, CardNumber, CardRecord, CertificateAnswer, EnrolmentAnswer,
    EnrolmentRequest, EnrolmentTicket, HolderCertificateRequest, HolderShareAnswer,
    HolderShareRequest, KeyCertificates, MoveRequest, PartyCertificateRequest, PartyShareAnswer,
    PartyShareRequest, RegistrationReceipt, RevocationRequest,
};
use tallystick_protocol::instrument::Instrument;
use tallystick_protocol::keys::{Centres, Degrees, Epoch, ShareRecipient};
use tallystick_protocol::trust::certificate::revocation::RevocationReason;
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::identifier::{HolderId, Role};

use crate::{domain, envelope, holds, pair, share, yen};

#[test]
fn enrolment_is_as_the_page_says() {
    let number = CardNumber::with_check_digit("400000123456789").unwrap();
    let expiry = CardExpiry::new(11, 2029).unwrap();
    let card = CardRecord::new(number, expiry, "Aiko Tanaka", "+81 3 1234 5678").unwrap();
    holds(
        "account-offer",
        &AccountOffer {
            envelope: envelope(Audience::Anyone),
            card,
            limit: Some(yen(50_000)),
            grant: [1; 32],
            instrument: Some(Instrument::BankAccount),
        },
    );
    let request =
        EnrolmentRequest::unsigned(domain("issuer.example"), [1; 32], [2; 32], vec![3; 294]);
    holds("enrolment-request", &request.signed(vec![4; 256]));
    let holder = HolderId::of_enrolment_key(&[2; 32]);
    holds(
        "revocation-request",
        &RevocationRequest {
            envelope: envelope(Audience::Party(domain("ca.example"))),
            reason: Some(RevocationReason::Superseded),
        },
    );
    holds(
        "registration-receipt",
        &RegistrationReceipt {
            envelope: envelope(Audience::Anyone),
        },
    );
    holds(
        "key-certificates",
        &KeyCertificates {
            certificates: vec![vec![1].into(), vec![2].into()],
        },
    );
    let request = MoveRequest::unsigned(domain("issuer.example"), holder, &[1; 32]);
    holds("move-request", &request.signed(vec![4; 256]));
    holds(
        "enrolment-answer",
        &EnrolmentAnswer {
            holder_certificate: vec![1],
            ticket: vec![2],
        },
    );
    let centres = Centres::one(domain("keys.example"));
    holds(
        "enrolment-ticket",
        &EnrolmentTicket {
            envelope: envelope(Audience::Anyone),
            enrolment_public_key: [1; 32],
            epoch: Epoch(1),
            centres,
        },
    );
    holds(
        "holder-share-request",
        &HolderShareRequest {
            ticket: vec![1],
            role: Role::Shop,
            space: None,
        },
    );
    let holder = ShareRecipient::Holder(pair().holder);
    holds(
        "holder-share-answer",
        &HolderShareAnswer {
            envelope: envelope(Audience::Holder),
            degrees: Degrees::DEMO_SHOP,
            share: share(holder),
        },
    );
    let to = || envelope(Audience::Party(domain("keys.example")));
    holds(
        "party-share-request",
        &PartyShareRequest {
            envelope: to(),
            sealing_public_key: [1; 32],
            role: Role::Shop,
            space: Some(0),
        },
    );
    let party = ShareRecipient::Party(domain("shop.example"));
    holds(
        "party-share-answer",
        &PartyShareAnswer {
            envelope: to(),
            degrees: Degrees::DEMO_SHOP,
            share: share(party),
        },
    );
    holds(
        "holder-certificate-request",
        &HolderCertificateRequest {
            envelope: to(),
            signing_public_key: vec![1],
            label: "account 1".into(),
        },
    );
    holds(
        "party-certificate-request",
        &PartyCertificateRequest {
            pkcs10: vec![1],
            token: [1; 32],
        },
    );
    holds(
        "certificate-answer",
        &CertificateAnswer {
            certificate: vec![1],
        },
    );
}
