//! The host's side of a card whose commands are timed one by one, over whatever line it hangs on.

use tallystick_card::{Applet, host};
use tallystick_protocol::keys::{
    PairContext, Purpose, SealedShare, ShareLabel, ShareRecipient, seal_share,
};
use tallystick_protocol::wire::identifier::{Domain, HolderId};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::cast::{CENTRE, pairs, share};
use crate::random;

const PIN: &str = "483920";
/// The slot that a round fills and empties again.
const SLOT: u8 = 1;
/// Length of a holder's certificate as the demonstration's issuers make them, in bytes.
const CERTIFICATE_BYTES: usize = 900;

/// Makes command APDUs by their name, and reads what they are answered.
#[wasm_bindgen]
pub struct CardHost {
    parties: u16,
    enrolled: Option<Enrolled>,
}

/// What follows from the enrolment key that the card made.
struct Enrolled {
    pair: PairContext,
    share: SealedShare,
}

#[wasm_bindgen]
impl CardHost {
    /// For shares of spaces of `parties` parties.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(parties: u16) -> Self {
        Self {
            parties,
            enrolled: None,
        }
    }

    /// The command of this name.
    pub fn apdu(&self, command: &str) -> Result<Vec<u8>, JsError> {
        let apdu = match command {
            "first-pin" => host::change_pin(host::FACTORY_PIN, PIN),
            "select-identity" => host::select(Applet::Identity),
            "pin-tries" => host::pin_tries(),
            "change-pin" => host::change_pin(PIN, PIN),
            "reset-pin" => host::reset_pin(host::FACTORY_PUK, PIN),
            "verify-pin" => host::verify_pin(PIN),
            "generate-signing-key" => host::generate_signing_key(SLOT),
            "sign" => host::sign_block(SLOT, &[1; 256]),
            "delete-signing-key" => host::delete_signing_key(SLOT),
            "put-certificate" => host::put_certificate(&[0x30; CERTIFICATE_BYTES]),
            "get-certificate" => host::get_certificate(),
            "select-keys" => host::select(Applet::Keys),
            "generate-enrolment-key" => host::generate_enrolment_key(SLOT),
            "put-share" => host::put_share(SLOT, &self.enrolled()?.share),
            "list" => host::list_slots(),
            "status" => host::status(SLOT),
            "derive" => host::derive(SLOT, &self.enrolled()?.pair, Purpose::OrderPart, &[9; 32]),
            "delete-slot" => host::delete_slot(SLOT),
            _ => return Err(JsError::new("there is no such command")),
        };
        Ok(apdu?.to_vec())
    }

    /// Takes in what the command was answered, and fails if it failed.
    pub fn take(&mut self, command: &str, response: &[u8]) -> Result<(), JsError> {
        match command {
            "pin-tries" => drop(host::tries_left(response)?),
            "sign" => drop(host::signature(response)?),
            "derive" => drop(host::derived_key(response)?),
            "generate-enrolment-key" => {
                let key = host::enrolment_public_key(response)?;
                self.enrolled = Some(Enrolled::new(&key, self.parties)?);
            }
            _ => host::done(response)?,
        }
        Ok(())
    }

    fn enrolled(&self) -> Result<&Enrolled, JsError> {
        let missing = || JsError::new("the card has no enrolment key yet");
        self.enrolled.as_ref().ok_or_else(missing)
    }
}

impl Enrolled {
    fn new(key: &[u8; 32], parties: u16) -> Result<Self, JsError> {
        let holder = HolderId::of_enrolment_key(key);
        let pair = pairs(holder)?
            .pop()
            .ok_or_else(|| JsError::new("there is no reader"))?;
        let label = ShareLabel {
            context: pair.key.clone(),
            centre: Domain::parse(CENTRE)?,
            recipient: ShareRecipient::Holder(holder),
        };
        let clear = share(&pair, parties)?.to_bytes();
        let share = seal_share(&mut random(), key, label, &clear)?;
        Ok(Self { pair, share })
    }
}
