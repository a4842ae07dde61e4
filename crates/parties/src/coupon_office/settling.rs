//! What a shop says of a coupon that it holds for an order: taken, in part or whole, given free, or given back afterwards. What an
//! order did not need, and what is given back of it, is a coupon of the holder's again.

use sha2::{Digest, Sha256};
use tallystick_protocol::coupon::{
    CouponId, CouponOutcome, CouponState, Funding, Owner, SettlementKind, ShopSettlement,
};
use tallystick_protocol::trust::statement::{open, unverified};
use tallystick_protocol::wire::identifier::{Domain, HolderId, Role};
use tallystick_protocol::wire::money::Money;

use super::CouponOffice;
use super::asking::SILENCE;
use super::billing::{self, Booking, COUPONS, book};
use super::campaigns;
use super::conversation::key_of;
use super::issuing::New;
use super::key::CouponKey;
use super::notices::{self, Asked, Decided};
use super::registry::{self, Change, Row};
use super::state::Step;
use crate::issuer::books;
use crate::ledger::{Account, AccountKind, LedgerError};
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::{self, Key};
use crate::ports::{Ports, Tables};
use crate::post::due;
use crate::store::typed::{self, typed_row};

/// The coupon that a shop's word is about.
pub(super) fn settled_in(asked: &place::Asked<'_>) -> Option<Key> {
    let said = unverified::<ShopSettlement>(asked.body).ok()?;
    Some(key_of(&said.coupon))
}

typed_row! {
    /// What was taken of a coupon.
    struct Taken in "coupon_taken" {
        coupon: CouponId = "coupon",
        order: [u8; 32] = "order_id",
        /// Whose it was.
        holder: HolderId = "holder",
        minor: u64 = "minor",
        given_back: u64 = "given_back",
        made: Option<CouponId> = "made",
    }
}

impl<P: Ports> CouponOffice<P> {
    /// `POST /v1/coupon-settlements`, by the shop; the same again is answered the same.
    pub(super) async fn take_settlement(&self, request: &Incoming) -> Result<Answer, Fault> {
        let office = &self.issuer.office;
        let body = web::body_as(request, web::COSE)?;
        let digest: [u8; 32] = Sha256::digest(body).into();
        let key = self.coupon_key().await?;
        // The same words again, also when they are void by now: who asks has lost the answer.
        if let Some(decided) = notices::before(office.tables(), &digest)? {
            return Ok(web::cose(key.sign(&self.answer_of(digest, decided, None))?));
        }
        let anchors = &office.identity()?.anchors;
        let said = open::<ShopSettlement>(body, anchors, office.now(), Role::Shop)?;
        said.require_recipient(&office.as_audience())?;
        let shop = &said.message.envelope.from;
        office.admit_sender("coupon-settlements", shop)?;
        let asked = Asked {
            digest: &digest,
            kind: "settlement",
            signed: body,
            certificate: None,
        };
        let decided = office.transaction(|tables| {
            notices::once(tables, &asked, office.now(), |tables| {
                self.note_word(tables, (shop, &said.message.order), &digest, body)?;
                self.settle(tables, &key, (&said.message, shop), &digest)
            })
        })?;
        office.log("settlement", None, decided.outcome.as_str());
        Ok(web::cose(key.sign(&self.answer_of(digest, decided, None))?))
    }

