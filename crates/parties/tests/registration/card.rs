//! What a card and its wallet sign.

use tallystick_protocol::bank::{
    FeeOption, KeyRenewal, KeyRenewed, PurseApplication, PurseApplicationRequest,
};
use tallystick_protocol::purse::key_digest;
use tallystick_protocol::test_keys::{test_signature, test_spki};
use tallystick_protocol::trust::keyed::{KeyedMessage, assemble, to_be_signed};
use tallystick_protocol::trust::signature::{Algorithm, VerifyingKey, sign_es256};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::HolderId;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use crate::bank::{ACCOUNT_KEY, PURSE};
use crate::world::{BANK, domain, hanako};

/// A purse's key in a card.
#[derive(Clone, Copy)]
pub enum Key {
    /// P-256, 32 times this byte.
    P256(u8),
    /// RSA, the test key of this number.
    Rsa(usize),
    /// P-256, made elsewhere.
    Delivered([u8; 32]),
}

impl Key {
    pub fn public(self) -> Vec<u8> {
        match self {
            Self::P256(byte) => Self::Delivered([byte; 32]).public(),
            Self::Delivered(secret) => {
                let key = VerifyingKey::of_p256(&secret).unwrap();
                key.to_spki().unwrap()
            }
            Self::Rsa(number) => test_spki(number),
        }
    }

    pub fn signs<M: KeyedMessage>(self, message: &M) -> Vec<u8> {
        match self {
            Self::P256(byte) => keyed_by(&[byte; 32], message),
            Self::Delivered(secret) => keyed_by(&secret, message),
            Self::Rsa(number) => {
                let bytes = to_be_signed(message, Algorithm::Ps256);
                let signature = test_signature(number, &bytes);
                assemble(&encode(message), Algorithm::Ps256, &signature)
            }
        }
    }
}

/// A message signed by a P-256 private key.
pub fn keyed_by<M: KeyedMessage>(secret: &[u8; 32], message: &M) -> Vec<u8> {
    let signature = sign_es256(secret, &to_be_signed(message, Algorithm::Es256)).unwrap();
    assemble(&encode(message), Algorithm::Es256, &signature)
}

pub fn application(key: Key) -> PurseApplication {
    PurseApplication {
        bank: domain(BANK),
        account: 4711,
        holder: HolderId([3; 32]),
        purse_public_key: key.public(),
        at: Timestamp(1_790_000_000),
    }
}

/// The application with both its signatures.
pub fn applied(key: Key) -> PurseApplicationRequest {
    let application = application(key);
    PurseApplicationRequest {
        application: key.signs(&application),
        approval: test_signature(ACCOUNT_KEY, &application.approval_to_be_signed()),
        registration: hanako().number,
    }
}

pub fn renewal(new: Key) -> KeyRenewal {
    KeyRenewal {
        bank: domain(BANK),
        purse: PURSE,
        new_public_key: new.public(),
        fee: FeeOption::Account,
        at: Timestamp(1_790_000_000),
        amount: Money::new(300, Currency::Jpy),
    }
}

pub fn renewed(old: Key) -> KeyRenewed {
    KeyRenewed {
        bank: domain(BANK),
        purse: PURSE,
        old_key: key_digest(&old.public()),
        at: Timestamp(1_790_000_100),
    }
}
