//! What all three readers of an order know about it: who takes part, and until when.

use minicbor::Encode;
use tallystick_codec::DecodeMap;

use crate::checkout::policy::READERS;
use crate::wire::identifier::{Domain, HolderId, OrderId, Role};
use crate::wire::time::Timestamp;

/// The header of an order. The root covers it, and every part carries it, so the issuer's part
/// names payee and courier, and the courier's part names the issuer.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct OrderHeader {
    /// The random number of the order.
    #[n(0)]
    pub order_id: OrderId,
    /// The identifier under which the holder meets this shop.
    #[n(1)]
    pub holder: HolderId,
    /// Who is paid.
    #[n(2)]
    pub shop: Domain,
    /// Who pays.
    #[n(3)]
    pub issuer: Domain,
    /// Who delivers. None if no courier does: then the shop's signed word that it handed over what was bought
    /// ([`HandingOver`](crate::checkout::handing::HandingOver)) is what has whoever pays do so. The root covers this, so the
    /// holder's card has signed it, and neither kind of order can be made into the other.
    #[n(4)]
    pub courier: Option<Domain>,
    /// When the holder approved.
    #[n(5)]
    pub sent_at: Timestamp,
    /// After this nobody acts on the order any more.
    #[n(6)]
    pub expires_at: Timestamp,
}

impl OrderHeader {
    /// The party that plays `role` in this order.
    #[must_use]
    pub fn party(&self, role: Role) -> Option<&Domain> {
        match role {
            Role::Shop => Some(&self.shop),
            Role::Issuer => Some(&self.issuer),
            Role::Courier => self.courier.as_ref(),
            _ => None,
        }
    }

    /// Who reads a part of this order, in the order in which parts are sent: without a courier, shop and issuer.
    pub fn readers(&self) -> impl Iterator<Item = Role> + '_ {
        let takes_part = |role: &Role| self.party(*role).is_some();
        READERS.into_iter().filter(takes_part)
    }
}
