//! What can go wrong with coupons.

use crate::core::error::error_kinds;

error_kinds! {
    /// There is no such coupon.
    NoSuchCoupon = 97, "no-such-coupon";
    /// The wallet has no account at that office, or it is no office.
    NoCouponAccount = 98, "no-coupon-account";
    /// The text is none of a coupon, or not the one that belongs here.
    CouponTextInvalid = 99, "coupon-text-invalid";
    /// One of the coupon's signatures does not hold.
    CouponForged = 100, "coupon-forged";
    /// Something else is under way with the coupon.
    CouponUnderWay = 101, "coupon-under-way";
    /// The coupon is over, or another's.
    CouponOver = 102, "coupon-over";
    /// The coupon's time is over.
    CouponExpired = 103, "coupon-expired";
    /// The coupon is locked.
    CouponLocked = 104, "coupon-locked";
    /// The password is wrong.
    CouponPasswordWrong = 105, "coupon-password-wrong";
    /// No tries are left for the password.
    CouponPasswordBlocked = 106, "coupon-password-blocked";
    /// There is no password yet, or it is none.
    CouponPasswordInvalid = 107, "coupon-password-invalid";
    /// The card holds no more coupons.
    CouponCardFull = 108, "coupon-card-full";
    /// The office could not be reached.
    OfficeUnreachable = 109, "office-unreachable";
    /// The office refused.
    OfficeRefused = 110, "office-refused";
    /// The office's answer does not fit what it was asked.
    OfficeAnswerInvalid = 111, "office-answer-invalid";
    /// The account's limit does not cover the coupon.
    CouponNotCharged = 112, "coupon-not-charged";
    /// The office issues no such coupon.
    CouponNotOffered = 113, "coupon-not-offered";
    /// The campaign has none left.
    CampaignExhausted = 114, "campaign-exhausted";
    /// The account has as many as one gets.
    CouponHadEnough = 115, "coupon-had-enough";
    /// The link is another's, void or taken back.
    CouponLinkVoid = 116, "coupon-link-void";
    /// The owner said no, or nothing in time.
    CouponDenied = 117, "coupon-denied";
    /// The coupon has changed its owner since.
    CouponChanged = 118, "coupon-changed";
    /// It is the holder's own already.
    CouponMine = 119, "coupon-mine";
    /// It is for another holder.
    CouponElsewhere = 122, "coupon-elsewhere";
    /// Nobody asks for the coupon any more.
    CouponNotAsked = 123, "coupon-not-asked";
    /// The card holds no coupons.
    NoCouponsInCard = 124, "no-coupons-in-card";
    /// The account's earlier coupon is still on its way.
    CouponOnItsWay = 125, "coupon-on-its-way";
    /// Nothing was said to the office from this device yet, which takes the PIN once.
    OfficeUnasked = 126, "office-unasked";
    /// The account has coupons that would be lost with its keys.
    CouponInUse = 127, "coupon-in-use";
}
