use super::*;
use crate::test_keys::{TestAuthority, test_signature, test_statement};
use crate::trust::certificate::{CLOCK_SKEW_SECONDS, CertificateError};
use crate::wire::cbor::CborError;
use crate::wire::identifier::{Domain, Role};
use crate::wire::time::Timestamp;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use coset::TaggedCborSerializable;
use minicbor::Encode;
use tallystick_codec::DecodeMap;

const NOW: Timestamp = Timestamp(1_800_000_000);
const ORDER: [u8; 32] = [0xa5; 32];

#[derive(Clone, Debug, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
struct Note {
    #[n(0)]
    envelope: Envelope,
    #[n(1)]
    text: String,
}

impl Message for Note {
    const TYPE: u16 = 65_001;
    const LEN_MAX: usize = 512;
}

impl SignedMessage for Note {
    const CONTEXT: &'static str = "tallystick/v1/test-note";
    fn envelope(&self) -> &Envelope {
        &self.envelope
    }
}

/// The same bytes as a note, said in another context.
#[derive(Debug, Encode, DecodeMap)]
#[cbor(map)]
struct Promise {
    #[n(0)]
    envelope: Envelope,
    #[n(1)]
    text: String,
}

impl Message for Promise {
    const TYPE: u16 = Note::TYPE;
    const LEN_MAX: usize = 512;
}

impl SignedMessage for Promise {
    const CONTEXT: &'static str = "tallystick/v1/test-promise";
    fn envelope(&self) -> &Envelope {
        &self.envelope
    }
}

fn domain(name: &str) -> Domain {
    Domain::parse(name).unwrap()
}

fn note(from: &str) -> Note {
    let to = Audience::Party(domain("hayate.localhost"));
    Note {
        envelope: Envelope::new(domain(from), to, ORDER, NOW, 600),
        text: "Deliver this.".into(),
    }
}

struct Scene {
    authority: TestAuthority,
    leaf: Certificate,
}

impl Scene {
    fn new() -> Self {
        let mut authority = TestAuthority::new(NOW);
        let leaf = authority.party(Role::Shop, "kiso-tea.localhost", "Kiso Tea & Books", 1);
        Self { authority, leaf }
    }

    fn signed(&self, note: &Note) -> Vec<u8> {
        test_statement(note, &self.leaf, 1)
    }

    fn open(&self, bytes: &[u8]) -> Result<Verified<Note>, StatementError> {
        open(bytes, &self.authority.anchors(), NOW, Role::Shop)
    }

    fn refusal(&self, note: &Note) -> Option<StatementError> {
        self.open(&self.signed(note)).err()
    }
}

#[test]
fn a_statement_says_what_was_said_and_who_said_it() {
    let scene = Scene::new();
    let note = note("kiso-tea.localhost");
    let bytes = scene.signed(&note);
    let verified = scene.open(&bytes).unwrap();
    assert_eq!(verified.message, note);
    assert_eq!(verified.signer.name, "Kiso Tea & Books");
    assert_eq!(verified.bytes, bytes);
    assert_eq!(message_type(&bytes, 8192), Ok(Note::TYPE));
    assert!(bytes.len() <= max_len::<Note>());
}

#[test]
fn a_statement_is_a_tagged_cose_sign1_with_ps256_and_x5chain() {
    let scene = Scene::new();
    let bytes = scene.signed(&note("kiso-tea.localhost"));
    assert_eq!(bytes[0], 0xd2, "tag 18");
    let read = coset::CoseSign1::from_tagged_slice(&bytes).unwrap();
    let header = read.protected.header;
    assert_eq!(
        header.alg,
        Some(coset::RegisteredLabelWithPrivate::Assigned(
            coset::iana::Algorithm::PS256
        ))
    );
    let leaf = coset::cbor::value::Value::Bytes(scene.leaf.as_der().to_vec());
    assert_eq!(header.rest, [(coset::Label::Int(33), leaf)]);
    assert!(read.unprotected.is_empty());
}