    fn settle(
        &self,
        tables: &dyn Tables,
        key: &CouponKey,
        (said, shop): (&ShopSettlement, &Domain),
        digest: &[u8; 32],
    ) -> Result<Decided, Fault> {
        let decided = |outcome| Ok(Decided::of(outcome, said.coupon));
        let Some(mut row) = registry::find(tables, &said.coupon)? else {
            return decided(CouponOutcome::Unknown);
        };
        if said.kind == SettlementKind::GiveBack {
            return self.give_back(tables, key, &row, (said, shop), digest);
        }
        if row.state != CouponState::Held {
            let is_done = self.is_taken(tables, &row, (said, shop))?;
            return decided(if is_done {
                CouponOutcome::Done
            } else {
                CouponOutcome::WrongState
            });
        }
        // Another shop's, or another order's.
        if row.named.as_ref().and_then(Owner::shop) != Some(shop) || row.asked != Some(said.order) {
            return decided(CouponOutcome::NotOwner);
        }
        if said.kind == SettlementKind::Free {
            self.give_free(tables, &mut row, Some(digest))?;
            return decided(CouponOutcome::Done);
        }
        let Some(amount) = said.amount.filter(|amount| is_part(*amount, row.value)) else {
            return decided(CouponOutcome::Invalid);
        };
        self.take_held(tables, key, &mut row, (amount, said.order), digest)?;
        decided(CouponOutcome::Done)
    }

    /// Whether this very shop took this very amount of it for this order before.
    fn is_taken(
        &self,
        tables: &dyn Tables,
        row: &Row,
        (said, shop): (&ShopSettlement, &Domain),
    ) -> Result<bool, Fault> {
        let taken: Option<Taken> = typed::find(tables, "coupon = ?", &[said.coupon.into()])?;
        let is_it = |taken: &Taken| {
            taken.order == said.order
                && said.amount.map(|amount| amount.minor) == Some(taken.minor)
                && said.kind == SettlementKind::Take
        };
        Ok(row.owner.shop() == Some(shop) && taken.as_ref().is_some_and(is_it))
    }

    /// The order goes: the amount is the shop's, and what is over is a coupon of the holder's.
    fn take_held(
        &self,
        tables: &dyn Tables,
        key: &CouponKey,
        row: &mut Row,
        (amount, order): (Money, [u8; 32]),
        digest: &[u8; 32],
    ) -> Result<(), Fault> {
        let at_ms = self.issuer.office.now_ms();
        let holder = *row.owner.holder().ok_or_else(Fault::internal)?;
        let shop = row.named.clone().ok_or_else(Fault::internal)?;
        let before = row.clone();
        let change = Change {
            to: shop,
            step: Step::Take,
            notice: Some(digest),
            spends: Some(amount),
        };
        if !self.change_owner(tables, key, row, change)? {
            return Err(Fault::internal());
        }
        due::cancel(tables, SILENCE, &row.id.to_string())?;
        let rest = row
            .value
            .checked_sub(amount)
            .map_err(|_| Fault::internal())?;
        let mut made = None;
        if rest.minor > 0 {
            let coupon = self.new_coupon_id();
            if let (Funding::Postpaid, Some(account)) = (before.funding, before.account) {
                billing::split(tables, &before.id, account, (amount, &coupon, rest), at_ms)?;
            }
            self.make_of(tables, key, &before, (coupon, rest, before.funding), digest)?;
            self.note_made(tables, &row.id, &holder, &coupon)?;
            // Of a campaign for one order each, what is over is the same coupon going on.
            let goes_on = "UPDATE coupon_spent SET coupon = ? WHERE coupon = ?";
            tables.run(goes_on, &[coupon.into(), row.id.into()])?;
            made = Some(coupon);
        }
        let taken = Taken {
            coupon: row.id,
            order,
            holder,
            minor: amount.minor,
            given_back: 0,
            made,
        };
        Ok(typed::insert(tables, &taken)?)
    }

