//! What a shop's own server is told, and how it knows that the shop says it: a message signed by RFC 9421, over method,
//! address, digest of the body (RFC 9530) and media type.

use data_encoding::BASE64;
use http::header::{self, HeaderName, HeaderValue};
use http::{Method, Uri};
use sha2::{Digest, Sha256};
use tallystick_protocol::trust::signature::Es256Key;
use tallystick_protocol::wire::time::Timestamp;

use crate::office::fault::Fault;
use crate::office::http::{Incoming, JSON};

/// The longest address of a server, in bytes.
const ADDRESS_MAX_BYTES: usize = 500;
/// What the signature is for (RFC 9421 §2.3, `tag`): no other message of ours has it.
pub const TAG: &str = "tallystick-webhook";
/// The algorithm's name in the registry of RFC 9421 §6.2.2: ECDSA with P-256 and SHA-256, `r` and `s` in 64 bytes.
const ALGORITHM: &str = "ecdsa-p256-sha256";
/// The name of our signature among those of a message.
const LABEL: &str = "tallystick";

/// Where a shop's own server takes what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    address: Uri,
    host: String,
}

/// The setting names no address to which events may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an https address without user and fragment, of at most {ADDRESS_MAX_BYTES} bytes; http at *.localhost alone"
)]
pub struct WebhookError;

impl Webhook {
    /// Reads the setting: `https://my-honey.example/webhook`, or for a demo `http://my-honey.localhost:8950/webhook`.
    ///
    /// # Errors
    /// [`WebhookError`].
    pub fn parse(text: &str, is_demo: bool) -> Result<Self, WebhookError> {
        let is_short = text.len() <= ADDRESS_MAX_BYTES && !text.contains('#');
        let address: Uri = text.parse().map_err(|_| WebhookError)?;
        let host = address.host().unwrap_or_default().to_ascii_lowercase();
        let authority = address.authority().map_or("", |whole| whole.as_str());
        let is_safe = match address.scheme_str() {
            Some("https") => true,
            Some("http") => is_demo && host.ends_with(".localhost"),
            _ => false,
        };
        if !is_short || !is_safe || host.is_empty() || authority.contains('@') {
            return Err(WebhookError);
        }
        Ok(Self { address, host })
    }

    /// The server's name: what jobs wait for.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// A signed message of this body to the server.
    ///
    /// # Errors
    /// [`Kind::Internal`](crate::office::fault::Kind::Internal), which does not happen.
    pub fn message(
        &self,
        body: Vec<u8>,
        (key, key_id): (&Es256Key, &str),
        created: Timestamp,
    ) -> Result<Incoming, Fault> {
        let digest = content_digest(&body);
        let target = self.address.to_string();
        let components = [
            ("@method", "POST"),
            ("@target-uri", target.as_str()),
            ("content-digest", digest.as_str()),
            ("content-type", JSON),
        ];
        let parameters = format!(
            "{};created={};keyid=\"{key_id}\";alg=\"{ALGORITHM}\";tag=\"{TAG}\"",
            covered(&components),
            created.0
        );
        let signature = key.sign(signature_base(&components, &parameters).as_bytes());
        let signature = BASE64.encode(&signature.map_err(|_| Fault::internal())?);
        let mut message = http::Request::new(body);
        *message.method_mut() = Method::POST;
        *message.uri_mut() = self.address.clone();
        let headers = message.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
        for (name, value) in [
            ("content-digest", digest.clone()),
            ("signature-input", format!("{LABEL}={parameters}")),
            ("signature", format!("{LABEL}=:{signature}:")),
        ] {
            let value = HeaderValue::try_from(value).map_err(|_| Fault::internal())?;
            headers.insert(HeaderName::from_static(name), value);
        }
        Ok(message)
    }
}

/// The value of `Content-Digest` (RFC 9530 §2), by SHA-256.
#[must_use]
pub fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", BASE64.encode(&Sha256::digest(body)))
}

