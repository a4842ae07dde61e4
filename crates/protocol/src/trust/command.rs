//! An operator's command to a party: who says it, to whom, what, once.
//!
//! It comes from a page, so it is what pages make: a JSON Web Signature in its compact form (RFC 7515
//! §7.1) with PS256 (RFC 7518 §3.5), which `crypto.subtle` signs with a key that nobody can take out of
//! the browser. Header and payload are signed as they travel, so there is nothing to encode again; the
//! header's `typ` keeps a signature from counting for anything else.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use data_encoding::BASE64URL_NOPAD;
use rsa::RsaPublicKey;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::signature::{SignatureError, public_key_from_spki, public_key_to_spki, verify_pss};
use crate::checkout::handing::HANDED_TEXT_MAX_BYTES;
use crate::wire::registry::context;

/// The media type of a JWS in its compact form (RFC 7515 §9.2.1).
pub const MEDIA_TYPE: &str = "application/jose";
/// The longest command, in bytes.
pub const COMMAND_MAX_BYTES: usize = 8 * 1024;
/// The most arguments of a command.
pub const ARGUMENTS_MAX: usize = 12;
/// The length of an id and of a word, in bytes, at most.
const TEXT_MAX_BYTES: usize = 256;
/// The length of an argument, in bytes, at most: a text that a shop hands over.
const ARGUMENT_MAX_BYTES: usize = HANDED_TEXT_MAX_BYTES;
/// The shortest id, in bytes: one drawn at random is not shorter.
const ID_MIN_BYTES: usize = 16;

/// Why a command is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// It cannot be read, or is longer than it may be.
    #[error("this is no signed command")]
    Malformed,
    /// No operator has this key.
    #[error("no operator of this party has this key")]
    UnknownKey,
    /// The signature is not that of the key it names.
    #[error("the command's signature does not match")]
    Mismatch,
}

/// The public key of an operator.
#[derive(Clone, Debug)]
pub struct OperatorKey {
    id: String,
    key: RsaPublicKey,
}

impl OperatorKey {
    /// Reads a subject public key info (DER).
    ///
    /// # Errors
    /// [`SignatureError::UnsupportedKey`] unless it is an RSA key that signatures are verified with.
    pub fn from_spki(spki: &[u8]) -> Result<Self, SignatureError> {
        Ok(Self {
            id: BASE64URL_NOPAD.encode(&Sha256::digest(spki)),
            key: public_key_from_spki(spki)?,
        })
    }

    /// What names the key: SHA-256 of its subject public key info, in base64url without padding.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its subject public key info (DER).
    ///
    /// # Errors
    /// [`SignatureError::UnsupportedKey`] if it cannot be written.
    pub fn to_spki(&self) -> Result<Vec<u8>, SignatureError> {
        public_key_to_spki(&self.key)
    }
}

/// What is commanded.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorCommand {
    /// The role it is said to.
    pub role: String,
    /// The domain of the party it is said to.
    pub domain: String,
    /// A fixed word of the role: "change-limit".
    pub command: String,
    /// Its arguments by name, at most [`ARGUMENTS_MAX`].
    pub arguments: BTreeMap<String, String>,
    /// Drawn for this command, so that it is done once: 16 to 256 letters, digits and hyphens.
    pub id: String,
    /// When it was signed, in seconds since 1970.
    pub at: u64,
}

/// A command whose signature was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCommand {
    /// The key that signed it.
    pub key_id: String,
    /// What it says.
    pub command: OperatorCommand,
    /// SHA-256 of header and payload as they were signed: the same command has the same, whatever the
    /// signature's salt.
    pub digest: [u8; 32],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

/// Reads a command that one of these keys signed.
///
/// # Errors
/// [`CommandError`].
pub fn open(compact: &[u8], keys: &[OperatorKey]) -> Result<SignedCommand, CommandError> {
    let parts = parts(compact)?;
    let header: Header = json(parts.header)?;
    if header.alg != "PS256" || header.typ != context::OPERATOR_COMMAND {
        return Err(CommandError::Malformed);
    }
    let key = keys.iter().find(|key| key.id == header.kid);
    let key = key.ok_or(CommandError::UnknownKey)?;
    let signature = bytes(parts.signature)?;
    verify_pss(&key.key, parts.signed, &signature).map_err(|_| CommandError::Mismatch)?;
    let command: OperatorCommand = json(parts.payload)?;
    require_limits(&command)?;
    Ok(SignedCommand {
        key_id: header.kid,
        command,
        digest: Sha256::digest(parts.signed).into(),
    })
}

struct Parts<'a> {
    header: &'a [u8],
    payload: &'a [u8],
    signature: &'a [u8],
    /// Header and payload with the dot between them.
    signed: &'a [u8],
}

fn parts(compact: &[u8]) -> Result<Parts<'_>, CommandError> {
    if compact.len() > COMMAND_MAX_BYTES {
        return Err(CommandError::Malformed);
    }
    let mut dots = (0..compact.len()).filter(|at| compact.get(*at) == Some(&b'.'));
    let (Some(first), Some(second), None) = (dots.next(), dots.next(), dots.next()) else {
        return Err(CommandError::Malformed);
    };
    Ok(Parts {
        header: &compact[..first],
        payload: &compact[first + 1..second],
        signature: &compact[second + 1..],
        signed: &compact[..second],
    })
}