#[test]
fn every_flipped_bit_of_a_statement_is_refused() {
    let scene = Scene::new();
    let mut bytes = scene.signed(&note("kiso-tea.localhost"));
    let anchors = scene.authority.anchors();
    for bit in 0..bytes.len() * 8 {
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(
            open::<Note>(&bytes, &anchors, NOW, Role::Shop).is_err(),
            "bit {bit}"
        );
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
}

#[test]
fn truncated_extended_and_oversized_statements_are_refused() {
    let scene = Scene::new();
    let bytes = scene.signed(&note("kiso-tea.localhost"));
    for end in 0..bytes.len() {
        assert!(
            scene.open(&bytes[..end]).is_err(),
            "accepted at {end} bytes"
        );
    }
    let extended = [bytes.as_slice(), &[0]].concat();
    assert_eq!(scene.open(&extended).err(), Some(StatementError::Malformed));
    let limit = max_len::<Note>();
    assert_eq!(
        scene.open(&vec![0xd2; limit + 1]).err(),
        Some(StatementError::TooLong {
            actual: limit + 1,
            limit
        })
    );
    let mut long = note("kiso-tea.localhost");
    long.text = "x".repeat(600);
    let refused = Unsigned::new(&long, scene.leaf.as_der());
    assert!(matches!(
        refused.err(),
        Some(StatementError::TooLong { .. })
    ));
}

#[test]
fn another_encoding_of_the_same_statement_is_refused() {
    let scene = Scene::new();
    let bytes = scene.signed(&note("kiso-tea.localhost"));
    // Without the tag; and with a header that nobody signs.
    assert_eq!(
        scene.open(&bytes[1..]).err(),
        Some(StatementError::Malformed)
    );
    let mut read = coset::CoseSign1::from_tagged_slice(&bytes).unwrap();
    read.unprotected.key_id = b"key".to_vec();
    let altered = read.to_tagged_vec().unwrap();
    assert_eq!(scene.open(&altered).err(), Some(StatementError::Malformed));
}

#[test]
fn a_statement_by_a_party_in_another_role_is_refused() {
    let scene = Scene::new();
    let bytes = scene.signed(&note("kiso-tea.localhost"));
    let refused = open::<Note>(&bytes, &scene.authority.anchors(), NOW, Role::Issuer);
    assert_eq!(
        refused.err(),
        Some(StatementError::Certificate(CertificateError::WrongRole {
            expected: Role::Issuer,
            actual: Role::Shop
        }))
    );
}

#[test]
fn a_statement_in_somebody_elses_name_is_refused() {
    let scene = Scene::new();
    assert_eq!(
        scene.refusal(&note("asahi-card.localhost")),
        Some(StatementError::WrongSender {
            claimed: domain("asahi-card.localhost")
        })
    );
}

#[test]
fn a_holder_certificate_signs_no_statements() {
    let mut scene = Scene::new();
    scene.leaf = scene.authority.holder("account 4f2a", 1);
    let bytes = scene.signed(&note("kiso-tea.localhost"));
    let refused = open::<Note>(&bytes, &scene.authority.anchors(), NOW, Role::Holder);
    assert!(matches!(
        refused.err(),
        Some(StatementError::WrongSender { .. })
    ));
}

#[test]
fn a_statement_signed_by_another_key_than_the_certified_one_is_refused() {
    let scene = Scene::new();
    let bytes = test_statement(&note("kiso-tea.localhost"), &scene.leaf, 2);
    assert_eq!(scene.open(&bytes).err(), Some(StatementError::BadSignature));
}

#[test]
fn a_statement_cannot_stand_in_for_one_of_another_kind() {
    let scene = Scene::new();
    let bytes = scene.signed(&note("kiso-tea.localhost"));
    let refused = open::<Promise>(&bytes, &scene.authority.anchors(), NOW, Role::Shop);
    assert_eq!(refused.err(), Some(StatementError::BadSignature));
}

#[test]
fn a_statement_of_another_version_is_refused_though_it_is_signed() {
    let scene = Scene::new();
    let bytes = scene.signed(&note("kiso-tea.localhost"));
    let mut read = coset::CoseSign1::from_tagged_slice(&bytes).unwrap();
    let mut payload = read.payload.take().unwrap();
    payload[1] = 2;
    read.payload = Some(payload);
    read.signature = test_signature(1, &read.tbs_data(Note::CONTEXT.as_bytes()));
    assert_eq!(
        scene.open(&read.to_tagged_vec().unwrap()).err(),
        Some(StatementError::Message(CborError::UnsupportedVersion(2)))
    );
}

#[test]
fn a_statement_is_void_before_it_is_sent_and_after_it_expires() {
    let scene = Scene::new();
    let mut early = note("kiso-tea.localhost");
    early.envelope.sent_at = NOW.plus_seconds(CLOCK_SKEW_SECONDS + 1);
    early.envelope.expires_at = NOW.plus_seconds(900);
    assert_eq!(scene.refusal(&early), Some(StatementError::NotYetSent));
    early.envelope.sent_at = NOW.plus_seconds(CLOCK_SKEW_SECONDS);
    assert_eq!(scene.refusal(&early), None);

    let mut late = note("kiso-tea.localhost");
    late.envelope.sent_at = NOW.minus_seconds(900);
    late.envelope.expires_at = NOW.minus_seconds(CLOCK_SKEW_SECONDS + 1);
    assert_eq!(scene.refusal(&late), Some(StatementError::Expired));
    late.envelope.expires_at = NOW.minus_seconds(CLOCK_SKEW_SECONDS);
    assert_eq!(scene.refusal(&late), None);
}

#[test]
fn an_impossible_period_is_refused() {
    let scene = Scene::new();
    let mut backwards = note("kiso-tea.localhost");
    backwards.envelope.expires_at = NOW;
    assert_eq!(scene.refusal(&backwards), Some(StatementError::BadPeriod));
    let mut endless = note("kiso-tea.localhost");
    endless.envelope.expires_at = NOW.plus_seconds(VALIDITY_SECONDS_MAX + 1);
    assert_eq!(scene.refusal(&endless), Some(StatementError::BadPeriod));
}

#[test]
fn whom_it_is_for_from_whom_and_about_what_can_be_required() {
    let scene = Scene::new();
    let verified = scene
        .open(&scene.signed(&note("kiso-tea.localhost")))
        .unwrap();
    let party = |name| Audience::Party(domain(name));
    assert_eq!(
        verified.require_recipient(&party("hayate.localhost")),
        Ok(())
    );
    for other in [party("keys.localhost"), Audience::Holder, Audience::Anyone] {
        assert!(verified.require_recipient(&other).is_err());
    }
    assert_eq!(
        verified.require_sender(&domain("kiso-tea.localhost")),
        Ok(())
    );
    assert!(
        verified
            .require_sender(&domain("hayate.localhost"))
            .is_err()
    );
    assert_eq!(verified.require_transaction(&ORDER), Ok(()));
    assert_eq!(
        verified.require_transaction(&[0; 32]),
        Err(StatementError::WrongTransaction)
    );
}

#[test]
fn signing_can_be_interrupted_after_the_decision() {
    let scene = Scene::new();
    let unsigned = Unsigned::new(&note("kiso-tea.localhost"), scene.leaf.as_der()).unwrap();
    let stored = unsigned.to_be_signed().to_vec();
    let again = Unsigned::<Note>::from_to_be_signed(&stored).unwrap();
    assert_eq!(again.to_be_signed(), stored);
    let bytes = again.finish(&test_signature(1, &stored)).unwrap();
    assert!(scene.open(&bytes).is_ok());

    assert!(Unsigned::<Promise>::from_to_be_signed(&stored).is_err());
    assert!(Unsigned::<Note>::from_to_be_signed(&stored[1..]).is_err());
    assert!(Unsigned::<Note>::from_to_be_signed(&[stored.as_slice(), &[0]].concat()).is_err());
}

#[test]
fn a_statement_put_together_from_what_was_stored_is_the_one_that_was_finished() {
    let scene = Scene::new();
    let unsigned = Unsigned::new(&note("kiso-tea.localhost"), scene.leaf.as_der()).unwrap();
    let payload = crate::wire::cbor::encode(&note("kiso-tea.localhost"));
    let leaf = scene.leaf.as_der();
    let stored = to_be_signed(&payload, leaf, Note::CONTEXT).unwrap();
    assert_eq!(stored, unsigned.to_be_signed());
    let finished = unsigned.finish(&[7; 256]).unwrap();
    assert_eq!(assemble(&payload, leaf, &[7; 256]).unwrap(), finished);
    let envelope = unverified_envelope(&finished, finished.len()).unwrap();
    assert_eq!(envelope, note("kiso-tea.localhost").envelope);
    assert!(unverified_envelope(&finished, finished.len() - 1).is_err());
    assert!(unverified_envelope(b"", 1).is_err());
}