/// The names of what is signed, as an inner list (RFC 9421 §2.3).
fn covered(components: &[(&str, &str)]) -> String {
    let names = components.iter().map(|(name, _)| format!("\"{name}\""));
    format!("({})", names.collect::<Vec<_>>().join(" "))
}

/// What is signed of a message (RFC 9421 §2.5): a line for each component, and one for the parameters.
#[must_use]
pub fn signature_base(components: &[(&str, &str)], parameters: &str) -> String {
    let mut base = String::new();
    for (name, value) in components {
        base.push_str(&format!("\"{name}\": {value}\n"));
    }
    base.push_str(&format!("\"@signature-params\": {parameters}"));
    base
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::BASE64;
    use tallystick_protocol::trust::signature::VerifyingKey;

    /// `test-key-ecc-p256` of RFC 9421, appendix B.1.3.
    const SPKI: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lfw0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==";

    #[test]
    fn the_signature_of_rfc_9421_b_2_4_is_one_of_the_base_that_is_made_here() {
        let components = [
            ("@status", "200"),
            ("content-type", "application/json"),
            (
                "content-digest",
                "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:",
            ),
            ("content-length", "23"),
        ];
        let parameters = format!(
            "{};created=1618884473;keyid=\"test-key-ecc-p256\"",
            covered(&components)
        );
        let base = signature_base(&components, &parameters);
        let signature = BASE64
            .decode(b"wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==")
            .unwrap();
        let key = VerifyingKey::from_spki(&BASE64.decode(SPKI.as_bytes()).unwrap()).unwrap();
        assert!(key.verify(base.as_bytes(), &signature).is_ok());
        assert!(key.verify(&base.as_bytes()[1..], &signature).is_err());
    }

    #[test]
    fn a_digest_is_as_rfc_9530_has_it() {
        // Appendix B.1 and D: the body of the example is followed by a line feed.
        assert_eq!(
            content_digest(b"{\"hello\": \"world\"}\n"),
            "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
        );
        assert_eq!(
            content_digest(br#"{"hello": "world"}"#),
            "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"
        );
    }

    #[test]
    fn what_is_signed_names_the_address_and_what_it_is_for() {
        let key = Es256Key::from_secret(&[7; 32]).unwrap();
        let server = Webhook::parse("https://my-honey.example/hook?a=1", false).unwrap();
        let message = server.message(b"{}".to_vec(), (&key, "k1"), Timestamp(1_618_884_473));
        let message = message.unwrap();
        assert_eq!(
            message.headers()["signature-input"],
            "tallystick=(\"@method\" \"@target-uri\" \"content-digest\" \"content-type\");created=1618884473;\
             keyid=\"k1\";alg=\"ecdsa-p256-sha256\";tag=\"tallystick-webhook\""
        );
        let input = message.headers()["signature-input"].to_str().unwrap();
        let base = format!(
            "\"@method\": POST\n\"@target-uri\": https://my-honey.example/hook?a=1\n\
             \"content-digest\": {}\n\"content-type\": application/json\n\"@signature-params\": {}",
            content_digest(b"{}"),
            input.strip_prefix("tallystick=").unwrap()
        );
        let signature = message.headers()["signature"].to_str().unwrap();
        let signature = signature.strip_prefix("tallystick=:").unwrap();
        let signature = BASE64.decode(signature.strip_suffix(':').unwrap().as_bytes());
        let public = VerifyingKey::of_es256(&[7; 32]).unwrap();
        assert!(public.verify(base.as_bytes(), &signature.unwrap()).is_ok());
    }

    #[test]
    fn events_go_to_https_alone_but_in_a_demo() {
        for text in [
            "http://my-honey.example/",
            "ftp://my-honey.example/",
            "/hook",
            "https://a@my-honey.example/",
            "https://my-honey.example/#part",
            "",
        ] {
            assert_eq!(Webhook::parse(text, true), Err(WebhookError), "{text}");
        }
        let local = "http://my-honey.localhost:8950/hook";
        assert!(Webhook::parse(local, true).is_ok());
        assert_eq!(Webhook::parse(local, false), Err(WebhookError));
        assert!(Webhook::parse("https://my-honey.example", false).is_ok());
    }
}
