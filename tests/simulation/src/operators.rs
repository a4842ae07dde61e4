//! An operator: the key, as its console's page registers it, and the commands that it signs.

use data_encoding::BASE64;
use tallystick_protocol::test_keys::{TestRng, test_key, test_spki};
pub use tallystick_protocol::trust::command::MEDIA_TYPE;
use tallystick_protocol::trust::command::{OperatorKey, compact, to_be_signed};
use tallystick_protocol::trust::signature::sign_pss;
use tallystick_protocol::wire::time::Timestamp;

/// Where a party takes commands.
pub const COMMANDS: &str = "/v1/console/commands";
/// Where a party of the demo takes the keys of operators.
pub const OPERATORS: &str = "/v1/console/operators";
/// The operator's key, by its number among the test keys.
pub const OPERATOR: usize = 5;

/// The body that registers the operator.
#[must_use]
pub fn registration() -> Vec<u8> {
    let key = BASE64.encode(&test_spki(OPERATOR));
    format!(r#"{{"name":"Aiko","key":"{key}"}}"#).into_bytes()
}

/// A command, and to whom it is said.
pub struct Command<'a> {
    /// The role of the party.
    pub role: &'a str,
    /// Its domain.
    pub domain: &'a str,
    /// What is commanded.
    pub command: &'a str,
    /// What it must be told, by name.
    pub arguments: &'a [(&'a str, String)],
    /// Drawn for it; made as long as it must be.
    pub id: &'a str,
    /// When it is signed.
    pub at: Timestamp,
}

impl Command<'_> {
    /// Signed by the operator.
    ///
    /// # Panics
    /// Never: the test keys are there.
    #[must_use]
    pub fn signed(&self) -> Vec<u8> {
        self.signed_by(OPERATOR)
    }

    /// Signed by whoever has that test key.
    ///
    /// # Panics
    /// If there is none of that number.
    #[must_use]
    pub fn signed_by(&self, number: usize) -> Vec<u8> {
        let told = self.arguments.iter();
        let told: serde_json::Map<_, _> = told
            .map(|(name, text)| ((*name).to_owned(), text.as_str().into()))
            .collect();
        let payload = serde_json::json!({
            "role": self.role,
            "domain": self.domain,
            "command": self.command,
            "arguments": told,
            "id": format!("command-{:0>16}", self.id),
            "at": self.at.seconds(),
        });
        let key = OperatorKey::from_spki(&test_spki(number)).unwrap();
        let signed = to_be_signed(key.id(), &payload.to_string());
        let mut rng = TestRng::new(1);
        let signature = sign_pss(&mut rng, &test_key(number), signed.as_bytes()).unwrap();
        compact(&signed, &signature).into_bytes()
    }
}
