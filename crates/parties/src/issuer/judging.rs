//! Opens the issuer's part and judges it (EP 0 791 901, step O9): name, telephone, card number,
//! expiry and the holder's signature must all be right. Nothing is written here.

use subtle::ConstantTimeEq;
use tallystick_protocol::answers::{AuthorisationRequest, RefusalReason};
use tallystick_protocol::certificate::CLOCK_SKEW_SECONDS;
use tallystick_protocol::enrolment::CardExpiry;
use tallystick_protocol::form::Instrument;
use tallystick_protocol::identifier::Role;
use tallystick_protocol::order::{ORDER_LIFETIME_SECONDS, OpenedPart, amount_of, verify_approval};
use tallystick_protocol::policy::Field;
use tallystick_protocol::statement::{StatementError, Verified, open};

use super::Issuer;
use super::accounts::{self, Account};
use super::card_check::CardDetails;
use crate::common::fault::Fault;
use crate::parts::part_fault;
use crate::ports::Ports;

/// A request that is genuine and opens; whether it is granted is another matter.
pub(super) struct Judged {
    /// The shop's request.
    pub request: Verified<AuthorisationRequest>,
    /// The issuer's part.
    pub part: OpenedPart,
    /// The holder's account, if the holder is known.
    pub account: Option<i64>,
    /// Nothing speaks against it but perhaps the balance, or why it is refused.
    pub verdict: Result<(), RefusalReason>,
}

impl<P: Ports> Issuer<P> {
    /// Verifies the shop's request, opens the part and judges it.
    ///
    /// A request that is not the shop's own, or whose part does not open, is a fault and leaves no
    /// trace; one that opens is judged, and the judgement is what the issuer will sign.
    pub(super) async fn judge(&self, body: &[u8]) -> Result<Judged, Fault> {
        let identity = self.office.identity()?;
        let now = self.office.now();
        let request = open::<AuthorisationRequest>(body, &identity.anchors, now, Role::Shop)?;
        request.require_recipient(&self.office.as_audience())?;
        request.require_transaction(&request.message.part.order_id.0)?;
        let part = self.office.open_part(&request.message.part).await?;
        // The part names who is paid: nobody can cash in what was ordered elsewhere.
        request.require_sender(&part.header.shop)?;
        let account = accounts::of_holder(self.office.tables(), &part.header.holder)?;
        let verdict = self.verdict(&request.message, &part, account.as_ref())?;
        Ok(Judged {
            request,
            part,
            account: account.map(|account| account.account),
            verdict,
        })
    }

    fn verdict(
        &self,
        request: &AuthorisationRequest,
        part: &OpenedPart,
        account: Option<&Account>,
    ) -> Result<Result<(), RefusalReason>, Fault> {
        let amount = amount_of(part.require(Field::Amount).map_err(part_fault)?)
            .map_err(Fault::malformed)?;
        let payment = part.require(Field::PaymentType).map_err(part_fault)?;
        let claimed = claimed_details(part)?;
        let now = self.office.now();
        if part.header.expires_at <= now {
            return Ok(Err(RefusalReason::Expired));
        }
        // Nobody's money is set aside for longer than an order may live.
        let longest = ORDER_LIFETIME_SECONDS + CLOCK_SKEW_SECONDS;
        if part.header.expires_at > now.plus_seconds(longest) {
            return Ok(Err(RefusalReason::Declined));
        }
        if amount != request.amount || amount.minor == 0 {
            return Ok(Err(RefusalReason::AmountMismatch));
        }
        let Some(account) = account else {
            return Ok(Err(RefusalReason::Declined));
        };
        let current = account
            .card
            .expiry
            .parse::<CardExpiry>()
            .is_ok_and(|expiry| expiry.is_current_at(now));
        // All of these are looked at in any case: the answer does not tell which one failed.
        let genuine = claimed.matches(&account.card)
            & self.is_approved(request, part, account)
            & current
            & (payment == Instrument::CardAccount.as_str().as_bytes());
        Ok(if genuine {
            Ok(())
        } else {
            Err(RefusalReason::Declined)
        })
    }

    /// Whether the holder's own card signed this very root, with the certificate on record.
    fn is_approved(
        &self,
        request: &AuthorisationRequest,
        part: &OpenedPart,
        account: &Account,
    ) -> bool {
        let verified = part
            .approval
            .as_deref()
            .ok_or(StatementError::Malformed)
            .and_then(|bytes| {
                let identity = self
                    .office
                    .identity()
                    .map_err(|_| StatementError::Malformed)?;
                verify_approval(bytes, &identity.anchors, self.office.now())
            });
        verified.is_ok_and(|verified| {
            bool::from(verified.certificate.ct_eq(&account.certificate))
                && verified.approval.root == request.part.root
                && verified.approval.order_id == part.header.order_id
        })
    }
}

fn claimed_details(part: &OpenedPart) -> Result<CardDetails, Fault> {
    let text = |field| {
        part.require_text(field)
            .map(str::to_owned)
            .map_err(part_fault)
    };
    Ok(CardDetails {
        number: text(Field::CardNumber)?,
        expiry: text(Field::CardExpiry)?,
        name: text(Field::HolderName)?,
        telephone: text(Field::HolderTelephone)?,
    })
}
