//! Questions to parties, and what their answers mean.

use tallystick_protocol::wire::problem::{PROBLEM_MEDIA_TYPE, ProblemKind};

use crate::core::json;
use crate::core::ports::{Method, NetworkError, Request, Response};

/// Media type of plain CBOR (RFC 8949).
pub const CBOR: &str = "application/cbor";
/// Media type of signed or sealed CBOR (RFC 9052).
pub const COSE: &str = "application/cose";
/// The media type of an answer without a body (204).
pub const NOTHING: &str = "";
/// Media type of JSON (RFC 8259).
pub const JSON: &str = "application/json";

/// Why a call gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// No answer, or one that asks to come back later.
    #[error("{0}")]
    Later(String),
    /// The party refused for good.
    #[error("{}", .0.title())]
    Refused(ProblemKind),
    /// The answer is not one.
    #[error("the answer has status {status} and type \"{content_type}\"")]
    Strange {
        /// The HTTP status.
        status: u16,
        /// The media type.
        content_type: String,
    },
}

/// A question on its way. What is asked is the slice's own: the core only carries it.
pub struct Ask<Q> {
    /// What is asked.
    pub question: Q,
    /// How it is asked.
    pub request: Request,
    /// The media type of an answer.
    pub accept: &'static str,
}

impl<Q> Ask<Q> {
    /// The same question as another one.
    pub fn map<R>(self, as_other: impl FnOnce(Q) -> R) -> Ask<R> {
        Ask {
            question: as_other(self.question),
            request: self.request,
            accept: self.accept,
        }
    }
}

/// What was said, or why it counts for nothing.
pub type Said = Result<Vec<u8>, CallError>;

/// What came back.
pub struct Answer<Q> {
    /// What was asked.
    pub question: Q,
    /// The body of the answer.
    pub said: Said,
}

/// A message to a party.
#[must_use]
pub fn post<Q>(question: Q, url: String, body: Vec<u8>, accept: &'static str) -> Ask<Q> {
    let request = Request {
        method: Method::Post,
        url,
        content_type: CBOR,
        body,
    };
    Ask {
        question,
        request,
        accept,
    }
}

/// A signed message to a party that takes it as such.
#[must_use]
pub fn post_signed<Q>(question: Q, url: String, body: Vec<u8>, accept: &'static str) -> Ask<Q> {
    let mut ask = post(question, url, body, accept);
    ask.request.content_type = COSE;
    ask
}

/// A look at something.
#[must_use]
pub fn get<Q>(question: Q, url: String, accept: &'static str) -> Ask<Q> {
    let request = Request {
        method: Method::Get,
        url,
        content_type: "",
        body: Vec::new(),
    };
    Ask {
        question,
        request,
        accept,
    }
}

/// What a response means.
///
/// # Errors
/// [`CallError`].
pub fn meaning(response: Result<Response, NetworkError>, accept: &str) -> Said {
    let Response {
        status,
        content_type,
        body,
    } = response.map_err(|error| CallError::Later(error.to_string()))?;
    if (200..300).contains(&status) && content_type == accept {
        return Ok(body);
    }
    if content_type == PROBLEM_MEDIA_TYPE
        && let Some(kind) = problem(&body)
    {
        return Err(if kind.is_temporary() {
            CallError::Later(kind.title().to_owned())
        } else {
            CallError::Refused(kind)
        });
    }
    if matches!(status, 408 | 425 | 429 | 500..=599) {
        return Err(CallError::Later(format!("status {status}")));
    }
    Err(CallError::Strange {
        status,
        content_type,
    })
}

/// The kind of a problem (RFC 9457): the last part of its type.
fn problem(body: &[u8]) -> Option<ProblemKind> {
    let uri = json::member(body, "type").and_then(json::plain_string)?;
    ProblemKind::from_name(uri.rsplit('/').next()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tallystick_protocol::wire::problem::Problem;

    fn response(status: u16, content_type: &str, body: &[u8]) -> Result<Response, NetworkError> {
        Ok(Response {
            status,
            content_type: content_type.to_owned(),
            body: body.to_vec(),
        })
    }

    #[test]
    fn only_the_expected_type_is_an_answer() {
        assert_eq!(meaning(response(200, COSE, b"x"), COSE), Ok(b"x".to_vec()));
        let html = meaning(response(200, "text/html", b"x"), COSE);
        assert!(matches!(html, Err(CallError::Strange { .. })));
    }

    #[test]
    fn what_may_pass_is_tried_again_and_what_is_refused_is_not() {
        let problem = |kind| Problem::from(kind).to_json();
        let busy = response(429, PROBLEM_MEDIA_TYPE, &problem(ProblemKind::RateLimited));
        assert!(matches!(meaning(busy, COSE), Err(CallError::Later(_))));
        let space = response(409, PROBLEM_MEDIA_TYPE, &problem(ProblemKind::UnknownSpace));
        let refused = meaning(space, COSE).unwrap_err();
        assert_eq!(refused, CallError::Refused(ProblemKind::UnknownSpace));
        let gateway = response(502, "text/html", b"");
        assert!(matches!(meaning(gateway, COSE), Err(CallError::Later(_))));
    }
}