fn bytes(part: &[u8]) -> Result<Vec<u8>, CommandError> {
    BASE64URL_NOPAD
        .decode(part)
        .map_err(|_| CommandError::Malformed)
}

fn json<T: DeserializeOwned>(part: &[u8]) -> Result<T, CommandError> {
    serde_json::from_slice(&bytes(part)?).map_err(|_| CommandError::Malformed)
}

fn require_limits(command: &OperatorCommand) -> Result<(), CommandError> {
    let id = command.id.as_bytes();
    let is_id = (ID_MIN_BYTES..=TEXT_MAX_BYTES).contains(&id.len())
        && id.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-');
    let arguments = &command.arguments;
    let are_short = arguments
        .iter()
        .all(|(name, value)| name.len() <= TEXT_MAX_BYTES && value.len() <= ARGUMENT_MAX_BYTES);
    if is_id && arguments.len() <= ARGUMENTS_MAX && are_short {
        Ok(())
    } else {
        Err(CommandError::Malformed)
    }
}

/// What is signed for a command: header and payload, each in base64url, with a dot between them. The
/// signature, in base64url, comes after a second dot.
#[must_use]
pub fn to_be_signed(key_id: &str, payload: &str) -> String {
    let typ = context::OPERATOR_COMMAND;
    let header = alloc::format!(r#"{{"alg":"PS256","typ":"{typ}","kid":"{key_id}"}}"#);
    let mut signed = BASE64URL_NOPAD.encode(header.as_bytes());
    signed.push('.');
    signed.push_str(&BASE64URL_NOPAD.encode(payload.as_bytes()));
    signed
}

/// The command in its compact form.
#[must_use]
pub fn compact(to_be_signed: &str, signature: &[u8]) -> String {
    let mut compact = to_be_signed.to_owned();
    compact.push('.');
    compact.push_str(&BASE64URL_NOPAD.encode(signature));
    compact
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_keys::{TestRng, test_key, test_spki};
    use crate::trust::signature::sign_pss;
    use alloc::string::ToString;
    use alloc::vec;

    const PAYLOAD: &str = r#"{"role":"issuer","domain":"card.example","command":"change-limit",
        "arguments":{"account":"7","amount":"5000"},"id":"0123456789abcdef","at":1800000000}"#;

    fn key(seed: usize) -> OperatorKey {
        OperatorKey::from_spki(&test_spki(seed)).unwrap()
    }

    fn signed(seed: usize, key_id: &str, payload: &str) -> String {
        let signed = to_be_signed(key_id, payload);
        let mut rng = TestRng::new(1);
        let signature = sign_pss(&mut rng, &test_key(seed), signed.as_bytes()).unwrap();
        compact(&signed, &signature)
    }

    #[test]
    fn a_command_is_read_if_one_of_the_operators_signed_it() {
        let keys = vec![key(1), key(2)];
        let opened = open(signed(2, keys[1].id(), PAYLOAD).as_bytes(), &keys).unwrap();
        assert_eq!(opened.key_id, keys[1].id());
        assert_eq!(opened.command.arguments["amount"], "5000");
        assert_eq!(opened.command.at, 1_800_000_000);
    }

    #[test]
    fn what_nobody_or_somebody_else_signed_is_refused() {
        let keys = vec![key(1)];
        let by_another = signed(2, keys[0].id(), PAYLOAD);
        assert_eq!(
            open(by_another.as_bytes(), &keys),
            Err(CommandError::Mismatch)
        );
        let unknown = signed(2, key(2).id(), PAYLOAD);
        assert_eq!(
            open(unknown.as_bytes(), &keys),
            Err(CommandError::UnknownKey)
        );
        let good = signed(1, keys[0].id(), PAYLOAD);
        let other = signed(1, keys[0].id(), &PAYLOAD.replace("5000", "9000"));
        let [header, _, signature] = good.split('.').collect::<Vec<_>>()[..] else {
            panic!("three parts");
        };
        let payload = other.split('.').nth(1).unwrap();
        let swapped = [header, payload, signature].join(".");
        assert_eq!(open(swapped.as_bytes(), &keys), Err(CommandError::Mismatch));
        let unsigned = [header, payload, ""].join(".");
        assert_eq!(
            open(unsigned.as_bytes(), &keys),
            Err(CommandError::Mismatch)
        );
    }

    #[test]
    fn what_is_no_command_is_refused_before_anything_is_believed() {
        let keys = vec![key(1)];
        let id = keys[0].id().to_string();
        let none = r#"{"alg":"none","typ":"tallystick/v1/operator-command","kid":"x"}"#;
        let none = BASE64URL_NOPAD.encode(none.as_bytes());
        for text in [
            String::new(),
            "..".to_string(),
            "a.b".to_string(),
            alloc::format!("{none}.e30."),
            signed(1, &id, "{}"),
            signed(1, &id, &PAYLOAD.replace("0123456789abcdef", "short")),
            signed(1, &id, &PAYLOAD.replace("\"at\"", "\"by\":1,\"at\"")),
            "x".repeat(COMMAND_MAX_BYTES + 1),
        ] {
            assert_eq!(open(text.as_bytes(), &keys), Err(CommandError::Malformed));
        }
    }
}
