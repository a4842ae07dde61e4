//! The ownership registry: one row a coupon, and what happened to it (source document 001: transfer management memory, C4).

use tallystick_protocol::coupon::{
    CampaignId, Coupon, CouponId, CouponKind, CouponOutcome, CouponState, CouponTerms, Funding,
    Owner, Ownership,
};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::{encode, encode_value};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::CouponOffice;
use super::key::{CouponKey, sign_with};
use super::state::{IllegalStep, Step, after};
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::store::typed::{self, typed_row};

typed_row! {
    /// A coupon as it stands.
    #[derive(Clone, Debug)]
    pub(super) struct Row in "coupons" {
        pub id: CouponId = "id",
        pub campaign: Option<CampaignId> = "campaign",
        pub kind: CouponKind = "kind",
        pub funding: Funding = "funding",
        pub value: Money = "minor, currency",
        /// The signed terms (sigValue).
        pub terms: Vec<u8> = "terms",
        pub not_before: Timestamp = "not_before",
        pub valid_until: Timestamp = "valid_until",
        /// Who was issued it and pays for it; none of a campaign's.
        pub account: Option<i64> = "account",
        pub state: CouponState = "state",
        pub owner: Owner = "owner",
        pub change: u32 = "change",
        /// The signed statement about the owner's key.
        pub owner_key: Vec<u8> = "owner_key",
        /// The signed ownership (sigOwner).
        pub ownership: Vec<u8> = "ownership",
        /// What was asked that the owner has to reply to.
        pub asked: Option<[u8; 32]> = "asked",
        /// Who wants it, or shall have it.
        pub named: Option<Owner> = "named",
        /// Until when that counts, or a link does.
        pub until: Option<Timestamp> = "until",
        /// The hash of a link's key.
        pub claim: Option<[u8; 32]> = "claim",
        /// What came of the last time that somebody wanted it.
        pub ended: Option<CouponOutcome> = "ended",
    }
}

impl Row {
    /// The coupon as its owner has it.
    pub(super) fn whole(&self) -> Coupon {
        Coupon {
            terms: self.terms.clone(),
            owner_key: self.owner_key.clone(),
            ownership: self.ownership.clone(),
        }
    }

    /// What it says it is worth, where and when.
    pub(super) fn read_terms(&self) -> Result<CouponTerms, Fault> {
        keyed::unverified(&self.terms).map_err(|_| Fault::internal())
    }

    /// Nothing is under way with it any more.
    fn come_to_rest(&mut self) {
        self.asked = None;
        self.named = None;
        self.until = None;
        self.claim = None;
    }

    /// Takes a step that leaves it whose it is.
    ///
    /// # Errors
    /// [`IllegalStep`].
    pub(super) fn take(&mut self, step: Step) -> Result<(), IllegalStep> {
        self.state = after(self.state, step)?;
        let at_rest = matches!(self.state, CouponState::Owned | CouponState::Blocked);
        if at_rest || self.state.is_over() {
            self.come_to_rest();
        }
        Ok(())
    }
}

/// The coupon of that number, if it is at this object.
pub(super) fn find(
    tables: &(impl Tables + ?Sized),
    coupon: &CouponId,
) -> Result<Option<Row>, DatabaseError> {
    typed::find(tables, "id = ?", &[(*coupon).into()])
}

/// Stores what may have changed of a coupon, and what happened to it. In the transaction that decides.
pub(super) fn store(
    tables: &dyn Tables,
    row: &Row,
    step: &str,
    notice: Option<&[u8; 32]>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    tables.run(
        "UPDATE coupons SET state = ?, owner = ?, change = ?, owner_key = ?, ownership = ?, asked = ?, named = ?,
            until = ?, claim = ?, ended = ? WHERE id = ?",
        &[
            row.state.as_str().into(),
            encode_value(&row.owner).into(),
            row.change.into(),
            (&row.owner_key).into(),
            (&row.ownership).into(),
            row.asked.into(),
            row.named.as_ref().map(encode_value).into(),
            row.until.into(),
            row.claim.into(),
            row.ended.map(CouponOutcome::as_str).into(),
            row.id.into(),
        ],
    )?;
    note(tables, row, step, notice, now)
}

/// Writes into a coupon's history what happened to it.
pub(super) fn note(
    tables: &dyn Tables,
    row: &Row,
    step: &str,
    notice: Option<&[u8; 32]>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    tables.run(
        "INSERT INTO coupon_history (coupon, step, change, owner, notice, at) VALUES (?, ?, ?, ?, ?, ?)",
        &[
            row.id.into(),
            step.into(),
            row.change.into(),
            encode_value(&row.owner).into(),
            notice.copied().into(),
            now.into(),
        ],
    )?;
    Ok(())
}

/// A new owner: by which step, and by what that was signed.
pub(super) struct Change<'a> {
    pub to: Owner,
    pub step: Step,
    pub notice: Option<&'a [u8; 32]>,
    /// How much of it a shop gets; all of it if nothing is said.
    pub spends: Option<Money>,
}

impl<P: Ports> CouponOffice<P> {
    /// Signs whose a coupon is (sigOwner), with the key that is held for that owner.
    pub(super) fn sign_ownership(
        &self,
        tables: &dyn Tables,
        key: &CouponKey,
        (coupon, valid_until): (CouponId, Timestamp),
        (owner, change): (&Owner, u32),
    ) -> Result<Coupon, Fault> {
        let (owner_key, stated) = self.owner_key(tables, key, owner)?;
        let ownership = Ownership {
            office: self.issuer.office.settings.domain.clone(),
            coupon,
            owner: owner.clone(),
            change,
            valid_until,
            at: self.issuer.office.now(),
        };
        Ok(Coupon {
            terms: Vec::new(),
            owner_key: stated,
            ownership: sign_with(&owner_key, &ownership)?,
        })
    }

    /// The coupon changes its owner: a step that its state permits, one more change, its ownership signed anew (C8, C13).
    ///
    /// # Errors
    /// A fault; `Ok(false)` if the step is illegal, and nothing is changed.
    pub(super) fn change_owner(
        &self,
        tables: &dyn Tables,
        key: &CouponKey,
        row: &mut Row,
        change: Change<'_>,
    ) -> Result<bool, Fault> {
        let Ok(state) = after(row.state, change.step) else {
            return Ok(false);
        };
        let count = row.change.checked_add(1).ok_or_else(Fault::internal)?;
        let about = (row.id, row.valid_until);
        let signed = self.sign_ownership(tables, key, about, (&change.to, count))?;
        row.come_to_rest();
        row.state = state;
        row.owner = change.to;
        row.change = count;
        row.owner_key = signed.owner_key;
        row.ownership = signed.ownership;
        let now = self.issuer.office.now();
        store(tables, row, change.step.as_str(), change.notice, now)?;
        if row.owner.shop().is_some() {
            self.book_spent(tables, row, change.spends.unwrap_or(row.value))?;
        }
        self.issuer.office.log("coupon", None, change.step.as_str());
        Ok(true)
    }

    /// The coupon for whoever asks, if it is theirs.
    pub(super) fn whole_for(
        &self,
        tables: &(impl Tables + ?Sized),
        coupon: Option<CouponId>,
        asker: &Owner,
    ) -> Result<Option<Vec<u8>>, Fault> {
        let Some(coupon) = coupon else {
            return Ok(None);
        };
        let row = find(tables, &coupon)?.filter(|row| row.owner == *asker);
        Ok(row.map(|row| encode(&row.whole())))
    }
}
