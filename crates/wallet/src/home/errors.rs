//! What can go wrong with lending a card, and with using one that is lent.

use crate::core::error::error_kinds;

error_kinds! {
    /// Nothing is lent from here: home was not set up.
    HomeNotSetUp = 190, "home-not-set-up";
    /// This build knows no home proxy.
    NoHomeProxy = 191, "no-home-proxy";
    /// A password is too short or too long, or both are the same.
    HomePasswordInvalid = 192, "home-password-invalid";
    /// What was pasted is no access code.
    AccessCodeInvalid = 193, "access-code-invalid";
    /// What was pasted is no invitation.
    InvitationInvalid = 194, "invitation-invalid";
    /// The terms of a loan are none that the card takes.
    LoanInvalid = 195, "loan-invalid";
    /// As many terminals or loans as there may be.
    LoanLimit = 196, "loan-limit";
    /// There is no such terminal, loan or home.
    NoSuchLoan = 197, "no-such-loan";
    /// What home left with its proxy does not hold.
    LentInvalid = 198, "lent-invalid";
    /// The account's keys are not in the card that is lent.
    LentCardElsewhere = 199, "lent-card-elsewhere";
    /// The proxy could not be reached.
    HomeProxyUnreachable = 200, "home-proxy-unreachable";
    /// The proxy refused, or what it says does not hold.
    HomeProxyRefused = 201, "home-proxy-refused";
    /// The proxy does not know this wallet or the home.
    HomeUnknown = 202, "home-unknown";
    /// The browser at home is not connected.
    HomeNotConnected = 203, "home-not-connected";
    /// The wallet at home is locked.
    HomeLocked = 204, "home-locked";
    /// The card at home is not in its reader, or fails.
    HomeNoCard = 205, "home-no-card";
    /// The first password is wrong.
    HomeWrongFirst = 206, "home-wrong-first";
    /// The second password is wrong.
    HomeWrongSecond = 207, "home-wrong-second";
    /// Too many wrong passwords.
    HomeBlocked = 208, "home-blocked";
    /// The loan was stopped, has ended, or was never made.
    LoanOver = 209, "loan-over";
    /// The loan is for other shops.
    LoanOtherShop = 210, "loan-other-shop";
    /// One order may not cost as much.
    LoanAboveEach = 211, "loan-above-each";
    /// Less is left of the loan.
    LoanAboveTotal = 212, "loan-above-total";
    /// As many orders as the loan allows were signed.
    LoanNoneLeft = 213, "loan-none-left";
    /// The order goes on longer than the loan.
    LoanAfterEnd = 214, "loan-after-end";
    /// The home card did not believe the shop, or the shop does not answer the proxy.
    HomeShopFailed = 215, "home-shop-failed";
    /// The home card refused what it was asked.
    HomeCardRefused = 216, "home-card-refused";
    /// What the home card answered does not hold.
    HomeAnswerInvalid = 217, "home-answer-invalid";
    /// The proxy has had too many requests.
    HomeTooMany = 218, "home-too-many";
    /// Home could not be told that everything is to stop.
    HomeStopUnheard = 219, "home-stop-unheard";
    /// The purse at home has less than the order costs.
    LoanPurseShort = 226, "loan-purse-short";
    /// The purse at home cannot pay this order.
    LoanPurseBarred = 227, "loan-purse-barred";
    /// The card at home had no keys for a party when it was lent.
    LentKeysMissing = 228, "lent-keys-missing";
    /// The card in the reader is not the access card that joined the home, or can be none.
    OtherAccessCard = 229, "other-access-card";
    /// What was typed is no e-mail address.
    MailAddressInvalid = 225, "mail-address-invalid";
    /// The proxy sends no mail.
    HomeNoMail = 230, "home-no-mail";
    /// The code is not the one that was mailed last, or is over.
    HomeWrongCode = 231, "home-wrong-code";
    /// The proxy has no confirmed address of this home.
    HomeNoAddress = 232, "home-no-address";
}
