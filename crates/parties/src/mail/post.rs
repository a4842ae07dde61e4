//! How a party's mail goes out, as its operator set it.

use tallystick_protocol::wire::identifier::{Domain, MailAddress};

use super::Account;

/// From whom mail comes.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The address that it comes from.
    pub from: MailAddress,
    /// The party's own domain, which it greets servers with, and under which it names its messages.
    pub own: Domain,
}

/// Where mail goes.
#[derive(Clone, Debug)]
pub enum Post {
    /// Through a server, to whom it is for.
    Server(Account),
    /// Nowhere: it is kept and shown at the party's own page. Only in a demo on one machine.
    Kept(Sender),
}

impl Post {
    /// From whom mail comes.
    #[must_use]
    pub const fn sender(&self) -> &Sender {
        match self {
            Self::Server(account) => &account.sender,
            Self::Kept(sender) => sender,
        }
    }
}
