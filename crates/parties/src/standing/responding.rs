//! Agreeing on a key with whoever asks: the responder's first half, for a proxy and its terminals as for a shop and proxies.

use tallystick_protocol::home::agreement::{Answered, Hello, HelloAnswer, Responder};

use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::ports::Ports;

impl<P: Ports> Office<P> {
    /// Proves who the party is to somebody who means it. `transport_key` is the RSA key (subject public key info, DER) of
    /// a party that is sent the secret under one. What comes back second is to be stored until the initiator shows itself.
    pub(crate) async fn respond(
        &self,
        hello: Hello,
        transport_key: Option<Vec<u8>>,
    ) -> Result<(HelloAnswer, Answered), Fault> {
        let own = &self.settings.domain;
        if hello.to != *own {
            let other = "The session is with somebody else.";
            return Err(Fault::new(Kind::WrongRecipient, other));
        }
        let responder = Responder::new(&mut self.rng(), hello);
        let proof = responder.proof(own.clone(), self.now(), transport_key);
        Ok(responder.answer(&self.say(&proof).await?)?)
    }
}
