//! The leave to collect that a holder gives with the registration (SZ2, for fee option B1).

use data_encoding::BASE32_NOPAD;
use tallystick_protocol::bank::Registration;
use tallystick_protocol::wire::time::Timestamp;

use crate::iso20022::{Date, Holding, Iban, Iso20022Error, Mandate, Name, Reference};
use crate::office::fault::Fault;

/// How many bytes of the registration's number are in the mandate's name: 80 bits, which no two share.
const NUMBER_BYTES: usize = 10;

/// The mandate of a registration, given on the day on which it is lodged. The name has the day: asked again on
/// another day, because the answer was lost, it is another mandate and not another one of this name.
///
/// # Errors
/// None in practice.
pub(in crate::bank) fn of_registration(
    registration: &Registration,
    now: Timestamp,
) -> Result<Mandate, Fault> {
    let signed_on = Date::of(now);
    let number = registration.number.get(..NUMBER_BYTES).unwrap_or_default();
    let day = signed_on.to_string().replace('-', "");
    let id = format!("MND-{}-{day}", BASE32_NOPAD.encode(number));
    let id = Reference::new(&id).map_err(|_| Fault::internal())?;
    Ok(Mandate { id, signed_on })
}

/// An account outside by its owner's name and its number, which were found good before.
///
/// # Errors
/// [`Kind::Malformed`](crate::office::fault::Kind::Malformed) if they are no such things.
pub(in crate::bank) fn holding(name: &str, iban: &str) -> Result<Holding, Fault> {
    let iban: Iban = iban
        .parse()
        .map_err(Iso20022Error::from)
        .map_err(Fault::malformed)?;
    let name = Name::new(name).map_err(Fault::malformed)?;
    Ok(Holding { name, iban })
}
