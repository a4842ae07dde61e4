//! What the card is asked about coupons, and what its refusals mean.

use tallystick_card::Applet;
use tallystick_card::host::coupon::{self, CouponView, Moment};
use tallystick_card::host::{CardError, purse};
use tallystick_protocol::coupon::{ClaimRedemption, IssueRequest, Owner};
use tallystick_protocol::wire::identifier::HolderId;
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use super::record::Word;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::secure_element::{Command, Reply};

type Apdu = Result<Zeroizing<Vec<u8>>, CardError>;

const fn command(apdu: Apdu) -> Command {
    Command::of(Applet::Coupon, apdu, failed)
}

/// Tells the card whom it trusts, and its office's certificate (DER). Needs the PIN.
pub fn trust(roots: &[Vec<u8>], certificate: &[u8], at: Timestamp) -> [Command; 2] {
    [
        Command::of(Applet::Purse, purse::put_roots(roots), failed),
        put_office(certificate, at),
    ]
}

/// Tells the card an office's certificate (DER), once it knows whom it trusts.
pub fn put_office(certificate: &[u8], at: Timestamp) -> Command {
    command(coupon::put_office(certificate, at))
}

/// Puts a coupon into the card: [`place`].
pub fn store(whole: &[u8], at: Timestamp) -> Command {
    command(coupon::store(whole, at))
}

/// Where the card has put it.
pub fn place(reply: &Reply) -> Result<u8, WalletError> {
    coupon::place(reply).map_err(failed)
}

/// Asks what a place holds: [`view`].
pub fn read(place: u8) -> Command {
    command(coupon::read(place))
}

/// What a place holds.
pub fn view(reply: &Reply) -> Result<CouponView, WalletError> {
    coupon::coupon(reply).map_err(failed)
}

/// Takes a coupon out of the card that is over. Needs the PIN.
pub fn remove(place: u8) -> Command {
    command(coupon::remove(place))
}

/// Tells the card what the office signed about a coupon.
pub fn hear(place: u8, word: &Word, at: Timestamp) -> Command {
    command(match word.is_status {
        true => coupon::hear_status(place, &word.signed, at),
        false => coupon::hear_answer(place, &word.signed, at),
    })
}

/// Signs the wish for a coupon: [`signed`]. Needs the PIN, as all that is signed.
pub fn sign_issue(request: &IssueRequest) -> Command {
    command(coupon::sign_issue_request(request))
}

/// Signs a transfer.
pub fn sign_transfer(place: u8, to: &Owner, until: Timestamp, moment: Moment) -> Command {
    command(coupon::sign_transfer(place, to, until, moment))
}

/// Signs the answer to an ask.
pub fn sign_reply(place: u8, ask: &[u8], agrees: bool, moment: Moment) -> Command {
    command(coupon::sign_reply(place, ask, agrees, moment))
}

/// Signs the wish to have what was shown.
pub fn sign_owner_change(holder: HolderId, shown: &[u8], moment: Moment) -> Command {
    command(coupon::sign_owner_change(holder, shown, moment))
}

/// Signs a conversion.
pub fn sign_conversion(place: u8, moment: Moment) -> Command {
    command(coupon::sign_conversion(place, moment))
}

/// Signs a link.
pub fn sign_offer(place: u8, claim: [u8; 32], until: Timestamp, moment: Moment) -> Command {
    command(coupon::sign_offer(place, claim, until, moment))
}

/// Signs that a link is taken back.
pub fn sign_cancellation(place: u8, moment: Moment) -> Command {
    command(coupon::sign_cancellation(place, moment))
}

/// Signs that a link is redeemed.
pub fn sign_redemption(redemption: &ClaimRedemption) -> Command {
    command(coupon::sign_redemption(redemption))
}

/// What the card signed.
pub fn signed(reply: &Reply) -> Result<Vec<u8>, WalletError> {
    coupon::signed(reply).map_err(failed)
}

/// Locks a coupon.
pub fn lock(place: u8) -> Command {
    Command::of(Applet::Coupon, coupon::lock(place), password_failed)
}

/// Unlocks it, once the password was given.
pub fn unlock(place: u8) -> Command {
    command(coupon::unlock(place))
}

/// Gives the password.
pub fn present_password(password: &str) -> Command {
    let apdu = coupon::present_password(password);
    Command::of(Applet::Coupon, apdu, password_failed)
}

/// Sets the password. Needs the PIN.
pub fn set_password(password: &str) -> Command {
    let apdu = coupon::set_password(password);
    Command::of(Applet::Coupon, apdu, password_failed)
}

fn password_failed(error: CardError) -> WalletError {
    let kind = match error {
        CardError::WrongPin { .. } => ErrorKind::CouponPasswordWrong,
        CardError::Blocked => ErrorKind::CouponPasswordBlocked,
        CardError::MalformedPassword | CardError::TooLarge | CardError::NotFound => {
            ErrorKind::CouponPasswordInvalid
        }
        error => return failed(error),
    };
    WalletError::caused(kind, &error)
}

fn failed(error: CardError) -> WalletError {
    let kind = match error {
        CardError::Expired => ErrorKind::CouponExpired,
        CardError::NotForThisPurse => ErrorKind::CouponElsewhere,
        CardError::BadSignature => ErrorKind::CouponForged,
        CardError::OlderCheckpoint => ErrorKind::CouponChanged,
        CardError::NotSettled => ErrorKind::CouponUnderWay,
        CardError::CouponsFull => ErrorKind::CouponCardFull,
        CardError::CouponBound => ErrorKind::CouponUnderWay,
        CardError::Locked => ErrorKind::CouponLocked,
        CardError::NotFound => ErrorKind::NoCouponsInCard,
        CardError::Refused(0x6a89) => ErrorKind::CouponMine,
        _ => ErrorKind::CardFailed,
    };
    WalletError::caused(kind, &error)
}
