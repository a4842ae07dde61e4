//! Who may read what: the fixed list of an order's fields and the named policies over it
//! (EP 0 791 901, FIG. 2 and 3; our ruling on its contradictions is in `docs/conformance.md`).

use alloc::vec::Vec;
use minicbor::{Decode, Encode};

use crate::wire::identifier::Role;

/// A field of an order. Its number is the number of its leaf; the list is fixed, so that
/// neither the count nor the order of leaves tells anything about an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
#[non_exhaustive]
pub enum Field {
    /// SHA-256 of the signed order form, which the shop itself supplied (step O1).
    #[n(0)]
    Form,
    /// Names and quantities of the goods.
    #[n(1)]
    Items,
    /// The shop's numbers of the goods.
    #[n(2)]
    ItemNumbers,
    /// What is to be paid.
    #[n(3)]
    Amount,
    /// Which kind of instrument pays.
    #[n(4)]
    PaymentType,
    /// The card number (PAN).
    #[n(5)]
    CardNumber,
    /// The card's last month.
    #[n(6)]
    CardExpiry,
    /// The holder's name.
    #[n(7)]
    HolderName,
    /// The holder's telephone number.
    #[n(8)]
    HolderTelephone,
    /// The holder's own address.
    #[n(9)]
    HolderAddress,
    /// Whom the parcel is for.
    #[n(10)]
    DestinationName,
    /// Where the parcel goes.
    #[n(11)]
    DestinationAddress,
    /// The telephone number of whoever receives the parcel.
    #[n(12)]
    DestinationTelephone,
}

/// Leaves of every order: the fields, and three places for fields to come.
pub const LEAF_COUNT: usize = 16;

impl Field {
    /// Every field, in the order of its leaf.
    pub const ALL: [Field; 13] = [
        Field::Form,
        Field::Items,
        Field::ItemNumbers,
        Field::Amount,
        Field::PaymentType,
        Field::CardNumber,
        Field::CardExpiry,
        Field::HolderName,
        Field::HolderTelephone,
        Field::HolderAddress,
        Field::DestinationName,
        Field::DestinationAddress,
        Field::DestinationTelephone,
    ];

    /// The number of this field's leaf.
    #[must_use]
    pub fn leaf(self) -> usize {
        self as usize
    }

    /// The field's stable name, for consoles, catalogues and reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Field::Form => "form",
            Field::Items => "items",
            Field::ItemNumbers => "item-numbers",
            Field::Amount => "amount",
            Field::PaymentType => "payment-type",
            Field::CardNumber => "card-number",
            Field::CardExpiry => "card-expiry",
            Field::HolderName => "holder-name",
            Field::HolderTelephone => "holder-telephone",
            Field::HolderAddress => "holder-address",
            Field::DestinationName => "destination-name",
            Field::DestinationAddress => "destination-address",
            Field::DestinationTelephone => "destination-telephone",
        }
    }

    /// Whether a shop may ask to read this field beyond its policy.
    /// The card number and its expiry never go to anyone but the issuer (T002-5).
    #[must_use]
    pub fn may_be_requested(self) -> bool {
        !matches!(self, Field::CardNumber | Field::CardExpiry | Field::Form)
    }
}

/// The three readers of an order, in the order in which parts are sent and shown.
pub const READERS: [Role; 3] = [Role::Shop, Role::Issuer, Role::Courier];

/// A named table of who reads what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
#[non_exhaustive]
pub enum PolicyName {
    /// Each party reads what it cannot do without. The default.
    #[n(1)]
    Strict,
    /// The table of EP 0 791 901, FIG. 2: shop and issuer know who buys.
    #[n(2)]
    Ep0791901Fig2,
}

impl PolicyName {
    /// The policy's stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            PolicyName::Strict => "strict",
            PolicyName::Ep0791901Fig2 => "ep0791901-fig2",
        }
    }

    /// The policy of that name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [PolicyName::Strict, PolicyName::Ep0791901Fig2]
            .into_iter()
            .find(|policy| policy.as_str() == name)
    }

    fn allows(self, role: Role, field: Field) -> bool {
        use Field::{
            Amount, CardExpiry, CardNumber, DestinationAddress, DestinationName,
            DestinationTelephone, Form, HolderAddress, HolderName, HolderTelephone, ItemNumbers,
            Items, PaymentType,
        };
        match (self, role) {
            (_, Role::Shop)
                if matches!(field, Form | Items | ItemNumbers | Amount | PaymentType) =>
            {
                true
            }
            (_, Role::Issuer)
                if matches!(
                    field,
                    CardNumber | CardExpiry | HolderName | HolderTelephone | Amount | PaymentType
                ) =>
            {
                true
            }
            (_, Role::Courier)
                if matches!(
                    field,
                    DestinationName | DestinationAddress | DestinationTelephone
                ) =>
            {
                true
            }
            (PolicyName::Ep0791901Fig2, Role::Shop) => {
                matches!(field, HolderName | HolderAddress | HolderTelephone)
            }
            (PolicyName::Ep0791901Fig2, Role::Issuer) => {
                matches!(field, HolderAddress | ItemNumbers)
            }
            (PolicyName::Ep0791901Fig2, Role::Courier) => {
                matches!(field, HolderName | HolderAddress | HolderTelephone)
            }
            _ => false,
        }
    }
}

