//! What can go wrong with an order.

use crate::core::error::error_kinds;

error_kinds! {
    /// There is no such order.
    NoSuchOrder = 21, "no-such-order";
    /// The order form is not what a certified shop sends.
    FormInvalid = 22, "form-invalid";
    /// The order form came from a page of somebody else.
    FormFromElsewhere = 23, "form-from-elsewhere";
    /// The order form has expired.
    FormExpired = 24, "form-expired";
    /// The shop accepts no card of this wallet.
    CardNotAccepted = 25, "card-not-accepted";
    /// Too many orders wait for the holder.
    OrderLimit = 27, "order-limit";
    /// The order is in a state in which this cannot be done.
    OrderState = 28, "order-state";
    /// A party could not show that it is who it claims to be.
    PartyUnconfirmed = 29, "party-unconfirmed";
    /// A party could not be reached.
    PartyUnreachable = 30, "party-unreachable";
    /// A party refused with a problem.
    PartyRefused = 31, "party-refused";
    /// A party's answer does not fit the order.
    AnswerInvalid = 32, "answer-invalid";
    /// New keys were fetched; the holder has to approve once more.
    KeysRenewed = 33, "keys-renewed";
    /// The issuer refused.
    IssuerRefused = 34, "issuer-refused";
    /// The courier refused.
    CourierRefused = 35, "courier-refused";
    /// The shop refused.
    ShopRefused = 36, "shop-refused";
    /// The time ran out before anything was sent.
    ExpiredUnsent = 37, "expired-unsent";
    /// The time ran out after the order was sent.
    ExpiredSent = 38, "expired-sent";
    /// The issuer has revoked this wallet's identity: its card is on another device.
    CardMoved = 50, "card-moved";
    /// The shop sold the goods to somebody else meanwhile.
    OutOfStock = 61, "out-of-stock";
    /// The time ran out, and nobody can be asked what became of the order.
    Unanswered = 62, "unanswered";
    /// The shop signed that the order came to nothing, and it was paid all the same.
    ShopContradicted = 80, "shop-contradicted";
    /// The courier that would read the address has another name than the one that was shown.
    CourierNotAsShown = 81, "courier-not-as-shown";
    /// Holder or shop cancelled it before the courier accepted.
    Cancelled = 130, "cancelled";
    /// What the shop handed over cannot be read.
    HandedUnreadable = 247, "handed-unreadable";
    /// A gift's note is too long, or has something in it that is not seen.
    GiftNoteInvalid = 248, "gift-note-invalid";
    /// The shop does not know the order any more, and does not take it again.
    ShopForgot = 249, "shop-forgot";
    /// The chosen coupons cannot pay the order, for the reason that is named.
    CouponNotUsable = 131, "coupon-not-usable";
    /// The shop could not have a coupon of the order held.
    CouponRefused = 132, "coupon-refused";
}
