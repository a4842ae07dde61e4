//! Which wishes for a form are for goods that the shop hands over itself, and what it hands over for them.

use tallystick_protocol::checkout::form::WithoutCourier;
use tallystick_protocol::checkout::handing::{HandedGoods, HandedLine, is_handed_text};

use super::catalogue::Product;
use super::goods::Offered;
use super::handing::{Handing, When};
use super::wanted::{WantedForm, WantedLine};
use crate::office::fault::Fault;

/// The product of a line, if it is one of the catalogue that the shop hands over itself.
fn handed_product<'o>(line: &WantedLine, offered: &'o Offered) -> Option<&'o Product> {
    let WantedLine::OfCatalogue { sku, .. } = line else {
        return None;
    };
    let product = offered.catalogue.product(sku);
    product.filter(|product| product.without_courier == Some(WithoutCourier::ByShop))
}

/// Whether all that is wanted are products that the shop hands over itself.
pub(super) fn is_all_handed_over(wanted: &WantedForm, offered: &Offered) -> bool {
    let is_handed = |line: &WantedLine| handed_product(line, offered).is_some();
    !wanted.lines.is_empty() && wanted.lines.iter().all(is_handed)
}

/// What is handed over for a wish, and when; none if a courier delivers. The catalogue says so of its products, the wish of
/// lines that it describes itself.
///
/// # Errors
/// [`Kind::Malformed`](crate::office::fault::Kind::Malformed) of what is for one and the other, with the JSON pointer of what is.
pub(super) fn handing_of(wanted: &WantedForm, offered: &Offered) -> Result<Option<Handing>, Fault> {
    let when = match wanted.hand_over {
        Some(when) => when,
        None if is_all_handed_over(wanted, offered) => When::AtOnce,
        None => {
            require_none_handed(wanted, offered)?;
            return Ok(None);
        }
    };
    if wanted.delivery.is_some() {
        let said = "The shop hands these goods over itself: no courier delivers them.";
        return Err(Fault::malformed(said).at("/delivery"));
    }
    let mut lines = Vec::new();
    for (place, line) in wanted.lines.iter().enumerate() {
        let (sku, text) = match (line, handed_product(line, offered)) {
            (WantedLine::Free(line), _) => (&line.sku, line.handed_text.as_ref()),
            (_, Some(product)) => (&product.sku, product.handed_text.as_ref()),
            _ => return Err(mixed(place)),
        };
        let Some(text) = text else {
            continue;
        };
        check_handed_text(text, &format!("/lines/{place}/handed_text"))?;
        lines.push(HandedLine {
            sku: sku.clone(),
            text: text.clone(),
        });
    }
    let goods = (!lines.is_empty()).then_some(HandedGoods { lines });
    Ok(Some(Handing { when, goods }))
}

fn require_none_handed(wanted: &WantedForm, offered: &Offered) -> Result<(), Fault> {
    for (place, line) in wanted.lines.iter().enumerate() {
        if handed_product(line, offered).is_some() {
            return Err(mixed(place));
        }
        if matches!(line, WantedLine::Free(line) if line.handed_text.is_some()) {
            let said = "A courier delivers this order: say hand_over, or leave the text out.";
            return Err(Fault::malformed(said).at(format!("/lines/{place}/handed_text")));
        }
    }
    Ok(())
}

fn mixed(place: usize) -> Fault {
    let said = "What the shop hands over itself and what a courier delivers are two orders.";
    Fault::malformed(said).at(format!("/lines/{place}/sku"))
}

/// Checks a text that is to be handed over.
///
/// # Errors
/// [`Kind::Malformed`](crate::office::fault::Kind::Malformed), at `at`.
pub(super) fn check_handed_text(text: &str, at: &str) -> Result<(), Fault> {
    if is_handed_text(text) {
        return Ok(());
    }
    let said = "A text that is handed over has 1 to 2000 bytes, in which nothing is unseen.";
    Err(Fault::malformed(said).at(at))
}
