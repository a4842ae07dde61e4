//! Transcripts, and the secrets that follow from them.

use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::hello::{Finish, Hello, HelloAnswer};
use super::{AgreementError, Profile};
use crate::wire::cbor::encode;
use crate::wire::registry::context;

/// A secret, 32 bytes.
pub(super) type Secret = Zeroizing<[u8; 32]>;

const CONTEXT: &[u8] = context::AGREEMENT.as_bytes();

/// What is said until both shares are known. The responder signs it.
pub(super) fn first(hello: &Hello, session: &[u8; 16], share: &[u8; 32]) -> [u8; 32] {
    let hash = Sha256::new().chain_update(CONTEXT);
    let hash = hash.chain_update(Sha256::digest(encode(hello)));
    hash.chain_update(session)
        .chain_update(share)
        .finalize()
        .into()
}

/// The same with the responder's proof, of which [`of_answer`] is the digest. The initiator signs it.
pub(super) fn second(first: &[u8; 32], answer: &[u8; 32]) -> [u8; 32] {
    with(first, answer)
}

/// Everything, to the finish of which [`of_finish`] is the digest. The key depends on it.
pub(super) fn third(second: &[u8; 32], finish: &[u8; 32]) -> [u8; 32] {
    with(second, finish)
}

/// What stands for the responder's proof in a transcript.
pub(super) fn of_answer(answer: &HelloAnswer) -> [u8; 32] {
    Sha256::digest(&answer.sealed).into()
}

/// What stands for the initiator's second message in a transcript.
pub(super) fn of_finish(finish: &Finish) -> [u8; 32] {
    Sha256::digest(encode(finish)).into()
}

fn with(transcript: &[u8; 32], said: &[u8; 32]) -> [u8; 32] {
    let hash = Sha256::new().chain_update(CONTEXT).chain_update(transcript);
    hash.chain_update(said).finalize().into()
}

/// The X25519 key of a secret.
pub(super) fn share(secret: &[u8; 32]) -> [u8; 32] {
    x25519_dalek::x25519(*secret, x25519_dalek::X25519_BASEPOINT_BYTES)
}

/// What two X25519 keys have in common (RFC 7748 §6.1).
pub(super) fn common(secret: &[u8; 32], share: &[u8; 32]) -> Result<Secret, AgreementError> {
    let common = Zeroizing::new(x25519_dalek::x25519(*secret, *share));
    let all = common.iter().fold(0, |all, byte| all | byte);
    if all == 0 {
        Err(AgreementError::Share)
    } else {
        Ok(common)
    }
}

/// What both sides have after the last message: of their shares, and of what was sent under the responder's RSA key.
pub(super) fn agreed(
    profile: Profile,
    common: &Secret,
    transported: Option<&[u8; 32]>,
    third: &[u8; 32],
) -> Result<Secret, AgreementError> {
    let mut material = Zeroizing::new([0; 64]);
    material[..32].copy_from_slice(common.as_ref());
    let length = match (profile, transported) {
        (Profile::KeyAgreement, None) => 32,
        (Profile::KeyTransport, Some(sent)) => {
            material[32..].copy_from_slice(sent);
            64
        }
        _ => return Err(AgreementError::Transport),
    };
    Ok(derived(&material[..length], third, b"agreed"))
}

/// The key where somebody else's share is in it.
pub(super) fn joined(agreed: &Secret, second: &Secret, third: &[u8; 32]) -> Secret {
    let mut material = Zeroizing::new([0; 64]);
    material[..32].copy_from_slice(agreed.as_ref());
    material[32..].copy_from_slice(second.as_ref());
    derived(material.as_ref(), third, b"joined")
}

/// What shows that somebody has the key.
pub(super) fn tag(key: &Secret, third: &[u8; 32]) -> [u8; 32] {
    *derived(key.as_ref(), third, b"confirmation")
}

fn derived(material: &[u8], transcript: &[u8; 32], label: &[u8]) -> Secret {
    let mut secret = Secret::default();
    let keys = Hkdf::<Sha256>::new(Some(transcript), material);
    // 32 bytes are far below the limit of HKDF.
    let _infallible = keys.expand_multi_info(&[CONTEXT, label], secret.as_mut());
    secret
}
