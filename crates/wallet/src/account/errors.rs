//! What can go wrong with offers, enrolment and accounts.

use crate::core::error::error_kinds;

error_kinds! {
    /// There already is a wallet.
    AlreadySetUp = 2, "already-set-up";
    /// Enrolment has not been finished.
    NotEnrolled = 3, "not-enrolled";
    /// No card is on offer.
    NoOffer = 11, "no-offer";
    /// The offer is not what an issuer sends.
    OfferInvalid = 12, "offer-invalid";
    /// The offer came from a page of somebody else.
    OfferFromElsewhere = 13, "offer-from-elsewhere";
    /// The offer has expired.
    OfferExpired = 14, "offer-expired";
    /// The wallet holds this card already.
    CardAlreadyHeld = 15, "card-already-held";
    /// The issuer or a key centre refused to enrol.
    EnrolmentRefused = 16, "enrolment-refused";
    /// There is no such card.
    NoSuchCard = 20, "no-such-card";
    /// The issuer or a key centre could not be reached while enrolling.
    EnrolmentUnreachable = 45, "enrolment-unreachable";
    /// The wallet holds as many cards as it can.
    CardLimit = 46, "card-limit";
    /// The card pays an order that is not settled.
    CardInUse = 47, "card-in-use";
    /// The account's purse holds something, or something is under way with it.
    PurseInUse = 48, "purse-in-use";
    /// The card in the reader has been in use.
    CardNotNew = 75, "card-not-new";
    /// Another issuer's offer waits for the holder's decision.
    OfferWaiting = 82, "offer-waiting";
    /// The card's certificate has ended, and its issuer has not renewed it.
    CardNotRenewed = 121, "card-not-renewed";
    /// The issuer was brought back to an earlier moment and does not know the card any more.
    CardForgotten = 250, "card-forgotten";
}
