//! What the home proxy's operator sets beside what every party has.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use tallystick_protocol::home::PublicKeys;
use tallystick_protocol::wire::cbor::decode_value;
use tallystick_protocol::wire::identifier::HomeId;

use crate::mail::Post;
use crate::office::settings::{Settings, UnsafeSetting};

/// What an access code begins with, as a wallet shows it.
const ACCESS_CODE: &str = "TALLY-ACCESS-1.";
/// The longest that keys are, in bytes.
const KEYS_BYTES_MAX: usize = 256;

/// The home proxy's settings.
#[derive(Clone)]
pub struct HomeProxyConfig {
    /// Settings that every role has.
    pub settings: Settings,
    /// The terminals that are let through, each of its home; `None`: those that homes register.
    pub terminals: Option<Vec<(HomeId, PublicKeys)>>,
    /// How decisions are mailed; `None`: not at all.
    pub post: Option<Post>,
    /// How many cards are hosted at most; 0: none.
    pub hosted_max: u32,
}

/// How many cards a proxy hosts whose operator says nothing about it.
pub const HOSTED_MAX: u32 = 1_000;

impl HomeProxyConfig {
    /// A proxy for the terminals that homes register.
    #[must_use]
    pub const fn new(settings: Settings) -> Self {
        Self {
            settings,
            terminals: None,
            post: None,
            hosted_max: HOSTED_MAX,
        }
    }

    /// Whether a proxy may start with these settings where others can reach it.
    ///
    /// # Errors
    /// [`UnsafeSetting::KeptMail`].
    pub fn require_safe(&self) -> Result<(), UnsafeSetting> {
        match self.post {
            Some(Post::Kept(_)) if !self.settings.is_demo() => Err(UnsafeSetting::KeptMail),
            _ => Ok(()),
        }
    }

    /// Reads "HOME=TALLY-ACCESS-1.…", separated by semicolons: a home's name in hexadecimal, and the access code that
    /// the terminal's wallet shows.
    #[must_use]
    pub fn read_terminals(text: &str) -> Option<Vec<(HomeId, PublicKeys)>> {
        let named = text.split(';').map(str::trim);
        let named = named.filter(|one| !one.is_empty());
        named.map(read_terminal).collect()
    }
}

fn read_terminal(text: &str) -> Option<(HomeId, PublicKeys)> {
    let (home, code) = text.split_once('=')?;
    let home = HEXLOWER.decode(home.trim().as_bytes()).ok()?;
    let code = code.trim().strip_prefix(ACCESS_CODE)?;
    let keys = BASE64URL_NOPAD.decode(code.as_bytes()).ok()?;
    let keys: PublicKeys = decode_value(&keys, KEYS_BYTES_MAX).ok()?;
    keys.verifying().ok()?;
    Some((HomeId::try_from(home.as_slice()).ok()?, keys))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Sender;
    use crate::store::vault::SealingKey;
    use tallystick_protocol::trust::signature::VerifyingKey;
    use tallystick_protocol::wire::cbor::encode_value;
    use tallystick_protocol::wire::identifier::{Domain, Role};

    #[test]
    fn mail_is_kept_to_be_shown_in_a_demo_alone() {
        for (domain, is_safe) in [("hearth.localhost", true), ("hearth.example", false)] {
            let own = Domain::parse(domain).unwrap();
            let sealing = SealingKey::new([1; 32]);
            let settings = Settings::new(Role::HomeProxy, own.clone(), "H", own.clone(), sealing);
            let mut config = HomeProxyConfig::new(settings);
            assert_eq!(config.require_safe(), Ok(()));
            let from = "hearth@hearth.example".parse().unwrap();
            config.post = Some(Post::Kept(Sender { from, own }));
            assert_eq!(config.require_safe().is_ok(), is_safe, "{domain}");
        }
    }

    #[test]
    fn listed_terminals_are_read_by_home_and_access_code() {
        let signing = VerifyingKey::of_es256(&[7; 32]).unwrap().to_spki();
        let keys = PublicKeys {
            signing: signing.unwrap(),
            sealing: [9; 32],
        };
        let code = BASE64URL_NOPAD.encode(&encode_value(&keys));
        let text = format!("{}={ACCESS_CODE}{code};", HomeId([3; 32]));
        let read = HomeProxyConfig::read_terminals(&text);
        assert_eq!(read, Some(vec![(HomeId([3; 32]), keys)]));
        for wrong in [
            "03=TALLY-ACCESS-1.AA",
            "nonsense",
            &text[1..],
            &text.replace("-1.", "-2."),
        ] {
            assert_eq!(HomeProxyConfig::read_terminals(wrong), None, "{wrong}");
        }
        assert_eq!(HomeProxyConfig::read_terminals(""), Some(Vec::new()));
    }
}
