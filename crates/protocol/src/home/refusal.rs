//! Why home, card or proxy does not do what a terminal asks.

use minicbor::{Decode, Encode};

crate::named_enum! {
    /// Why a terminal is refused. Nothing was signed, and nothing was counted.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    #[non_exhaustive]
    pub enum HomeRefusal {
        /// Home, or this terminal of it, is not known (H2).
        #[n(1)]
        Unknown => "unknown",
        /// The home browser is not connected, or does not answer in time.
        #[n(2)]
        NotConnected => "not-connected",
        /// The wallet at home is locked.
        #[n(3)]
        Locked => "locked",
        /// The card is not in its reader, or fails.
        #[n(4)]
        NoCard => "no-card",
        /// The signature does not match, or the nonce was used or is another one.
        #[n(5)]
        BadSignature => "bad-signature",
        /// The first password is wrong; one try less is left.
        #[n(6)]
        WrongFirstPassword => "wrong-first-password",
        /// The second password is wrong; one try less is left.
        #[n(7)]
        WrongSecondPassword => "wrong-second-password",
        /// Too many wrong passwords: the holder sets new ones at home.
        #[n(8)]
        Blocked => "blocked",
        /// The order of claim 3 was not kept: the first password, then the session, then the second.
        #[n(9)]
        OutOfOrder => "out-of-order",
        /// The card lends nothing under that number: it was never lent, it was stopped or it has ended.
        #[n(10)]
        NoLoan => "no-loan",
        /// The loan is for other shops.
        #[n(11)]
        OtherShop => "other-shop",
        /// More than one order of the loan may cost, or in another currency.
        #[n(12)]
        AboveEach => "above-each",
        /// More than what is left of the loan.
        #[n(13)]
        AboveTotal => "above-total",
        /// As many orders as the loan allows were signed.
        #[n(14)]
        NoneLeft => "none-left",
        /// The order goes on longer than the loan.
        #[n(15)]
        AfterEnd => "after-end",
        /// What is to be signed is not what the card can read, or not of this loan's account.
        #[n(16)]
        Unreadable => "unreadable",
        /// The shop is not who it says, or its certificate does not count.
        #[n(17)]
        ShopNotConfirmed => "shop-not-confirmed",
        /// The shop does not answer.
        #[n(18)]
        ShopUnreachable => "shop-unreachable",
        /// Too many requests: later again.
        #[n(19)]
        TooMany => "too-many",
        /// What is said is malformed.
        #[n(20)]
        Malformed => "malformed",
        /// The session has ended, or was never begun.
        #[n(21)]
        NoSession => "no-session",
        /// The purse that pays has less than the order costs.
        #[n(22)]
        PurseShort => "purse-short",
        /// The purse that pays takes part in nothing: it is not in the card any more, its key has ended, too much has not
        /// ended in it, its history is full, or it has paid this order before.
        #[n(23)]
        PurseBarred => "purse-barred",
        /// Another purse is to pay than the loan's, or the order is paid by somebody else than the purse's bank.
        #[n(24)]
        OtherPurse => "other-purse",
        /// The proxy sends no mail.
        #[n(25)]
        NoMail => "no-mail",
        /// The code is not the one that was mailed last, or is over.
        #[n(26)]
        WrongCode => "wrong-code",
        /// No address of this home is confirmed.
        #[n(27)]
        NoAddress => "no-address",
    }
}
