//! The kinds of problems. Their names are part of the protocol and never change.

macro_rules! problem_kinds {
    ($($(#[$documentation:meta])* $kind:ident, $name:literal, $status:literal, $title:literal;)+) => {
        /// The kinds of problems, each with a stable name, an HTTP status and a sentence.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ProblemKind {
            $($(#[$documentation])* $kind,)+
        }

        impl ProblemKind {
            /// All kinds.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            /// The stable name, the last part of the problem's type URI.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $name,)+ }
            }

            /// The HTTP status code that goes with it.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$kind => $status,)+ }
            }

            /// What it means, in one sentence.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$kind => $title,)+ }
            }
        }
    };
}

problem_kinds! {
    /// Not the message that belongs here.
    Malformed, "malformed", 400, "The message is malformed.";
    /// Over a limit.
    TooLarge, "too-large", 413, "The message is too large.";
    /// An address over the limit.
    AddressTooLong, "address-too-long", 414, "The address is too long.";
    /// Another version of the protocol.
    UnsupportedVersion, "unsupported-version", 400, "This version of the protocol is not supported.";
    /// Another media type than the route takes.
    UnsupportedMediaType, "unsupported-media-type", 415, "This media type is not accepted here.";
    /// The route has no such method.
    MethodNotAllowed, "method-not-allowed", 405, "This method is not allowed here.";
    /// Nothing is known under this name.
    NotFound, "not-found", 404, "There is no such thing here.";
    /// No key share for that space or epoch.
    UnknownSpace, "unknown-space", 409, "There is no key share for this space and epoch.";
    /// T002-7: the party was not confirmed beforehand.
    Unconfirmed, "unconfirmed", 403, "The other party has not been confirmed.";
    /// A signature or MAC does not match.
    BadSignature, "bad-signature", 403, "A signature does not match.";
    /// A certificate is refused.
    UntrustedCertificate, "untrusted-certificate", 403, "A certificate is not accepted.";
    /// A certificate was revoked by the authority that signed it.
    CertificateRevoked, "certificate-revoked", 403, "A certificate was revoked.";
    /// Nobody's certificate is accepted while the list of revoked ones is not known, or void.
    RevocationsStale, "revocations-stale", 503, "The list of revoked certificates is out of date. Try again in a few minutes.";
    /// Said by another party than expected.
    WrongSender, "wrong-sender", 403, "The message comes from another party than expected.";
    /// Meant for another party.
    WrongRecipient, "wrong-recipient", 403, "The message is for another party.";
    /// An order form on another page than its own.
    WrongOrigin, "wrong-origin", 403, "The order form belongs to another page.";
    /// Belongs to another order or answers another request.
    WrongTransaction, "wrong-transaction", 409, "The message belongs to another transaction.";
    /// Void by now.
    Expired, "expired", 410, "This has expired.";
    /// From the future, so that one of the clocks is wrong.
    WrongClock, "wrong-clock", 400, "The clocks differ too much. Check the date and time of this device.";
    /// Used before, where once is permitted.
    Replayed, "replayed", 409, "This was used before.";
    /// A key by which something is done once, with other words than before.
    IdempotencyKeyReused, "idempotency-key-reused", 422, "This key was used before, for something else.";
    /// The shop cannot deliver the goods.
    OutOfStock, "out-of-stock", 409, "The goods are not in stock.";
    /// The issuer refuses the payment.
    Declined, "declined", 402, "The card issuer declined the payment.";
    /// The courier refuses the delivery.
    RefusedByCourier, "refused-by-courier", 409, "The courier cannot deliver there.";
    /// Form, order and authorisation do not agree on the amount.
    AmountMismatch, "amount-mismatch", 409, "The amounts do not agree.";
    /// No more identifiers in this space, or no more enrolments for this account.
    OverCap, "over-cap", 409, "The permitted number has been reached.";
    /// The holder's certificate has ended and was not renewed.
    CertificateEnded, "certificate-ended", 403, "The certificate of this card has ended. It must be renewed first.";
    /// The holder is not known to an issuer that was brought back to an earlier moment.
    CardForgotten, "card-forgotten", 403, "The issuer was brought back to an earlier moment and does not know this card any more.";
    /// Too many requests.
    RateLimited, "rate-limited", 429, "There were too many requests. Try again in a moment.";
    /// Not ready yet.
    Starting, "starting", 503, "This service is starting. Try again in a moment.";
    /// Another party that is needed does not answer.
    Unreachable, "unreachable", 502, "Another party did not answer. Try again in a moment.";
    /// No leave to do this.
    Unauthorised, "unauthorised", 401, "This needs a permission that was not shown.";
    /// The holder identifier counts no more: its account is on another device now.
    Revoked, "revoked", 403, "This card was moved to another device.";
    /// Not possible in the present state.
    Conflict, "conflict", 409, "This is not possible in the present state.";
    /// Whoever pays waits until the holder's card is held to a reader.
    AwaitingCard, "awaiting-card", 409, "The card that pays has not been held to its reader yet.";
    /// Nothing would move.
    NoAmount, "no-amount", 400, "The amount is zero.";
    /// More than one movement may move, or a purse may hold.
    OverLimit, "over-limit", 409, "The amount is over a limit.";
    /// An end of the movement has another currency.
    OtherCurrency, "other-currency", 409, "The currencies differ.";
    /// There is not that much on the source.
    ShortOfMoney, "short-of-money", 402, "There is not enough money.";
    /// The source is not the asker's.
    WrongSource, "wrong-source", 403, "The money that would move is not yours.";
    /// There is no such destination.
    UnknownDestination, "unknown-destination", 404, "Nothing is known of the destination.";
    /// The destination takes nothing at present.
    DestinationClosed, "destination-closed", 409, "The destination takes no money at present.";
    /// The account's time is over.
    AccountEnded, "account-ended", 403, "The account has ended. It must be continued first.";
    /// The purse is blocked.
    PurseBlocked, "purse-blocked", 403, "This purse is blocked.";
    /// The holder closed the purse.
    PurseClosed, "purse-closed", 403, "This purse is closed.";
    /// What a prepaid card shows of its balance is not what the bank signed last.
    BadCheckpoint, "bad-checkpoint", 403, "The balance that the card shows is not one that the bank signed.";
    /// An entry of a purse's history is missing or there twice.
    HistoryGap, "history-gap", 409, "The history of the purse has a gap or an entry twice.";
    /// An entry of a purse's history is not what it was.
    HistoryAltered, "history-altered", 403, "The history of the purse was altered.";
    /// The purse says what was true before: the card was restored from an old copy.
    OldState, "old-state", 409, "The purse is older than what the bank knows: it was restored from an old copy.";
    /// The directory does not have the certificate, which may be on its way there.
    NotInDirectory, "not-in-directory", 503, "The certificate is not in the directory yet. Try again in a moment.";
    /// Home, or this terminal of it, is not known to the proxy.
    HomeUnknown, "home-unknown", 404, "The proxy does not know this home, or not this device of it.";
    /// The home browser is not connected.
    HomeNotConnected, "home-not-connected", 503, "The wallet at home is not connected.";
    /// The wallet at home is locked.
    HomeLocked, "home-locked", 503, "The wallet at home is locked.";
    /// The card at home is not there.
    HomeNoCard, "home-no-card", 503, "The card at home is not in its reader.";
    /// A terminal's signature or nonce does not match.
    HomeBadSignature, "home-bad-signature", 403, "The signature of this device does not match.";
    /// The first password is wrong.
    HomeWrongFirstPassword, "home-wrong-first-password", 403, "The first password is wrong.";
    /// The second password is wrong.
    HomeWrongSecondPassword, "home-wrong-second-password", 403, "The second password is wrong.";
    /// The tries are used up.
    HomeBlocked, "home-blocked", 403, "Too many wrong passwords were tried. New ones are set at home.";
    /// The order of the passwords and of the session was not kept.
    HomeOutOfOrder, "home-out-of-order", 409, "The steps did not come in their order. Begin again.";
    /// Nothing is lent under that number.
    HomeNoLoan, "home-no-loan", 403, "Nothing is lent any more.";
    /// The loan is for other shops.
    HomeOtherShop, "home-other-shop", 403, "It is lent for other shops.";
    /// More than one order may cost.
    HomeAboveEach, "home-above-each", 403, "This is more than one order may cost.";
    /// More than is left of the loan.
    HomeAboveTotal, "home-above-total", 403, "This is more than is left of what is lent.";
    /// No order is left of the loan.
    HomeNoneLeft, "home-none-left", 403, "No more orders are lent.";
    /// The order goes on longer than the loan.
    HomeAfterEnd, "home-after-end", 403, "The order would go on longer than it is lent.";
    /// The card cannot read what it is to sign.
    HomeUnreadable, "home-unreadable", 409, "The card at home cannot read what it is to sign.";
    /// The shop is not who it says.
    HomeShopNotConfirmed, "home-shop-not-confirmed", 403, "The shop could not be confirmed.";
    /// The shop does not answer the proxy.
    HomeShopUnreachable, "home-shop-unreachable", 502, "The shop does not answer.";
    /// Too many requests to a home.
    HomeTooMany, "home-too-many", 429, "There were too many requests. Try again in a moment.";
    /// What is said to a home is malformed.
    HomeMalformed, "home-malformed", 400, "The message to the card at home is malformed.";
    /// The session of a terminal has ended.
    HomeNoSession, "home-no-session", 410, "The session has ended, or was never begun.";
    /// The purse that pays has too little.
    HomePurseShort, "home-purse-short", 403, "The purse at home has less than this costs.";
    /// The purse that pays takes part in nothing.
    HomePurseBarred, "home-purse-barred", 403, "The purse at home cannot pay this.";
    /// Another purse, or another bank, than was lent.
    HomeOtherPurse, "home-other-purse", 403, "It is another purse that is lent.";
    /// The proxy sends no mail.
    HomeNoMail, "home-no-mail", 409, "This proxy sends no mail.";
    /// The code is not the one that was mailed.
    HomeWrongCode, "home-wrong-code", 403, "This is not the code that was mailed last, or it is over.";
    /// Nothing is mailed to an address that is not confirmed.
    HomeNoAddress, "home-no-address", 409, "No address of this home is confirmed.";
    /// Our own fault.
    Internal, "internal", 500, "Something went wrong at this party.";
}

impl ProblemKind {
    /// The kind with that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }

    /// Whether the same request may succeed later, so that trying again makes sense.
    #[must_use]
    pub const fn is_temporary(self) -> bool {
        matches!(
            self,
            Self::RateLimited
                | Self::Starting
                | Self::Unreachable
                | Self::RevocationsStale
                | Self::NotInDirectory
                | Self::Internal
        )
    }
}
