//! One payload sealed as the wallet seals a part: COSE_Encrypt0 (RFC 9052 §5.2) with AES-256-GCM, its
//! key scheduled anew each time, a random nonce, and everything around it as associated data.
//! Without the order's leaves and padding, which are measured with the complete order.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use minicbor::Encoder;
use minicbor::bytes::ByteSlice;
use rand_core::Rng;
use tallystick_protocol::keys::PairContext;
use tallystick_protocol::wire::cbor::encode_value;
use wasm_bindgen::JsError;

use crate::random;

const PROTECTED: [u8; 3] = [0xa1, 0x01, 0x03];

/// What a part says about itself beside its ciphertext.
pub struct About {
    pub pair: PairContext,
    pub nonce: [u8; 32],
    pub order_id: [u8; 32],
    pub root: [u8; 32],
}

/// Appends the sealed payload to `out`.
pub fn seal(
    key: &[u8; 32],
    about: &About,
    payload: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), JsError> {
    let external = encode_value(&(
        "tallystick/v1/order-part",
        &about.pair,
        <&ByteSlice>::from(&about.nonce[..]),
        <&ByteSlice>::from(&about.order_id[..]),
        <&ByteSlice>::from(&about.root[..]),
    ));
    let aad = encode_value(&(
        "Encrypt0",
        <&ByteSlice>::from(&PROTECTED[..]),
        <&ByteSlice>::from(&external[..]),
    ));
    let mut iv = [0; 12];
    random().fill_bytes(&mut iv);
    let sealed = Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key))
        .encrypt(
            &Nonce::from(iv),
            Payload {
                msg: payload,
                aad: &aad,
            },
        )
        .map_err(|_| JsError::new("the payload cannot be sealed"))?;
    Encoder::new(out)
        .array(3)?
        .bytes(&PROTECTED)?
        .map(1)?
        .u8(5)?
        .bytes(&iv)?
        .bytes(&sealed)?;
    Ok(())
}
