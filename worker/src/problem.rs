//! Problems (RFC 9457) that arise before a party is asked.

use tallystick_parties::office::fault::Fault;
use tallystick_parties::office::http::{finish, problem};

use crate::convert;

/// The answer to a request that no party saw.
pub fn answer(fault: &Fault) -> worker::Result<worker::Response> {
    let mut answer = problem(fault);
    finish(&mut answer);
    convert::to_worker(answer)
}
