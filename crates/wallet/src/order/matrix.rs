//! Who will see what: fields down, parties across.

use tallystick_protocol::identifier::Role;
use tallystick_protocol::policy::{Field, Policy};

use crate::view::MatrixRow;

/// A row and the fields it stands for.
const ROWS: [(&str, &[Field]); 7] = [
    ("items", &[Field::Items, Field::ItemNumbers]),
    ("amount", &[Field::Amount]),
    ("card", &[Field::CardNumber, Field::CardExpiry]),
    ("name", &[Field::HolderName, Field::DestinationName]),
    (
        "telephone",
        &[Field::HolderTelephone, Field::DestinationTelephone],
    ),
    ("holder_address", &[Field::HolderAddress]),
    ("destination", &[Field::DestinationAddress]),
];

/// The matrix of a policy. A cell is set as soon as the party reads any field of the row.
#[must_use]
pub fn rows(policy: &Policy) -> Vec<MatrixRow> {
    let sees = |role, fields: &[Field]| fields.iter().any(|field| policy.reads(role, *field));
    ROWS.iter()
        .map(|(row, fields)| MatrixRow {
            row,
            shop: sees(Role::Shop, fields),
            issuer: sees(Role::Issuer, fields),
            courier: sees(Role::Courier, fields),
            extra: fields
                .iter()
                .any(|field| policy.is_extra(Role::Shop, *field)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tallystick_protocol::policy::PolicyName;

    fn cells(policy: &Policy, name: &str) -> (bool, bool, bool, bool) {
        let row = rows(policy)
            .into_iter()
            .find(|row| row.row == name)
            .unwrap();
        (row.shop, row.issuer, row.courier, row.extra)
    }

    #[test]
    fn under_strict_each_party_sees_its_own_part_alone() {
        let strict = Policy::new(PolicyName::Strict, &[]);
        assert_eq!(cells(&strict, "items"), (true, false, false, false));
        assert_eq!(cells(&strict, "amount"), (true, true, false, false));
        assert_eq!(cells(&strict, "card"), (false, true, false, false));
        assert_eq!(cells(&strict, "destination"), (false, false, true, false));
        assert_eq!(cells(&strict, "name"), (false, true, true, false));
        assert_eq!(cells(&strict, "telephone"), (false, true, true, false));
        assert_eq!(
            cells(&strict, "holder_address"),
            (false, false, false, false)
        );
    }

    #[test]
    fn what_a_shop_asks_beyond_its_policy_is_marked() {
        let asking = Policy::new(
            PolicyName::Strict,
            &[Field::HolderTelephone, Field::CardNumber],
        );
        assert_eq!(cells(&asking, "telephone"), (true, true, true, true));
        assert_eq!(cells(&asking, "card"), (false, true, false, false));
    }
}
