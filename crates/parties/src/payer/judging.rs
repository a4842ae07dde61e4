//! Opens the issuer's part and judges it (EP 0 791 901, step O9): name, telephone, card number,
//! expiry and the holder's signature must all be right. Nothing is written here; what the books have
//! to say is read in the transaction that decides.

use tallystick_protocol::account::CardExpiry;
use tallystick_protocol::checkout::answers::{AuthorisationRequest, RefusalReason};
use tallystick_protocol::checkout::order::{
    ORDER_LIFETIME_SECONDS, OpenedPart, amount_of, verify_approval,
};
use tallystick_protocol::checkout::policy::Field;
use tallystick_protocol::instrument::Payment;
use tallystick_protocol::trust::certificate::{CLOCK_SKEW_SECONDS, Certificate};
use tallystick_protocol::trust::statement::{Verified, open};
use tallystick_protocol::wire::identifier::Role;

use crate::issuer::Issuer;
use crate::issuer::accounts::{self, Account};
use crate::issuer::card_check::CardDetails;
use crate::office::fault::Fault;
use crate::parts::part_fault;
use crate::ports::{DatabaseError, Ports, Tables};

/// A request that is genuine and opens; whether it is granted is another matter.
pub(crate) struct Judged {
    /// The shop's request.
    pub request: Verified<AuthorisationRequest>,
    /// The issuer's part.
    pub part: OpenedPart,
    /// What speaks against it whatever the account.
    objection: Option<RefusalReason>,
    /// The card as the holder named it, if it is a card account that pays.
    claimed: Option<CardDetails>,
    /// The certificate whose key approved this very root, if one did.
    approved_by: Option<Vec<u8>>,
}

/// What the issuer decides, but for the balance.
pub(crate) struct Verdict {
    /// The holder's account, if the holder is known.
    pub account: Option<i64>,
    /// Nothing speaks against it but perhaps the balance, or why it is refused.
    pub granted: Result<(), RefusalReason>,
}

impl<P: Ports> Issuer<P> {
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
        let part = self.office.open_part(&request.message.part).await?;
        // The part names who is paid: nobody can cash in what was ordered elsewhere.
        request.require_sender(&part.header.shop)?;
        let claimed = claimed_details(&part)?;
        Ok(Judged {
            objection: self.objection(&request.message, &part, claimed.is_some())?,
            claimed,
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
        is_known: bool,
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
        } else if amount != request.amount || amount.minor == 0 {
            Some(RefusalReason::AmountMismatch)
        } else if self.is_stopped(part) || !is_known {
            Some(RefusalReason::Declined)
        } else {
            None
        })
    }

    /// Whether the operator stopped the shop that would be paid or the courier that would deliver.
    fn is_stopped(&self, part: &OpenedPart) -> bool {
        let header = &part.header;
        let stopped =
            self.config.is_blocked(&header.shop) || self.config.is_blocked(&header.courier);
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
        let account = accounts::of_holder(tables, &judged.part.header.holder)?;
        let is_over = judged.part.header.expires_at <= self.office.now();
        let granted = match (judged.objection, &account) {
            (Some(reason), _) => Err(reason),
            (None, _) if is_over => Err(RefusalReason::Expired),
            (None, Some(account)) if self.is_genuine(judged, account) => Ok(()),
            (None, _) => Err(RefusalReason::Declined),
        };
        Ok(Verdict {
            account: account.map(|account| account.account),
            granted,
        })
    }

    /// Whether card and approval are the account's. All of these are looked at in any case: the answer
    /// does not tell which one failed.
    fn is_genuine(&self, judged: &Judged, account: &Account) -> bool {
        let current = account
            .card
            .expiry
            .parse::<CardExpiry>()
            .is_ok_and(|expiry| expiry.is_current_at(self.office.now()));
        let approved = judged
            .approved_by
            .as_deref()
            .is_some_and(|certificate| is_of_one_key(certificate, &account.certificate));
        let claimed = judged.claimed.as_ref();
        claimed.is_some_and(|claimed| claimed.matches(&account.card)) & approved & current
    }

    /// The holder's certificate whose key signed this very root.
    fn approved_by(&self, request: &AuthorisationRequest, part: &OpenedPart) -> Option<Vec<u8>> {
        let identity = self.office.identity().ok()?;
        let approval = part.approval.as_deref()?;
        let verified = verify_approval(approval, &identity.anchors, self.office.now()).ok()?;
        let is_about_it = verified.approval.root == request.part.root
            && verified.approval.order_id == part.header.order_id;
        is_about_it.then_some(verified.certificate)
    }
}

/// Whether both certify one key: the holder's certificate may have been renewed since.
fn is_of_one_key(one: &[u8], other: &[u8]) -> bool {
    let key = |der| Certificate::from_der(der).map(|one| one.public_key().clone());
    matches!((key(one), key(other)), (Ok(one), Ok(other)) if one == other)
}

fn claimed_details(part: &OpenedPart) -> Result<Option<CardDetails>, Fault> {
    let text = |field| {
        part.require_text(field)
            .map(str::to_owned)
            .map_err(part_fault)
    };
    let Some(Payment::CardAccount(card)) = Payment::of(part).map_err(part_fault)? else {
        return Ok(None);
    };
    Ok(Some(CardDetails {
        number: card.number.clone(),
        expiry: card.expiry.clone(),
        name: text(Field::HolderName)?,
        telephone: text(Field::HolderTelephone)?,
    }))
}