/// A policy together with what the shop asks to read beyond it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    name: PolicyName,
    extra: Vec<Field>,
}

impl Policy {
    /// A policy, and the extra fields that the shop asks for and the holder has consented to.
    /// Fields that may not be requested are left out.
    #[must_use]
    pub fn new(name: PolicyName, extra: &[Field]) -> Self {
        Self {
            name,
            extra: extra
                .iter()
                .copied()
                .filter(|field| field.may_be_requested())
                .collect(),
        }
    }

    /// The least: what each party cannot do without, and nothing that a shop asks for beyond it.
    #[must_use]
    pub fn least() -> Self {
        Self::new(PolicyName::Strict, &[])
    }

    /// The policy's name.
    #[must_use]
    pub fn name(&self) -> PolicyName {
        self.name
    }

    /// Whether `role` reads `field`.
    #[must_use]
    pub fn reads(&self, role: Role, field: Field) -> bool {
        self.name.allows(role, field) || (role == Role::Shop && self.extra.contains(&field))
    }

    /// Whether `role` reads `field` although it could do without: beyond [`Policy::least`], whatever
    /// the policy is called. Only the holder can consent to that.
    #[must_use]
    pub fn is_extra(&self, role: Role, field: Field) -> bool {
        self.reads(role, field) && !PolicyName::Strict.allows(role, field)
    }

    /// Whether anybody reads what it could do without.
    #[must_use]
    pub fn has_extra(&self) -> bool {
        READERS
            .iter()
            .any(|role| Field::ALL.iter().any(|field| self.is_extra(*role, *field)))
    }

    /// The fields that `role` reads, in the order of their leaves.
    pub fn fields_of(&self, role: Role) -> impl Iterator<Item = Field> + '_ {
        Field::ALL
            .into_iter()
            .filter(move |field| self.reads(role, *field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readers(policy: &Policy, field: Field) -> Vec<Role> {
        READERS
            .into_iter()
            .filter(|role| policy.reads(*role, field))
            .collect()
    }

    #[test]
    fn strict_gives_each_party_what_it_cannot_do_without() {
        let strict = Policy::new(PolicyName::Strict, &[]);
        assert_eq!(readers(&strict, Field::Items), [Role::Shop]);
        assert_eq!(readers(&strict, Field::Amount), [Role::Shop, Role::Issuer]);
        assert_eq!(readers(&strict, Field::HolderName), [Role::Issuer]);
        assert_eq!(readers(&strict, Field::HolderAddress), []);
        assert_eq!(readers(&strict, Field::DestinationAddress), [Role::Courier]);
    }

    #[test]
    fn fig_2_is_the_table_of_the_patent() {
        let fig2 = Policy::new(PolicyName::Ep0791901Fig2, &[]);
        for field in [
            Field::HolderName,
            Field::HolderAddress,
            Field::HolderTelephone,
        ] {
            assert_eq!(readers(&fig2, field), READERS);
        }
        for field in [Field::ItemNumbers, Field::Amount, Field::PaymentType] {
            assert_eq!(readers(&fig2, field), [Role::Shop, Role::Issuer]);
        }
        assert_eq!(readers(&fig2, Field::Items), [Role::Shop]);
        assert_eq!(readers(&fig2, Field::DestinationAddress), [Role::Courier]);
    }

    #[test]
    fn t002_5_no_policy_and_no_request_gives_the_card_number_to_anyone_but_the_issuer() {
        for name in [PolicyName::Strict, PolicyName::Ep0791901Fig2] {
            let greedy = Policy::new(name, &Field::ALL);
            assert_eq!(readers(&greedy, Field::CardNumber), [Role::Issuer]);
            assert_eq!(readers(&greedy, Field::CardExpiry), [Role::Issuer]);
        }
    }

    #[test]
    fn whatever_a_policy_is_called_what_goes_beyond_the_least_is_extra() {
        let fig2 = Policy::new(PolicyName::Ep0791901Fig2, &[]);
        assert!(fig2.has_extra());
        assert!(fig2.is_extra(Role::Shop, Field::HolderAddress));
        assert!(fig2.is_extra(Role::Issuer, Field::ItemNumbers));
        assert!(fig2.is_extra(Role::Courier, Field::HolderName));
        assert!(!fig2.is_extra(Role::Issuer, Field::HolderName));
        assert!(!Policy::least().has_extra());
    }

    #[test]
    fn what_a_shop_asks_for_beyond_its_policy_is_marked() {
        let asking = Policy::new(PolicyName::Strict, &[Field::HolderTelephone]);
        assert!(asking.reads(Role::Shop, Field::HolderTelephone));
        assert!(asking.is_extra(Role::Shop, Field::HolderTelephone));
        assert!(!asking.is_extra(Role::Issuer, Field::HolderTelephone));
    }
}
