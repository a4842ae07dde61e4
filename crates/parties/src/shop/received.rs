//! Opens and checks an order, before anything is written (EP 0 791 901, step O7).

use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::checkout::gift::{Gift, GiftError};
use tallystick_protocol::checkout::order::{
    ORDER_LIFETIME_SECONDS, OpenedPart, PartError, SplitOrder, amount_of, goods_match,
    item_numbers_of, items_of,
};
use tallystick_protocol::checkout::policy::Field;
use tallystick_protocol::instrument::Instrument;
use tallystick_protocol::wire::identifier::{Domain, Role};
use tallystick_protocol::wire::time::Timestamp;

use super::coupons::{ByCoupons, rest_of};
use super::wanted::Marks;
use super::{Shop, billing, forms};
use crate::office::fault::{Fault, Kind};
use crate::parts::part_fault;
use crate::ports::Ports;

/// How much later than the shop's clock an order may have been sent, in seconds.
const CLOCK_SKEW_SECONDS: u64 = 300;

/// An order that the shop understands and could fulfil.
pub(super) struct CheckedOrder {
    /// The form it was made from.
    pub form: OrderForm,
    /// What stands for the form in the order.
    pub form_digest: [u8; 32],
    /// The lock whose key cancels it; none in what release 0.1.0 sent.
    pub lock: Option<Vec<u8>>,
    /// What coupons pay of it, if they do.
    pub coupons: Option<ByCoupons>,
    /// Whether a contactless card pays the rest.
    pub is_by_card: bool,
    /// Which lines of the form are of the catalogue.
    pub of_catalogue: Marks,
    /// What the merchant calls it.
    pub merchant_reference: Option<String>,
    /// What the shop hands over itself, and when, as it is kept; none if a courier delivers.
    pub handing: Option<Vec<u8>>,
    /// Whether something was signed about it that was forgotten with it: then it was taken in before, in its time.
    pub was_forgotten: bool,
}

impl<P: Ports> Shop<P> {
    /// Checks everything about an order that can be checked without deciding anything.
    /// `signed_form` is what a wallet brings with an order that it shows again.
    pub(super) async fn check_order(
        &self,
        order: &SplitOrder,
        signed_form: Option<&[u8]>,
    ) -> Result<CheckedOrder, Fault> {
        let was_forgotten = self.was_forgotten(order)?;
        self.check_header(order, was_forgotten)?;
        let part = self.open_own_part(order).await?;
        let digest = part.require(Field::Form).map_err(part_fault)?;
        let good_at = match was_forgotten {
            true => Timestamp(0),
            false => self.office.now(),
        };
        let kept = match forms::find(self.office.tables(), digest, good_at) {
            Err(fault) if was_forgotten => {
                let signed = signed_form.ok_or(fault)?;
                forms::brought(signed, digest)?
            }
            kept => kept?,
        };
        let form = kept.form;
        let form_digest = <[u8; 32]>::try_from(digest).map_err(Fault::untrusted)?;
        let coupons = self.check_coupons(&form, order, &part).await?;
        check_against_form(&form, order, &part, coupons.as_ref())?;
        check_gift(&form, &part)?;
        let lock = part.get(Field::Cancellation).map(<[u8]>::to_vec);
        if form.courier().is_none() && lock.is_none() {
            // Nobody could read what is handed over.
            return Err(part_fault(PartError::MissingField(
                Field::Cancellation.as_str(),
            )));
        }
        let is_by_card = billing::is_by_card(part.require(Field::PaymentType).map_err(part_fault)?);
        Ok(CheckedOrder {
            is_by_card,
            form,
            form_digest,
            lock,
            coupons,
            of_catalogue: kept.of_catalogue,
            merchant_reference: kept.merchant_reference,
            handing: kept.handing,
            was_forgotten,
        })
    }

    /// The digest of the form that an order is about.
    pub(super) async fn form_of(&self, order: &SplitOrder) -> Result<[u8; 32], Fault> {
        let part = self.open_own_part(order).await?;
        let digest = part.require(Field::Form).map_err(part_fault)?;
        <[u8; 32]>::try_from(digest).map_err(Fault::untrusted)
    }

