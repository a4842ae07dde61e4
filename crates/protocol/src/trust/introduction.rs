//! How service parties confirm each other before anything is relayed: one sends a nonce, the other
//! signs it with its certified key (EP 0 791 901, step O0; T002-7). Holders use
//! [`confirmation`](crate::keys::confirmation) instead.

use crate::trust::certificate::TrustAnchors;
use crate::trust::statement::{Audience, Envelope, SignedMessage, StatementError, Verified, open};
use crate::wire::cbor::Message;
use crate::wire::identifier::{Domain, Role};
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;
use minicbor::Encode;
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;

/// How long an introduction is valid, in seconds.
pub const INTRODUCTION_SECONDS: u64 = 300;

/// One party asks another to say who it is.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct IntroductionRequest {
    /// 32 random bytes, used once.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub nonce: [u8; 32],
    /// Who asks.
    #[n(1)]
    pub from: Domain,
}

impl IntroductionRequest {
    /// Asks with a fresh nonce.
    pub fn new<R: CryptoRng + ?Sized>(rng: &mut R, from: Domain) -> Self {
        let mut nonce = [0; 32];
        rng.fill_bytes(&mut nonce);
        Self { nonce, from }
    }

    /// What the party `domain` answers in `role`; it is still to be signed.
    #[must_use]
    pub fn answer(&self, domain: Domain, role: Role, now: Timestamp) -> Introduction {
        Introduction {
            envelope: Envelope::new(
                domain,
                Audience::Party(self.from.clone()),
                self.nonce,
                now,
                INTRODUCTION_SECONDS,
            ),
            role,
        }
    }

    /// Verifies the answer (a statement) to this request: signed by `domain`, certified for `role`.
    ///
    /// # Errors
    /// [`StatementError`] says what does not hold.
    pub fn verify(
        &self,
        answer: &[u8],
        anchors: &TrustAnchors,
        now: Timestamp,
        domain: &Domain,
        role: Role,
    ) -> Result<Verified<Introduction>, StatementError> {
        let verified = open::<Introduction>(answer, anchors, now, role)?;
        verified.require_sender(domain)?;
        verified.require_recipient(&Audience::Party(self.from.clone()))?;
        verified.require_transaction(&self.nonce)?;
        if verified.message.role != role {
            return Err(StatementError::WrongTransaction);
        }
        Ok(verified)
    }
}

impl Message for IntroductionRequest {
    const TYPE: u16 = message::INTRODUCTION_REQUEST;
    const LEN_MAX: usize = 512;
}

/// A party says who it is. The envelope's transaction is the nonce it was asked with.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Introduction {
    /// From the answering party to the asking one.
    #[n(0)]
    pub envelope: Envelope,
    /// The role in which it answers; its certificate must say the same.
    #[n(1)]
    pub role: Role,
}

impl Message for Introduction {
    const TYPE: u16 = message::INTRODUCTION;
    const LEN_MAX: usize = 1024;
}

impl SignedMessage for Introduction {
    const CONTEXT: &'static str = context::INTRODUCTION;

    fn envelope(&self) -> &Envelope {
        &self.envelope
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_keys::{TestAuthority, TestRng, test_statement};
    use crate::trust::certificate::Certificate;
    use alloc::vec::Vec;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn domain(name: &str) -> Domain {
        Domain::parse(name).unwrap()
    }

    fn scene() -> (TestAuthority, Certificate, IntroductionRequest) {
        let mut authority = TestAuthority::new(NOW);
        let courier = authority.party(Role::Courier, "hayate.localhost", "Hayate Courier", 3);
        let request = IntroductionRequest::new(&mut TestRng::new(7), domain("kiso-tea.localhost"));
        (authority, courier, request)
    }

    fn answer(request: &IntroductionRequest, courier: &Certificate) -> Vec<u8> {
        let answer = request.answer(domain("hayate.localhost"), Role::Courier, NOW);
        test_statement(&answer, courier, 3)
    }

    #[test]
    fn t002_7_a_party_introduces_itself_by_signing_the_nonce() {
        let (authority, courier, request) = scene();
        let introduced = request.verify(
            &answer(&request, &courier),
            &authority.anchors(),
            NOW,
            &domain("hayate.localhost"),
            Role::Courier,
        );
        assert_eq!(introduced.unwrap().signer.name, "Hayate Courier");
    }

    #[test]
    fn t002_7_an_introduction_to_another_nonce_or_asker_is_refused() {
        let (authority, courier, request) = scene();
        let verify = |answer: &[u8]| {
            let courier = domain("hayate.localhost");
            request
                .verify(answer, &authority.anchors(), NOW, &courier, Role::Courier)
                .err()
        };
        let other = IntroductionRequest::new(&mut TestRng::new(8), request.from.clone());
        assert_eq!(
            verify(&answer(&other, &courier)),
            Some(StatementError::WrongTransaction)
        );
        let other = IntroductionRequest {
            from: domain("asahi-card.localhost"),
            ..request.clone()
        };
        assert!(matches!(
            verify(&answer(&other, &courier)),
            Some(StatementError::WrongRecipient { .. })
        ));
    }

    #[test]
    fn t002_7_another_certified_party_cannot_answer_in_its_place() {
        let (mut authority, _, request) = scene();
        let rival = authority.party(Role::Courier, "rival.localhost", "Rival", 4);
        let answer = request.answer(domain("rival.localhost"), Role::Courier, NOW);
        let refused = request.verify(
            &test_statement(&answer, &rival, 4),
            &authority.anchors(),
            NOW,
            &domain("hayate.localhost"),
            Role::Courier,
        );
        assert!(matches!(
            refused.err(),
            Some(StatementError::UnexpectedSender { .. })
        ));
    }

    #[test]
    fn t002_7_a_party_that_answers_in_another_role_than_its_certificates_is_refused() {
        let (authority, courier, request) = scene();
        let answer = request.answer(domain("hayate.localhost"), Role::Shop, NOW);
        let refused = request.verify(
            &test_statement(&answer, &courier, 3),
            &authority.anchors(),
            NOW,
            &domain("hayate.localhost"),
            Role::Courier,
        );
        assert_eq!(refused.err(), Some(StatementError::WrongTransaction));
    }

    #[test]
    fn t002_7_an_introduction_expires() {
        let (authority, courier, request) = scene();
        let late = NOW.plus_seconds(2 * INTRODUCTION_SECONDS + 1);
        let refused = request.verify(
            &answer(&request, &courier),
            &authority.anchors(),
            late,
            &domain("hayate.localhost"),
            Role::Courier,
        );
        assert_eq!(refused.err(), Some(StatementError::Expired));
    }
}
