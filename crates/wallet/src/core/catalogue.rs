//! Every sentence the wallet says about a failure, in English, in one place.
//!
//! `{}` stands for whom or what it is about. The pages translate by [`ErrorKind::name`].

use crate::core::error::ErrorKind;

/// One entry: three sentences.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// The stable name, in kebab-case.
    pub name: &'static str,
    /// What happened.
    pub sentence: &'static str,
    /// What happened to the money.
    pub money: &'static str,
    /// What to do next.
    pub remedy: &'static str,
}

const NOT_CHARGED: &str = "Nothing was charged.";
const UNTOUCHED: &str = "No money is involved.";
const BLOCKED: &str = "What you approved before goes on; nothing else is charged.";
/// Of an order that was sent the issuer says more ([`crate::checkout::order::money`]).
const ISSUER_SAYS: &str = "The issuer says where the money is.";

/// The template with `{}` filled in.
#[must_use]
pub fn filled(template: &str, about: &str) -> String {
    let about = if about.is_empty() {
        "the other side"
    } else {
        about
    };
    // Templates have no other braces.
    let (mut pieces, mut text) = (template.split('{'), String::new());
    text.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        text.push_str(about);
        text.push_str(piece.trim_start_matches('}'));
    }
    text
}

/// The template with each `{name}` filled in.
#[must_use]
pub fn filled_by_name(template: &str, words: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (place, piece) in template.split('{').enumerate() {
        let (name, rest) = match piece.split_once('}') {
            Some((name, rest)) if place > 0 => (name, rest),
            _ => ("", piece),
        };
        let word = words.iter().find(|(word, _)| *word == name);
        text.push_str(word.map_or("", |(_, word)| word));
        text.push_str(rest);
    }
    text
}