    fn check_header(&self, order: &SplitOrder, was_forgotten: bool) -> Result<(), Fault> {
        let header = &order.header;
        let now = self.office.now();
        if header.shop != self.office.settings.domain {
            return Err(Fault::new(
                Kind::WrongRecipient,
                "The order is for another shop.",
            ));
        }
        if header.expires_at <= now && !was_forgotten {
            return Err(Fault::new(Kind::Expired, "The order has expired."));
        }
        let lifetime = header.expires_at.seconds_since(header.sent_at);
        if header.sent_at > now.plus_seconds(CLOCK_SKEW_SECONDS)
            || lifetime > ORDER_LIFETIME_SECONDS
        {
            return Err(Fault::new(
                Kind::WrongClock,
                "The order's period of validity is not permitted.",
            ));
        }
        let mut readers = header.readers();
        let complete = readers.all(|role| order.part(role).is_some());
        if !complete {
            return Err(Fault::new(
                Kind::WrongTransaction,
                "The parts do not belong to one order.",
            ));
        }
        Ok(())
    }

    async fn open_own_part(&self, order: &SplitOrder) -> Result<OpenedPart, Fault> {
        let sealed = order
            .part(Role::Shop)
            .ok_or_else(|| Fault::untrusted("The order has no part for the shop."))?;
        let part = self.office.open_part(sealed).await?;
        if part.header != order.header {
            return Err(Fault::new(
                Kind::WrongTransaction,
                "The shop's part belongs to another order.",
            ));
        }
        Ok(part)
    }
}

/// The form leaf names one of the shop's own forms; everything else must be as in that form.
fn check_against_form(
    form: &OrderForm,
    order: &SplitOrder,
    part: &OpenedPart,
    coupons: Option<&ByCoupons>,
) -> Result<(), Fault> {
    let mismatch = || Fault::untrusted("The order is not what the form offered.");
    let field = |field| part.require(field).map_err(part_fault);
    let items = items_of(field(Field::Items)?).map_err(Fault::untrusted)?;
    let numbers = item_numbers_of(field(Field::ItemNumbers)?).map_err(Fault::untrusted)?;
    let amount = amount_of(field(Field::Amount)?).map_err(Fault::untrusted)?;
    let payment = field(Field::PaymentType)?;
    let header = &order.header;
    let rest = rest_of(form, coupons);
    if amount != rest {
        return Err(Fault::new(
            Kind::AmountMismatch,
            "The order's amount is not the form's total less what coupons pay.",
        ));
    }
    let agrees = goods_match(form, &items, &numbers)
        && is_payable(form, (payment, &header.issuer), coupons)
        && header.courier.as_ref() == form.courier();
    if agrees { Ok(()) } else { Err(mismatch()) }
}

/// What is said of a gift is within limits, and of an order that goes to somebody.
fn check_gift(form: &OrderForm, part: &OpenedPart) -> Result<(), Fault> {
    let Some(said) = part.get(Field::Gift) else {
        return Ok(());
    };
    Gift::read(said).map_err(Fault::untrusted)?;
    match form.courier() {
        Some(_) => Ok(()),
        None => Err(Fault::untrusted(GiftError::NoRecipient)),
    }
}

/// Whether the shop is paid so, by that party. What coupons pay for altogether their office authorises: it knows the holder,
/// and takes nothing else.
fn is_payable(
    form: &OrderForm,
    (payment, issuer): (&[u8], &Domain),
    coupons: Option<&ByCoupons>,
) -> bool {
    if let Some(paid) = coupons.filter(|paid| paid.rest.minor == 0) {
        let mut offices = paid.coupons.iter().map(|coupon| &coupon.office);
        return payment == Instrument::Coupon.as_str().as_bytes()
            && offices.any(|office| office == issuer);
    }
    let mut instruments = form.instruments.iter();
    instruments.any(|instrument| instrument.as_str().as_bytes() == payment)
        && form.issuers.contains(issuer)
}
