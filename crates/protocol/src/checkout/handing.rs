//! What a shop hands over itself, without a courier: a licence key, the address of a download. Its own signed word that it
//! did ends such an order, and has whoever pays do so; what it handed over the holder alone can read.

use alloc::{string::String, vec::Vec};
use hkdf::Hkdf;
use minicbor::Encode;
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use tallystick_codec::DecodeMap;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::answers::STATEMENT_MAX_BYTES;
use super::cancellation::CancellationKey;
use super::form::{ITEMS_MAX, OrderForm};
use crate::keys::DerivedKey;
use crate::keys::encrypt0::{Encrypt0, IV_BYTES, OVERHEAD_MAX_BYTES, seal};
use crate::trust::statement::{Envelope, signed_message};
use crate::wire::cbor::{decode_value, encode_value};
use crate::wire::identifier::{Domain, Handle, Root};
use crate::wire::registry::{context, message};
use crate::wire::text::is_plain;

/// Longest text that is handed over for one line of a form, in bytes of UTF-8.
pub const HANDED_TEXT_MAX_BYTES: usize = 2_000;
/// Longest [`HandedGoods`] as they are encoded, in bytes.
pub const HANDED_MAX_BYTES: usize = 8 * 1024;
/// Longest sealed [`HandedGoods`], in bytes.
pub const SEALED_MAX_BYTES: usize = HANDED_MAX_BYTES + OVERHEAD_MAX_BYTES;

/// The shop has handed over what was bought. It captures what the issuer reserved for the same root, if the order names no
/// courier: of one that does, the courier's acceptance alone counts.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct HandingOver {
    /// From the shop to anyone who takes part; its transaction is the order.
    #[n(0)]
    pub envelope: Envelope,
    /// The order's root.
    #[n(1)]
    pub root: Root,
    /// The issuer that authorised.
    #[n(2)]
    pub issuer: Domain,
    /// SHA-256 of what was handed over as it is sealed for the holder, 32 bytes; none if it was no text.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub handed: Option<[u8; 32]>,
    /// Says to the issuer where the amount is set aside, as it gave it out.
    #[n(4)]
    pub handle: Option<Handle>,
}
signed_message!(
    HandingOver,
    message::HANDING_OVER,
    STATEMENT_MAX_BYTES,
    context::HANDING_OVER
);

/// What stands for sealed goods in the shop's signed word: SHA-256 over their bytes, 32 bytes.
#[must_use]
pub fn handed_digest(sealed: &[u8]) -> [u8; 32] {
    Sha256::digest(sealed).into()
}

/// What is handed over for one line of a form.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap, Zeroize, ZeroizeOnDrop)]
#[cbor(map)]
pub struct HandedLine {
    /// The shop's number of the goods.
    #[n(0)]
    pub sku: String,
    /// The text, such as a licence key or the address of a download: 1 to [`HANDED_TEXT_MAX_BYTES`] bytes, in lines that are
    /// plain and separated by line feeds.
    #[n(1)]
    pub text: String,
}

/// What was handed over, for the holder alone.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap, Zeroize, ZeroizeOnDrop)]
#[cbor(map)]
pub struct HandedGoods {
    /// A line for each of the form's that has a text, 1 to [`ITEMS_MAX`].
    #[n(0)]
    pub lines: Vec<HandedLine>,
}

impl core::fmt::Debug for HandedGoods {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("HandedGoods(not shown)")
    }
}

impl core::fmt::Debug for HandedLine {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("HandedLine(not shown)")
    }
}

/// Goods cannot be handed over so, or what was handed over does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HandingError {
    /// A text that is empty, too long or not plain.
    #[error(
        "A text to hand over has 1 to {HANDED_TEXT_MAX_BYTES} bytes, in which nothing is unseen."
    )]
    Text,
    /// No line, a line twice, or one that the form has not.
    #[error("What is handed over belongs to no line of the order, or twice to one.")]
    Lines,
    /// Together more than [`HANDED_MAX_BYTES`].
    #[error("What is handed over is longer than {HANDED_MAX_BYTES} bytes.")]
    TooLong,
    /// Sealed for another order, altered, or malformed.
    #[error("What was handed over does not open: it is another order's, or was altered.")]
    DoesNotOpen,
}

