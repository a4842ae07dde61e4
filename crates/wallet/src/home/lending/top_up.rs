//! More is lent than before: agreed to with the PIN, added by the card, once.

use tallystick_card::host::home::lending::TopUp;
use tallystick_protocol::home::Loan;
use tallystick_protocol::home::loan::Lent;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::money::MINOR_MAX;

use crate::core::access::check_pin;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;
use crate::home::card;
use crate::home::view::LoanState;

impl<P: Ports> Wallet<P> {
    /// Lends so much more by a loan, in minor units of its currency, and so many orders more. `from` is what the holder was
    /// shown that it lends in all: asked twice, it is added once.
    ///
    /// # Errors
    /// [`ErrorKind::HomeNotSetUp`]; [`ErrorKind::NoSuchLoan`] of one that is over, or that lends another amount by now;
    /// [`ErrorKind::LoanInvalid`] of nothing or too much; [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`],
    /// [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub async fn home_top_up(
        &self,
        pin: &str,
        number: u32,
        from: u64,
        (more, orders): (u64, u32),
    ) -> Result<(), WalletError> {
        check_pin(pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
        let asked = TopUp {
            loan: number,
            from,
            more,
            orders,
        };
        self.at_one_go(
            &mut |desk| {
                desk.stay_unlocked();
                let (own, now) = (desk.own_home()?, desk.now());
                let mut loans = own.loans.iter();
                let loan = loans.find(|one| one.loan.number == number && one.loan.total == from);
                let is_open = |state| matches!(state, LoanState::Lent | LoanState::Used);
                if !loan.is_some_and(|loan| is_open(loan.state(now))) {
                    return Err(WalletError::new(ErrorKind::NoSuchLoan));
                }
                if more == 0 || from.saturating_add(more) > MINOR_MAX {
                    return Err(WalletError::new(ErrorKind::LoanInvalid).about("amount"));
                }
                let pin = Command::present_pin(pin);
                let commands = vec![pin, card::top_up(&asked), card::status()];
                Ok(Some((desk.home_card(&own)?, commands)))
            },
            &mut |desk, replies| {
                let [.., signed, status] = replies else {
                    return Err(WalletError::new(ErrorKind::CardFailed));
                };
                desk.keep_top_up(number, card::bytes(signed)?, status)
            },
        )
        .await?;
        self.tell_proxy_now_or_later().await
    }
}

impl Desk<'_> {
    fn keep_top_up(
        &mut self,
        number: u32,
        signed: Vec<u8>,
        status: &Reply,
    ) -> Result<(), WalletError> {
        let failed =
            |error: &dyn core::fmt::Display| WalletError::caused(ErrorKind::CardFailed, error);
        let mut own = self.own_home()?;
        let key = own.keys.verifying().map_err(|error| failed(&error))?;
        let loan: Loan = keyed::open(&signed, &key).map_err(|error| failed(&error))?;
        own.unlist(loan.terminal);
        let mut loans = own.loans.iter_mut();
        if let Some(kept) = loans.find(|one| one.loan.number == number) {
            let lent: Lent = decode(&kept.lent).map_err(|error| failed(&error))?;
            kept.lent = encode(&Lent {
                loan: signed,
                ..lent
            });
            kept.loan = loan;
        }
        own.take(&card::view(status)?);
        self.keep_own_home(own)
    }
}
