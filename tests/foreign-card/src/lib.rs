//! A PIV card that is not ours: the applet of Nitrokey's tokens (`piv-authenticator`) on a platform in
//! memory, behind the command chaining of the same tokens (`apdu-dispatch`).

mod platform;

use apdu_dispatch::{
    dispatch::ApduDispatch,
    interchanges::{Channel, Data},
};
use piv_authenticator::{Authenticator, Options};

/// The management key of a card from the factory: 3DES, as SP 800-73 cards commonly have it.
pub const MANAGEMENT_KEY: &[u8; 24] = piv_authenticator::constants::YUBICO_DEFAULT_MANAGEMENT_KEY;

/// Sends one APDU; the response.
pub type Transmit<'a> = &'a mut dyn FnMut(&[u8]) -> Vec<u8>;

/// Gives power to a card from the factory.
///
/// # Panics
/// If the card does not answer, or an APDU does not fit its reader.
pub fn with_card<R>(use_card: impl FnOnce(Transmit<'_>) -> R) -> R {
    platform::run(|client| {
        let mut card = Authenticator::new(client, Options::default());
        let (contact, contactless) = (Channel::new(), Channel::new());
        let (mut reader, contact) = contact.split().unwrap();
        let (_nobody, contactless) = contactless.split().unwrap();
        let mut dispatch = ApduDispatch::new(contact, contactless);
        use_card(&mut |apdu| {
            let apdu = Data::try_from(apdu).unwrap();
            reader.request(apdu).unwrap();
            dispatch.poll(&mut [&mut card]);
            reader.take_response().unwrap().to_vec()
        })
    })
}