/// Whether a text may be handed over.
#[must_use]
pub fn is_handed_text(text: &str) -> bool {
    let is_line = |line: &str| line.is_empty() || is_plain(line);
    (1..=HANDED_TEXT_MAX_BYTES).contains(&text.len())
        && !text.trim().is_empty()
        && text.split('\n').all(is_line)
}

impl HandedGoods {
    /// Checks that these can be handed over for a form.
    ///
    /// # Errors
    /// [`HandingError`] says what is wrong.
    pub fn check(&self, form: &OrderForm) -> Result<(), HandingError> {
        if !self.lines.iter().all(|line| is_handed_text(&line.text)) {
            return Err(HandingError::Text);
        }
        let is_of_form = |line: &HandedLine| form.items.iter().any(|item| item.sku == line.sku);
        let is_once = |(at, line): (usize, &HandedLine)| {
            let mut before = self.lines.iter().take(at);
            before.all(|other| other.sku != line.sku)
        };
        let are_many = self.lines.is_empty() || self.lines.len() > ITEMS_MAX;
        if are_many
            || !self.lines.iter().all(is_of_form)
            || !self.lines.iter().enumerate().all(is_once)
        {
            return Err(HandingError::Lines);
        }
        if encode_value(self).len() > HANDED_MAX_BYTES {
            return Err(HandingError::TooLong);
        }
        Ok(())
    }

    /// Seals them for the holder: under a key that follows from the order's cancellation lock, 32 bytes, which the shop reads in
    /// its part and nobody else does, and which follows from the key in the wallet.
    ///
    /// # Errors
    /// [`HandingError::TooLong`].
    pub fn seal(
        &self,
        rng: &mut impl CryptoRng,
        lock: &[u8],
        root: &Root,
    ) -> Result<Vec<u8>, HandingError> {
        let mut iv = [0; IV_BYTES];
        rng.fill_bytes(&mut iv);
        let content = Zeroizing::new(encode_value(self));
        let sealed = (content.len() <= HANDED_MAX_BYTES).then(|| {
            seal(
                &key(lock, root),
                iv,
                &content,
                context::HANDED_GOODS.as_bytes(),
            )
        });
        sealed.flatten().ok_or(HandingError::TooLong)
    }

    /// Opens what [`HandedGoods::seal`] sealed for the order of this root, by the holder's key.
    ///
    /// # Errors
    /// [`HandingError::DoesNotOpen`].
    pub fn open(
        sealed: &[u8],
        cancellation: &CancellationKey,
        root: &Root,
    ) -> Result<Self, HandingError> {
        let key = key(&cancellation.lock(), root);
        let short = (sealed.len() <= SEALED_MAX_BYTES).then_some(sealed);
        let opened = short
            .and_then(Encrypt0::read)
            .and_then(|sealed| sealed.open(&key, context::HANDED_GOODS.as_bytes()))
            .map(Zeroizing::new);
        let opened = opened.ok_or(HandingError::DoesNotOpen)?;
        decode_value(&opened, HANDED_MAX_BYTES).map_err(|_| HandingError::DoesNotOpen)
    }
}

/// HKDF-SHA256 (RFC 5869) of the lock, for the order of this root.
fn key(lock: &[u8], root: &Root) -> DerivedKey {
    let mut key = Zeroizing::new([0; 32]);
    // 32 bytes are far below the limit of HKDF.
    let _infallible = Hkdf::<Sha256>::new(Some(&root.0), lock)
        .expand(context::HANDED_GOODS.as_bytes(), &mut *key);
    DerivedKey::from(key)
}
