//! Opens the payer's part and judges it (EP 0 791 901, step O9). Nothing is written here; whose money it is
//! and whether the claim is right is read in the transaction that decides.

use tallystick_protocol::checkout::answers::{AuthorisationRequest, RefusalReason};
use tallystick_protocol::checkout::order::{
    HolderApproval, ORDER_LIFETIME_SECONDS, OpenedPart, amount_of,
};
use tallystick_protocol::checkout::policy::Field;
use tallystick_protocol::instrument::{Instrument, Payment};
use tallystick_protocol::trust::certificate::CLOCK_SKEW_SECONDS;
use tallystick_protocol::trust::holder::verify_holder;
use tallystick_protocol::trust::statement::{Verified, open};
use tallystick_protocol::wire::identifier::Role;

use super::{Claim, Funds, Owner, Payer};
use crate::office::fault::Fault;
use crate::parts::part_fault;
use crate::ports::{DatabaseError, Ports, Tables};

/// A request that is genuine and opens; whether it is granted is another matter.
pub(crate) struct Judged {
    /// The shop's request.
    pub request: Verified<AuthorisationRequest>,
    /// The payer's part.
    pub part: OpenedPart,
    /// What speaks against it whatever the account.
    objection: Option<RefusalReason>,
    /// The holder's name.
    name: String,
    /// The holder's telephone number.
    telephone: String,
    /// What pays, if it is anything that this payer knows.
    payment: Option<Payment>,
    /// The certificate whose key approved this very root, if one did.
    approved_by: Option<Vec<u8>>,
}

impl Judged {
    /// Whether it is refused whatever the account.
    #[cfg(feature = "settlement")]
    pub(crate) const fn is_objected_to(&self) -> bool {
        self.objection.is_some()
    }

    /// What pays, if it is anything that this payer knows.
    #[cfg(feature = "settlement")]
    pub(crate) const fn payment(&self) -> Option<&Payment> {
        self.payment.as_ref()
    }
}

/// What the payer decides, but for the balance.
pub(crate) struct Verdict {
    /// Whose money it is, if the holder is known.
    pub owner: Option<Owner>,
    /// Nothing speaks against it but perhaps the balance, or why it is refused.
    pub granted: Result<(), RefusalReason>,
}

