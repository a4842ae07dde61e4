//! Who may read what: the named policies over an order's fields (EP 0 791 901, FIG. 2 and 3; our ruling
//! on its contradictions is in `docs/conformance.md`).

use alloc::vec::Vec;
use minicbor::{Decode, Encode};

pub use super::field::{Field, LEAF_COUNT, LEAF_COUNT_BEFORE};
use crate::wire::identifier::Role;

/// The three readers of an order, in the order in which parts are sent and shown.
pub const READERS: [Role; 3] = [Role::Shop, Role::Issuer, Role::Courier];

crate::named_enum! {
    /// A named table of who reads what.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum PolicyName {
        /// Each party reads what it cannot do without. The default.
        #[n(1)]
        Strict => "strict",
        /// The table of EP 0 791 901, FIG. 2: shop and issuer know who buys.
        #[n(2)]
        Ep0791901Fig2 => "ep0791901-fig2",
    }
}

impl PolicyName {
    fn allows(self, role: Role, field: Field) -> bool {
        use Field::{
            Amount, Cancellation, Coupons, DestinationAddress, DestinationName,
            DestinationTelephone, Form, Gift, HolderAddress, HolderName, HolderTelephone,
            ItemNumbers, Items, PaymentType,
        };
        if field.is_payment() {
            return role == Role::Issuer;
        }
        match (self, role) {
            (_, Role::Shop)
                if matches!(
                    field,
                    Form | Items
                        | ItemNumbers
                        | Amount
                        | PaymentType
                        | Cancellation
                        | Coupons
                        | Gift
                ) =>
            {
                true
            }
            (_, Role::Issuer)
                if matches!(field, HolderName | HolderTelephone | Amount | PaymentType) =>
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
            for field in Field::PAYMENT {
                assert_eq!(readers(&greedy, field), [Role::Issuer]);
            }
        }
    }

    #[test]
    fn coupons_and_a_gift_are_for_the_shop_alone_whatever_a_policy_is_called() {
        for field in [Field::Coupons, Field::Gift] {
            for name in PolicyName::ALL {
                let greedy = Policy::new(name, &Field::ALL);
                assert_eq!(readers(&greedy, field), [Role::Shop]);
                assert!(!greedy.is_extra(Role::Shop, field));
            }
            assert!(!field.may_be_requested());
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