    /// So much of what was taken is given back: the shop is owed less, and it is a coupon of the holder's, paid for by now.
    fn give_back(
        &self,
        tables: &dyn Tables,
        key: &CouponKey,
        row: &Row,
        (said, shop): (&ShopSettlement, &Domain),
        digest: &[u8; 32],
    ) -> Result<Decided, Fault> {
        let decided = |outcome| Ok(Decided::of(outcome, said.coupon));
        let taken: Option<Taken> = typed::find(tables, "coupon = ?", &[said.coupon.into()])?;
        let Some(taken) = taken.filter(|taken| taken.order == said.order) else {
            return decided(CouponOutcome::WrongState);
        };
        if row.owner.shop() != Some(shop) {
            return decided(CouponOutcome::NotOwner);
        }
        let left = Money {
            minor: taken.minor.saturating_sub(taken.given_back),
            ..row.value
        };
        let Some(amount) = said.amount.filter(|amount| is_part(*amount, left)) else {
            return decided(CouponOutcome::Invalid);
        };
        if row.valid_until <= self.issuer.office.now() {
            return decided(CouponOutcome::Expired);
        }
        let coupon = self.new_coupon_id();
        let payable = books::payable_to(shop);
        let booking = Booking {
            what: "coupon-back",
            coupon: &coupon,
            memo: "Coupon given back",
            debit: Account {
                kind: AccountKind::Payable,
                name: &payable,
            },
            credit: COUPONS,
            money: amount,
            at_ms: self.issuer.office.now_ms(),
        };
        match book(tables, &booking) {
            // The shop was paid out meanwhile: it owes what it wants to give back.
            Err(LedgerError::Short) => return decided(CouponOutcome::NotCharged),
            booked => booked?,
        }
        campaigns::count_spent(tables, row, (0, amount.minor))?;
        let mut before = row.clone();
        before.owner = Owner::Holder(taken.holder);
        self.make_of(
            tables,
            key,
            &before,
            (coupon, amount, Funding::Prepaid),
            digest,
        )?;
        self.note_made(tables, &row.id, &taken.holder, &coupon)?;
        tables.run(
            "UPDATE coupon_taken SET given_back = given_back + ?, made = ? WHERE coupon = ?",
            &[amount.minor.into(), coupon.into(), row.id.into()],
        )?;
        Ok(Decided::of(CouponOutcome::Done, coupon))
    }

    /// A coupon of the same owner, terms and end as another one, of another value.
    fn make_of(
        &self,
        tables: &dyn Tables,
        key: &CouponKey,
        before: &Row,
        (coupon, value, funding): (CouponId, Money, Funding),
        digest: &[u8; 32],
    ) -> Result<Row, Fault> {
        let terms = before.read_terms()?;
        let new = New {
            campaign: before.campaign,
            kind: before.kind,
            funding,
            value,
            shops: terms.shops,
            conditions: terms.conditions,
            valid_until: before.valid_until,
            account: before.account,
            owner: before.owner.clone(),
        };
        self.make(tables, key, coupon, new, Some(digest))
    }

    /// A coupon is about to be the newest that was made of another: what was it before comes after it, so that a holder who
    /// did not look in between finds both.
    fn note_made(
        &self,
        tables: &dyn Tables,
        of: &CouponId,
        holder: &HolderId,
        made: &CouponId,
    ) -> Result<(), Fault> {
        if let Some(earlier) = self.made_of(tables, of, holder)? {
            let sql = "INSERT INTO coupon_made (coupon, holder, earlier) VALUES (?, ?, ?)";
            tables.run(sql, &[(*made).into(), holder.0.into(), earlier.into()])?;
        }
        Ok(())
    }

    /// The newest coupon that was made of one, for whom it was made; if none was, and it was made of another one itself, what
    /// was made of that before.
    pub(super) fn made_of(
        &self,
        tables: &(impl Tables + ?Sized),
        coupon: &CouponId,
        holder: &HolderId,
    ) -> Result<Option<CouponId>, Fault> {
        let taken: Option<Taken> = typed::find(tables, "coupon = ?", &[(*coupon).into()])?;
        let taken = taken.filter(|taken| taken.holder == *holder);
        if let Some(made) = taken.and_then(|taken| taken.made) {
            return Ok(Some(made));
        }
        let sql = "SELECT earlier FROM coupon_made WHERE coupon = ? AND holder = ?";
        Ok(typed::one(
            tables,
            sql,
            &[(*coupon).into(), holder.0.into()],
        )?)
    }
}

/// Whether it is some of it, and not more than all.
fn is_part(amount: Money, whole: Money) -> bool {
    amount.currency == whole.currency && (1..=whole.minor).contains(&amount.minor)
}
