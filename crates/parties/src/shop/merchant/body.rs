//! What a shop's own server sends: JSON objects, read strictly.

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Incoming};

/// The longest body, in bytes: a form of fifty lines in eight languages. A catalogue is longer, and read by itself.
const BODY_MAX_BYTES: usize = 96 * 1024;

/// The body of a request.
///
/// # Errors
/// [`Kind::UnsupportedMediaType`], [`Kind::TooLarge`] or [`Kind::Malformed`].
pub(super) fn read<T: DeserializeOwned>(request: &Incoming) -> Result<T, Fault> {
    let body = web::body_as(request, web::JSON)?;
    if body.len() > BODY_MAX_BYTES {
        let said = "At most 96 KiB of JSON are accepted.";
        return Err(Fault::new(Kind::TooLarge, said));
    }
    let json = serde_json::from_slice(body).map_err(|error| not_of_form(&error, ""))?;
    object(json, "")
}

/// As [`read`], of a request that may have none.
///
/// # Errors
/// As of [`read`].
pub(super) fn read_if_any<T: DeserializeOwned>(request: &Incoming) -> Result<T, Fault> {
    if request.body().is_empty() {
        return object(Json::Object(serde_json::Map::new()), "");
    }
    read(request)
}

/// An object that stands at this JSON pointer.
///
/// # Errors
/// [`Kind::Malformed`] if it is another one, or none: the reader that is derived would take an array of the members, too.
pub(super) fn object<T: DeserializeOwned>(json: Json, at: &str) -> Result<T, Fault> {
    if !json.is_object() {
        return Err(Fault::malformed("An object is expected here.").at(at));
    }
    serde_json::from_value(json).map_err(|error| not_of_form(&error, at))
}

/// What the reader of JSON says of it names members and types, and of what was sent at most a word.
fn not_of_form(error: &serde_json::Error, at: &str) -> Fault {
    Fault::malformed(format!("The JSON is not of the expected form: {error}.")).at(at)
}