impl<P: Ports> Payer<'_, P> {
    /// Verifies the shop's request and opens the part.
    ///
    /// A request that is not the shop's own, or whose part does not open, is a fault and leaves no
    /// trace; one that opens is judged, and the judgement is what the issuer will sign.
    pub(crate) async fn judge(&self, body: &[u8]) -> Result<Judged, Fault> {
        let identity = self.office.identity()?;
        let now = self.office.now();
        let request = open::<AuthorisationRequest>(body, &identity.anchors, now, Role::Shop)?;
        request.require_recipient(&self.office.as_audience())?;
        request.require_transaction(&request.message.part.order_id.0)?;
        self.office
            .admit_sender("authorisations", &request.message.envelope.from)?;
        self.office
            .require_told_by(&request.message.envelope.from)?;
        self.office
            .require_undoubted(&request.message.part.root.to_string())?;
        let part = self.office.open_part(&request.message.part).await?;
        // The part names who is paid: nobody can cash in what was ordered elsewhere.
        request.require_sender(&part.header.shop)?;
        let text = |field| {
            let text = part.require_text(field).map_err(part_fault);
            text.map(str::to_owned)
        };
        Ok(Judged {
            objection: self.objection(&request.message, &part)?,
            name: text(Field::HolderName)?,
            telephone: text(Field::HolderTelephone)?,
            payment: Payment::of(&part).map_err(part_fault)?,
            approved_by: self.approved_by(&request.message, &part),
            request,
            part,
        })
    }

    /// What speaks against a request whatever the account.
    fn objection(
        &self,
        request: &AuthorisationRequest,
        part: &OpenedPart,
    ) -> Result<Option<RefusalReason>, Fault> {
        let amount = amount_of(part.require(Field::Amount).map_err(part_fault)?)
            .map_err(Fault::malformed)?;
        let now = self.office.now();
        // Nobody's money is set aside for longer than an order may live.
        let longest = ORDER_LIFETIME_SECONDS + CLOCK_SKEW_SECONDS;
        Ok(if part.header.expires_at <= now {
            Some(RefusalReason::Expired)
        } else if part.header.expires_at > now.plus_seconds(longest) {
            Some(RefusalReason::Declined)
        } else if amount != request.amount || (amount.minor == 0) != pays_nothing(part) {
            Some(RefusalReason::AmountMismatch)
        } else if self.is_stopped(part) {
            Some(RefusalReason::Declined)
        } else {
            None
        })
    }

    /// Whether the operator stopped the shop that would be paid or the courier that would deliver.
    fn is_stopped(&self, part: &OpenedPart) -> bool {
        let header = &part.header;
        let courier = header.courier.as_ref();
        let stopped = self.terms.is_blocked(&header.shop)
            || courier.is_some_and(|courier| self.terms.is_blocked(courier));
        if stopped {
            self.office.log("blocked", None, "declined");
        }
        stopped
    }

    /// The verdict, by what books and clock say at this moment. Call it in the transaction that reserves:
    /// a device revoked, or an account moved, while the request was being verified pays no more, nor is
    /// reserved what may have been said to be unknown after its time.
    pub(crate) fn verdict(
        &self,
        tables: &dyn Tables,
        judged: &Judged,
    ) -> Result<Verdict, DatabaseError> {
        let owner = self.owner(tables, judged)?;
        let is_over = judged.part.header.expires_at <= self.office.now();
        let granted = match (judged.objection, &owner) {
            (Some(reason), _) => Err(reason),
            (None, _) if is_over => Err(RefusalReason::Expired),
            (None, Some(owner)) if owner.is_genuine => Ok(()),
            (None, _) => Err(RefusalReason::Declined),
        };
        Ok(Verdict { owner, granted })
    }

    /// Whose money the order names.
    fn owner(&self, tables: &dyn Tables, judged: &Judged) -> Result<Option<Owner>, DatabaseError> {
        let claim = self.claim(judged);
        claim.map_or(Ok(None), |(funds, claim)| funds.owner(tables, &claim))
    }

    /// Has it seen to that what is granted can be paid. Call it in the transaction that then reserves.
    pub(crate) fn provide(&self, tables: &dyn Tables, judged: &Judged) -> Result<(), Fault> {
        let claim = self.claim(judged);
        claim.map_or(Ok(()), |(funds, claim)| funds.provide(tables, &claim))
    }

    /// Tells whose money it is what was decided. Call it in the transaction that decides.
    pub(crate) fn decided(
        &self,
        tables: &dyn Tables,
        judged: &Judged,
        granted: bool,
    ) -> Result<(), Fault> {
        let claim = self.claim(judged);
        claim.map_or(Ok(()), |(funds, claim)| {
            funds.decided(tables, &claim, granted)
        })
    }

    /// What the order says of who pays, if this payer pays by its instrument.
    pub(crate) fn claim<'c>(&'c self, judged: &'c Judged) -> Option<(&'c dyn Funds, Claim<'c>)> {
        let payment = judged.payment.as_ref()?;
        let funds = self.funds_of(payment.instrument())?;
        let claim = Claim {
            payer: &self.office.settings.domain,
            holder: &judged.part.header.holder,
            name: &judged.name,
            telephone: &judged.telephone,
            payment,
            signed_payment: judged.part.payment.as_deref(),
            root: &judged.request.message.part.root,
            shop: &judged.part.header.shop,
            amount: judged.request.message.amount,
            approved_by: judged.approved_by.as_deref(),
            identity: self.office.identity().ok(),
            asked_at: judged.request.message.envelope.sent_at,
            now: self.office.now(),
        };
        Some((funds, claim))
    }

    /// The holder's certificate whose key signed this very root.
    fn approved_by(&self, request: &AuthorisationRequest, part: &OpenedPart) -> Option<Vec<u8>> {
        let identity = self.office.identity().ok()?;
        let approval = part.approval.as_deref()?;
        let verified =
            verify_holder::<HolderApproval>(approval, &identity.anchors, self.office.now()).ok()?;
        let is_about_it = verified.message.root == request.part.root
            && verified.message.order_id == part.header.order_id;
        is_about_it.then_some(verified.certificate)
    }
}

/// Whether nothing is left to pay: coupons have paid, and their office authorises the order and no amount. It pays by nothing
/// else, and nobody else does so.
fn pays_nothing(part: &OpenedPart) -> bool {
    let name = part.get(Field::PaymentType).unwrap_or_default();
    Instrument::from_name(name) == Some(Instrument::Coupon)
}
