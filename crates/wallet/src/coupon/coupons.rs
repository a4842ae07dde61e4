//! What the wallet keeps of coupons, each in a record of its own.

use minicbor::{Decode, Encode};
use tallystick_protocol::coupon::CouponId;
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use tallystick_protocol::wire::identifier::Domain;
use zeroize::Zeroizing;

use super::record::{BYTES_MAX, CouponRecord, OfficeRecord};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::slices::{Opened, Slice};

/// In front of the names of coupons, in the names of records.
const COUPONS: &str = "coupon/held/";
/// In front of the names of accounts.
const OFFICES: &str = "coupon/office/";
/// The most coupons that are kept; of those that are over the oldest makes room.
const COUPONS_MAX: usize = 500;
/// The first pause between two questions, in milliseconds.
const PAUSE_MS_MIN: u64 = 1_000;
/// The longest pause, in milliseconds (ten minutes).
const PAUSE_MS_MAX: u64 = 600_000;

/// All of it, in no particular order.
#[derive(Default)]
pub struct Coupons {
    coupons: Vec<CouponRecord>,
    offices: Vec<OfficeRecord>,
    /// When offices are asked again; in memory alone.
    due_ms: u64,
    pause_ms: u64,
    /// How many records cannot be read any more. They stay as they are.
    unreadable: usize,
}

/// What has a record of its own here.
pub trait Kept: Encode<()> + for<'b> Decode<'b, ()> + Clone {
    /// The name of its record.
    fn record(&self) -> String;
    /// Where its kind is.
    fn all(coupons: &mut Coupons) -> &mut Vec<Self>;
}

impl Kept for CouponRecord {
    fn record(&self) -> String {
        [COUPONS, &self.id].concat()
    }

    fn all(coupons: &mut Coupons) -> &mut Vec<Self> {
        &mut coupons.coupons
    }
}

impl Kept for OfficeRecord {
    fn record(&self) -> String {
        [OFFICES, &self.account].concat()
    }

    fn all(coupons: &mut Coupons) -> &mut Vec<Self> {
        &mut coupons.offices
    }
}

impl Coupons {
    /// The coupons.
    pub fn iter(&self) -> impl Iterator<Item = &CouponRecord> {
        self.coupons.iter()
    }

    /// A coupon.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchCoupon`].
    pub fn coupon(&self, id: &str) -> Result<&CouponRecord, WalletError> {
        let coupon = self.coupons.iter().find(|coupon| coupon.id == id);
        coupon.ok_or_else(|| WalletError::new(ErrorKind::NoSuchCoupon))
    }

    /// The coupon of that number here.
    #[must_use]
    pub fn numbered(&self, office: &Domain, number: CouponId) -> Option<&CouponRecord> {
        let mut coupons = self.coupons.iter();
        coupons.find(|coupon| coupon.coupon == Some(number) && coupon.office == *office)
    }

    /// What is known of an account's office.
    #[must_use]
    pub fn office(&self, account: &str) -> Option<&OfficeRecord> {
        self.offices.iter().find(|office| office.account == account)
    }

    /// Whether keys of that account may not go: a coupon would be lost with them.
    #[must_use]
    pub fn has_value_of(&self, account: &str) -> bool {
        let mut coupons = self.coupons.iter();
        coupons.any(|coupon| coupon.account == account && !coupon.standing.is_over())
    }

    /// Whether that account may get other keys: its coupons are asked for with the new ones then, so that they have to be at hand,
    /// and nothing may be under way that only the old ones end.
    #[must_use]
    pub fn may_move(&self, account: &str) -> bool {
        let of_account = self
            .coupons
            .iter()
            .filter(|coupon| coupon.account == account);
        let mut kept = of_account.filter(|coupon| !coupon.standing.is_over());
        kept.all(|coupon| coupon.under_way.is_none() && coupon.whole.is_some())
    }

    /// When offices are due to be asked, in milliseconds.
    #[must_use]
    pub const fn due_ms(&self) -> u64 {
        self.due_ms
    }

    /// They were asked: a growing pause, unless something moved.
    pub fn wait(&mut self, now_ms: u64, has_moved: bool) {
        let pause_ms = if has_moved { 0 } else { self.pause_ms };
        self.pause_ms = (pause_ms * 2).clamp(PAUSE_MS_MIN, PAUSE_MS_MAX);
        self.due_ms = now_ms.saturating_add(self.pause_ms);
    }

    /// Something was begun: they are asked at once.
    pub const fn hurry(&mut self) {
        (self.due_ms, self.pause_ms) = (0, 0);
    }

    fn take<T: Kept>(&mut self, bytes: &[u8]) {
        match decode_value::<T>(bytes, BYTES_MAX) {
            Ok(read) => T::all(self).push(read),
            Err(_) => self.unreadable += 1,
        }
    }
}

impl Slice for Coupons {
    fn owns(name: &str) -> bool {
        [COUPONS, OFFICES]
            .iter()
            .any(|prefix| name.starts_with(prefix))
    }

    /// One that is damaged keeps nobody from the others.
    fn take_up(&mut self, name: &str, opened: Opened) -> Result<(), WalletError> {
        let bytes = match opened {
            Err(error) if error.kind == ErrorKind::StorageNewer => return Err(error),
            opened => opened.unwrap_or_default(),
        };
        if name.starts_with(OFFICES) {
            self.take::<OfficeRecord>(&bytes);
        } else {
            self.take::<CouponRecord>(&bytes);
        }
        Ok(())
    }

    /// A coupon in the card would be lost with the wallet.
    fn is_under_way(&self) -> bool {
        self.coupons.iter().any(|coupon| {
            !coupon.standing.is_over() && (coupon.place.is_some() || coupon.is_open())
        })
    }
}

impl Desk<'_> {
    /// What is kept of coupons.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn coupons(&mut self) -> Result<&mut Coupons, WalletError> {
        Ok(&mut self.unlocked()?.slices.coupons)
    }

    /// A coupon.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchCoupon`], or if the wallet is locked.
    pub fn coupon(&mut self, id: &str) -> Result<CouponRecord, WalletError> {
        Ok(self.coupons()?.coupon(id)?.clone())
    }

    /// Replaces a record, or adds it.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn keep_coupon<T: Kept>(&mut self, kept: T) -> Result<(), WalletError> {
        let bytes = Zeroizing::new(encode_value(&kept));
        let name = kept.record();
        self.put_sealed(&name, &bytes)?;
        let all = T::all(self.coupons()?);
        match all.iter_mut().find(|one| one.record() == name) {
            Some(one) => *one = kept,
            None => all.push(kept),
        }
        Ok(())
    }

    /// Removes a record.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn drop_coupon<T: Kept>(&mut self, kept: &T) -> Result<(), WalletError> {
        let name = kept.record();
        T::all(self.coupons()?).retain(|one| one.record() != name);
        self.delete(name);
        Ok(())
    }

    /// Keeps a coupon that is new here, in the place of the oldest that is over if there are many.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn begin_coupon(&mut self, coupon: CouponRecord) -> Result<(), WalletError> {
        let coupons = &self.coupons()?.coupons;
        let over = coupons.iter().filter(|other| other.standing.is_over());
        let oldest = over.min_by_key(|other| other.created_at).cloned();
        if coupons.len() >= COUPONS_MAX
            && let Some(oldest) = oldest
        {
            self.drop_coupon(&oldest)?;
        }
        self.keep_coupon(coupon)
    }
}
