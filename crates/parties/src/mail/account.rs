//! By which server a party sends mail, as its operator set it.

use core::fmt;

use tallystick_protocol::wire::identifier::{Domain, MailAddress};
use zeroize::Zeroizing;

use super::Sender;
use crate::ports::mail::Security;

/// The longest user name, and the longest password, in bytes.
const CREDENTIAL_BYTES_MAX: usize = 255;

/// A party's account at a server for submission (RFC 6409).
#[derive(Clone)]
pub struct Account {
    /// The server's name, as its certificate has it.
    pub host: Domain,
    /// Its port: 465 or 587, unless the operator says another.
    pub port: u16,
    /// How the connection is encrypted.
    pub security: Security,
    /// From whom mail comes.
    pub sender: Sender,
    user: String,
    password: Zeroizing<String>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

impl Account {
    /// An account at the port that belongs to `security`. `None` if user name or password are empty, longer than 255
    /// bytes, or have the character zero in them (RFC 4616).
    #[must_use]
    pub fn new(
        (host, security): (Domain, Security),
        own: Domain,
        from: MailAddress,
        (user, password): (&str, &str),
    ) -> Option<Self> {
        let fits =
            |word: &str| (1..=CREDENTIAL_BYTES_MAX).contains(&word.len()) && !word.contains('\0');
        let port = match security {
            Security::Implicit => 465,
            Security::StartTls => 587,
        };
        (fits(user) && fits(password)).then(|| Self {
            host,
            port,
            security,
            sender: Sender { from, own },
            user: user.to_owned(),
            password: Zeroizing::new(password.to_owned()),
        })
    }

    /// What AUTH PLAIN says (RFC 4616): nobody else, user name, password.
    pub(super) fn credentials(&self) -> Zeroizing<Vec<u8>> {
        let parts = [self.user.as_bytes(), self.password.as_bytes()];
        Zeroizing::new([b"\0".as_slice(), parts[0], b"\0", parts[1]].concat())
    }
}
