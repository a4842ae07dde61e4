//! What of a form's total is tax. Prices include it; at each rate it is reckoned once from the sum of what is taxed at
//! that rate, never line by line, so that a receipt adds up.

use alloc::{collections::BTreeMap, vec::Vec};
use minicbor::Encode;
use tallystick_codec::DecodeMap;

use super::form::{Delivery, FormError, Item};
use crate::wire::money::Money;

/// The highest rate, in basis points (hundredths of a per cent): as much again as the price without it.
pub const BASIS_POINTS_MAX: u16 = 10_000;

/// What is taxed at one rate, and how much that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct TaxLine {
    /// The rate in basis points: 800 is 8 %.
    #[n(0)]
    pub basis_points: u16,
    /// The prices of all that is taxed at this rate, tax included.
    #[n(1)]
    pub taxable: Money,
    /// The tax in them.
    #[n(2)]
    pub tax: Money,
}

/// The tax in a price that includes it: ⌊price × rate ÷ (100 % + rate)⌋.
#[must_use]
pub fn included(price: Money, basis_points: u16) -> Money {
    let rate = u128::from(basis_points);
    let tax = u128::from(price.minor) * rate / (10_000 + rate);
    // At most the price itself.
    Money::new(u64::try_from(tax).unwrap_or(price.minor), price.currency)
}

/// The tax in goods and their delivery, one line for each rate, the lowest first; none if nothing says how it is taxed.
/// What names no rate is in no line.
///
/// # Errors
/// [`FormError::Tax`] for a rate above [`BASIS_POINTS_MAX`]; [`FormError::Total`] where prices do not add up.
pub fn lines_of(
    items: &[Item],
    delivery: Option<&Delivery>,
) -> Result<Option<Vec<TaxLine>>, FormError> {
    let mut sums: BTreeMap<u16, Money> = BTreeMap::new();
    let mut add = |rate: Option<u16>, price: Money| {
        let Some(rate) = rate else {
            return Ok(());
        };
        if rate > BASIS_POINTS_MAX {
            return Err(FormError::Tax);
        }
        let sum = match sums.get(&rate) {
            Some(sum) => sum.checked_add(price).map_err(|_| FormError::Total)?,
            None => price,
        };
        sums.insert(rate, sum);
        Ok(())
    };
    for item in items {
        add(item.tax_basis_points, item.price()?)?;
    }
    if let Some(delivery) = delivery {
        add(delivery.tax_basis_points, delivery.price)?;
    }
    if sums.is_empty() {
        return Ok(None);
    }
    let line = |(basis_points, taxable)| TaxLine {
        basis_points,
        taxable,
        tax: included(taxable, basis_points),
    };
    Ok(Some(sums.into_iter().map(line).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::identifier::Domain;
    use crate::wire::money::{Currency, MINOR_MAX};
    use alloc::borrow::ToOwned as _;

    fn yen(minor: u64) -> Money {
        Money::new(minor, Currency::Jpy)
    }

    fn item(minor: u64, quantity: u32, rate: Option<u16>) -> Item {
        Item {
            sku: "tea".to_owned(),
            name: "Tea".to_owned(),
            quantity,
            unit_price: yen(minor),
            names: None,
            tax_basis_points: rate,
        }
    }

    fn delivery(rate: Option<u16>) -> Delivery {
        Delivery {
            courier: Domain::parse("courier.example").unwrap(),
            name: "Courier".to_owned(),
            price: yen(520),
            names: None,
            tax_basis_points: rate,
        }
    }

    #[test]
    fn the_tax_in_a_price_is_rounded_down() {
        assert_eq!(included(yen(1080), 800), yen(80));
        assert_eq!(included(yen(1079), 800), yen(79));
        assert_eq!(included(yen(1100), 1000), yen(100));
        assert_eq!(included(yen(0), 1000), yen(0));
        assert_eq!(included(yen(999), 0), yen(0));
        assert_eq!(
            included(yen(MINOR_MAX), BASIS_POINTS_MAX).minor,
            MINOR_MAX / 2
        );
    }

    #[test]
    fn each_rate_is_reckoned_once_from_its_sum_and_not_line_by_line() {
        let items = [
            item(23, 1, Some(800)),
            item(23, 1, Some(800)),
            item(1980, 1, Some(1000)),
        ];
        let lines = lines_of(&items, Some(&delivery(Some(1000))))
            .unwrap()
            .unwrap();
        let said: Vec<_> = lines
            .iter()
            .map(|line| (line.basis_points, line.taxable.minor, line.tax.minor))
            .collect();
        assert_eq!(said, [(800, 46, 3), (1000, 2500, 227)]);
        assert_eq!(2 * included(yen(23), 800).minor, 2, "line by line");
    }

    #[test]
    fn what_names_no_rate_is_in_no_line() {
        assert_eq!(
            lines_of(&[item(50, 1, None)], Some(&delivery(None))),
            Ok(None)
        );
        let lines = lines_of(&[item(50, 1, None)], Some(&delivery(Some(1000))));
        assert_eq!(lines.unwrap().unwrap()[0].taxable, yen(520));
    }

    #[test]
    fn a_rate_above_a_hundred_per_cent_is_none() {
        let items = [item(50, 1, Some(BASIS_POINTS_MAX + 1))];
        assert_eq!(lines_of(&items, Some(&delivery(None))), Err(FormError::Tax));
    }
}