impl ErrorKind {
    /// The stable name, in kebab-case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.text().name
    }

    /// The entry of the catalogue.
    #[must_use]
    #[rustfmt::skip] // A table reads best as one.
    pub const fn text(self) -> Text {
        let (name, sentence, money, remedy) = match self {
            Self::Locked => ("locked", "The wallet is locked.", NOT_CHARGED, "Unlock it with your passphrase."),
            Self::NotSetUp => ("not-set-up", "There is no wallet here yet.", UNTOUCHED, "Get a card from an issuer first."),
            Self::AlreadySetUp => ("already-set-up", "The wallet has been set up already.", UNTOUCHED, "Unlock it with your passphrase."),
            Self::NotEnrolled => ("not-enrolled", "Your card is not ready yet.", NOT_CHARGED, "Finish adding the card, then try again."),
            Self::WrongPassphrase => ("wrong-passphrase", "This is not the passphrase of this wallet.", UNTOUCHED, "Try again. If it is lost, the recovery code opens the wallet."),
            Self::WeakPassphrase => ("weak-passphrase", "A passphrase has 8 to 256 characters.", UNTOUCHED, "Choose a longer one; a few unrelated words are good."),
            Self::WrongPin => ("wrong-pin", "The PIN is wrong.", NOT_CHARGED, "Try again. After three wrong PINs in a row the card blocks itself."),
            Self::PinBlocked => ("pin-blocked", "The PIN is blocked after three wrong tries.", BLOCKED, "Set a new PIN with your PUK."),
            Self::MalformedPin => ("malformed-pin", "A PIN has six to eight digits.", UNTOUCHED, "Choose six to eight digits."),
            Self::WrongPuk => ("wrong-puk", "This is not the PUK of this wallet.", UNTOUCHED, "Check what you wrote down and try again."),
            Self::WrongRecoveryCode => ("wrong-recovery-code", "This is not the recovery code of this wallet.", UNTOUCHED, "Check what you wrote down and try again. A wallet made before there were recovery codes takes its PUK here."),
            Self::PukBlocked => ("puk-blocked", "The PUK is blocked after too many wrong tries.", BLOCKED, "Erase the wallet and ask your issuer for a new card."),
            Self::NoOffer => ("no-offer", "No card has been offered to this wallet.", UNTOUCHED, "Open your issuer's page and choose to add the card."),
            Self::OfferInvalid => ("offer-invalid", "What this page offered is not a card of a certified issuer.", UNTOUCHED, "Do not go on there. Use your issuer's own page."),
            Self::OfferFromElsewhere => ("offer-from-elsewhere", "This page offered a card of {}, which is not its own.", UNTOUCHED, "Do not go on there. Open your issuer's own page."),
            Self::OfferExpired => ("offer-expired", "The offer of this card has expired.", UNTOUCHED, "Ask for the card again on your issuer's page. If it is expired at once, check the date and time of this device."),
            Self::OfferWaiting => ("offer-waiting", "A card of {} is on offer already and waits for your decision.", UNTOUCHED, "Add that card or decline it, then ask for this one again."),
            Self::CardAlreadyHeld => ("card-already-held", "This card is in the wallet already.", UNTOUCHED, "Go on with it. If it was moved to another device, remove it here first."),
            Self::CardLimit => ("card-limit", "The wallet keeps up to 16 cards.", UNTOUCHED, "Remove one you no longer need."),
            Self::CardInUse => ("card-in-use", "An order paid with this card is not settled yet.", "The order goes on as before.", "Remove the card when the order has ended."),
            Self::EnrolmentRefused => ("enrolment-refused", "{} refused to add the card.", UNTOUCHED, "Ask for the card again on your issuer's page."),
            Self::EnrolmentUnreachable => ("enrolment-unreachable", "{} does not answer at the moment.", UNTOUCHED, "Try again in a moment; what is finished stays finished."),
            Self::ClockWrong => ("clock-wrong", "The clocks of this device and of {} do not agree.", NOT_CHARGED, "Check the date and time of this device. If they are right, try again later: the other side has to set its own."),
            Self::Unanswered => ("unanswered", "The order's time is over, and {} does not answer.", ISSUER_SAYS, "Check your connection; the wallet keeps asking for a day. After that, ask your issuer."),
            Self::OutOfStock => ("out-of-stock", "{} says that it no longer has all of these goods.", ISSUER_SAYS, "Go back to the shop and order what is left."),
            Self::AddressInvalid => ("address-invalid", "The address is not complete or too long: {}.", UNTOUCHED, "Correct it and save again."),
            Self::AddressLimit => ("address-limit", "The wallet keeps up to 20 addresses.", UNTOUCHED, "Remove one you no longer need."),
            Self::NoSuchAddress => ("no-such-address", "This address is no longer in the wallet.", NOT_CHARGED, "Choose another address."),
            Self::NoSuchCard => ("no-such-card", "This card is not in the wallet.", NOT_CHARGED, "Choose another card."),
            Self::NoSuchOrder => ("no-such-order", "This order is not in the wallet.", NOT_CHARGED, "Go back to the shop and order again."),
            Self::FormInvalid => ("form-invalid", "What this page sent is not an order form of a certified shop.", NOT_CHARGED, "Do not order there."),
            Self::FormFromElsewhere => ("form-from-elsewhere", "This page sent an order form of {}, which is not its own.", NOT_CHARGED, "Do not order there. Open the shop's own page."),
            Self::FormExpired => ("form-expired", "The shop's order form has expired.", NOT_CHARGED, "Go back to the shop and check out again. If it is expired at once, check the date and time of this device."),
            Self::CardNotAccepted => ("card-not-accepted", "{} does not accept your card.", NOT_CHARGED, "Ask the shop which issuers it accepts."),
            Self::OrderLimit => ("order-limit", "Too many orders wait for your decision.", NOT_CHARGED, "Approve or decline some of them first."),
            Self::OrderState => ("order-state", "This order has moved on: {}.", NOT_CHARGED, "Look at the order's present state."),
            Self::PartyUnconfirmed => ("party-unconfirmed", "{} could not show that it is who it claims to be, so nothing was sent.", NOT_CHARGED, "Do not order there again before this is cleared up."),
            Self::PartyUnreachable => ("party-unreachable", "{} did not answer in time, so nothing was sent.", NOT_CHARGED, "Try again later."),
            Self::PartyRefused => ("party-refused", "{} does not take part in this order, so nothing was sent.", NOT_CHARGED, "Try again later or ask the shop."),
            Self::AnswerInvalid => ("answer-invalid", "{} answered something that does not fit this order.", "If anything was reserved, it is released when the order expires.", "Ask the shop, and mention the order number."),
            Self::KeysRenewed => ("keys-renewed", "New keys had to be fetched for {}.", NOT_CHARGED, "Approve the order once more."),
            Self::CardNotRenewed => ("card-not-renewed", "This card has to be renewed by {} before it can pay again.", NOT_CHARGED, "The wallet asks for it by itself. Try again in a while, or ask {}."),
            Self::CardMoved => ("card-moved", "{} has moved this card to another device, so nothing was sent.", NOT_CHARGED, "Pay with the other device. To pay here again, remove the card here and move it back on the issuer's page with your account code."),
            Self::IssuerRefused => ("issuer-refused", "{} refused to pay.", NOT_CHARGED, "Check your limit with the issuer, or use another card."),
            Self::CourierRefused => ("courier-refused", "{} does not deliver there.", ISSUER_SAYS, "Order again with another address."),
            Self::ShopRefused => ("shop-refused", "{} says that it refused the order.", ISSUER_SAYS, "Ask the shop, or order again."),
            Self::ExpiredUnsent => ("expired-unsent", "The order's time ran out before anything was sent.", NOT_CHARGED, "Go back to the shop and check out again."),
            Self::ExpiredSent => ("expired-sent", "{} did not finish the order in time.", ISSUER_SAYS, "Ask the shop, or order again."),
            Self::CourierNotAsShown => ("courier-not-as-shown", "The shop named {} as the courier; who would have read your address is certified under another name, so nothing was sent.", NOT_CHARGED, "Do not order there again before the shop has put this right."),
            Self::ShopContradicted => ("shop-contradicted", "{} signed that the order came to nothing, and had it paid all the same.", ISSUER_SAYS, "What it signed is kept with this order. Show it to your issuer."),
            Self::CardFailed => ("card-failed", "The wallet's card did not do what was asked of it.", NOT_CHARGED, "Try again; if it happens again, report it with the details."),
            Self::StorageFailed => ("storage-failed", "The browser did not store what it should.", "No step counts before it is stored. An order that was under way goes on from its last stored step.", "Check the free disk space, then try again."),
            Self::StorageDamaged => ("storage-damaged", "What the wallet stored cannot be read on this device.", "An order that was sent is finished or released by its parties.", "Erase the wallet and ask your issuer for a new card."),
            Self::StorageNewer => ("storage-newer", "A newer release of the wallet wrote what is stored here.", "Nothing was changed.", "Update the extension."),
            Self::DeploymentInvalid => ("deployment-invalid", "This build of the wallet does not say whom it may trust.", UNTOUCHED, "Install the wallet again from its source."),
            Self::StillUnderWay => ("still-under-way", "An order is on its way, and this wallet follows it.", "Nothing was changed.", "Wait until it is done. If you cannot wait, lock the wallet first: a locked wallet is erased at once."),
            Self::BackupClosed => ("backup-closed", "This passphrase does not open the backup, or the file was changed.", UNTOUCHED, "Check the passphrase of the backup and try again, or choose another file."),
            Self::BackupInvalid => ("backup-invalid", "This file is not a backup of a Tallystick wallet.", UNTOUCHED, "Choose the file that the wallet saved."),
            Self::BackupNewer => ("backup-newer", "A newer release of the wallet wrote this backup.", UNTOUCHED, "Update the extension, then restore it."),
            Self::NoReader => ("no-reader", "No card reader is connected.", NOT_CHARGED, "Connect the reader that you paired, or pair one in the settings, then try again."),
            Self::NoCard => ("no-card", "There is no card in the reader.", NOT_CHARGED, "Put the card that holds this account into the reader, then try again."),
            Self::ReaderHeld => ("reader-held", "Another program is using the card reader.", NOT_CHARGED, "Close the program that uses the reader, then try again."),
            Self::CardRemoved => ("card-removed", "The card was taken away while it was at work.", NOT_CHARGED, "Put it back and leave it there until the wallet is done, then try again."),
            Self::OtherCard => ("other-card", "The card in the reader does not hold the keys of this account.", NOT_CHARGED, "Put in the card to which you added this account."),
            Self::CardNotNew => ("card-not-new", "The card in the reader is not new: its PIN has been set before.", UNTOUCHED, "Use it with its own PIN, or take a new card."),
            Self::ReaderFailed => ("reader-failed", "The card reader did not do what was asked of it.", NOT_CHARGED, "Plug the reader in again, then try again; if it happens again, report it with the details."),
            Self::SeveralCards => ("several-cards", "More than one card is on the reader.", NOT_CHARGED, "Leave only the card that holds this account there, then try again."),
            Self::FelicaCard => ("felica-card", "The card on the reader is a FeliCa card, which cannot pay here.", NOT_CHARGED, "Lay the card that holds this account there, then try again."),
            Self::ReaderNoAccess => ("reader-no-access", "The system does not let the browser open the card reader.", NOT_CHARGED, "The page of readers says how to get the right to it."),
            Self::ReaderNotOpened => ("reader-not-opened", "The browser could not open the card reader.", NOT_CHARGED, "Close other programs that may use it, then try again. The page of readers says what else helps."),
            Self::ReaderBusy => ("reader-busy", "The card reader is still at work on something else.", NOT_CHARGED, "Wait until it is done, then try again."),
            Self::ReaderSilent => ("reader-silent", "The card reader does not answer.", NOT_CHARGED, "Unplug it and plug it in again, then try again."),
            Self::CallInvalid => ("call-invalid", "A page of the wallet asked for something that does not exist.", NOT_CHARGED, "Report this with the details."),
        };
        Text { name, sentence, money, remedy }
    }
}

#[cfg(test)]
mod tests {
    use crate::core::error::{ErrorKind, WalletError};

    #[test]
    fn a_sentence_names_whom_it_is_about() {
        let error = WalletError::new(ErrorKind::IssuerRefused).about("Asahi Card");
        assert_eq!(error.sentence(), "Asahi Card refused to pay.");
        assert_eq!(error.money(), "Nothing was charged.");
        let nameless = WalletError::new(ErrorKind::IssuerRefused);
        assert_eq!(nameless.sentence(), "the other side refused to pay.");
    }
}
