//! What is lent: agreed to with the PIN, kept and counted down by the card.

use std::cell::RefCell;

use tallystick_card::host::home::lending as in_card;
use tallystick_protocol::home::calls::LENT_MAX;
use tallystick_protocol::home::loan::{Lent, account_info};
use tallystick_protocol::home::{Loan, SHOPS_MAX};
use tallystick_protocol::keys::sealed::seal_to;
use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::{Domain, TerminalId};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use super::record::LoanRecord;
use crate::core::access::check_pin;
use crate::core::conversation::{Needed, Urgency};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;
use crate::holder::card_account::CardAccount;
use crate::home::account::{LentAccount, LentPurse, digest};
use crate::home::card;
use crate::home::errand::last;
use crate::home::view::{LentKind, LoanTerms};

/// The longest that something may be lent, in seconds (a year).
const LOAN_SECONDS_MAX: u64 = 366 * 86_400;

/// What goes to the terminal beside the loan.
struct Package {
    lent: Lent,
    account: String,
    name: String,
    shown: String,
    pays: LentKind,
}

/// What pays of a loan.
struct Paying {
    /// The account whose keys sign.
    account: CardAccount,
    /// Its purse, if that pays.
    purse: Option<PurseNumber>,
}

impl<P: Ports> Wallet<P> {
    /// Lends an account or a purse to a terminal. If the proxy does not hear of it at once, it is told later.
    ///
    /// # Errors
    /// [`ErrorKind::HomeNotSetUp`], [`ErrorKind::NoSuchLoan`] if there is no such terminal, [`ErrorKind::NoSuchCard`],
    /// [`ErrorKind::PurseBlocked`] and [`ErrorKind::PurseState`] of a purse that cannot pay,
    /// [`ErrorKind::LentCardElsewhere`], [`ErrorKind::LoanInvalid`] says what is wrong, [`ErrorKind::LoanLimit`],
    /// [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::Locked`], or a failure of reader, card or
    /// storage.
    pub async fn home_lend(&self, pin: &str, terms: &LoanTerms) -> Result<(), WalletError> {
        check_pin(pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
        let package = RefCell::new(None);
        self.at_one_go(
            &mut |desk| {
                desk.stay_unlocked();
                let (needed, lend, prepared) = desk.lending(terms)?;
                package.replace(Some(prepared));
                let pin = Command::present_pin(pin);
                Ok(Some((needed, vec![pin, lend, card::status()])))
            },
            &mut |desk, replies| {
                let ([.., signed, status], Some(package)) = (replies, package.take()) else {
                    return Err(WalletError::new(ErrorKind::CardFailed));
                };
                desk.keep_loan(card::bytes(signed)?, package, status)
            },
        )
        .await?;
        self.tell_proxy_now_or_later().await
    }

    /// Stops a loan. That counts once the card has it, whether or not the proxy hears of it.
    ///
    /// # Errors
    /// [`ErrorKind::HomeNotSetUp`], [`ErrorKind::NoSuchLoan`], [`ErrorKind::Locked`], or a failure of reader, card or
    /// storage.
    pub async fn home_stop(&self, number: u32) -> Result<(), WalletError> {
        self.stop(Some(number)).await
    }

    /// Stops all loans, and whatever was released.
    ///
    /// # Errors
    /// As [`Wallet::home_stop`].
    pub async fn home_stop_everything(&self) -> Result<(), WalletError> {
        self.stop(None).await
    }

    async fn stop(&self, number: Option<u32>) -> Result<(), WalletError> {
        let mut pressed = 0;
        self.perform(&mut |desk| {
            desk.own_home()?;
            let stops = &mut desk.homes()?.stops;
            stops.pressed = stops.pressed.saturating_add(1);
            pressed = stops.pressed;
            Ok(())
        })
        .await?;
        self.at_one_go_as(
            Urgency::Ahead,
            &mut |desk| {
                desk.stay_unlocked();
                let own = desk.own_home()?;
                let is_known = |number| own.loans.iter().any(|one| one.loan.number == number);
                let stop = match number {
                    Some(number) if is_known(number) => card::stop(number),
                    Some(_) => return Err(WalletError::new(ErrorKind::NoSuchLoan)),
                    None => card::stop_everything(),
                };
                Ok(Some((desk.home_card(&own)?, vec![stop, card::status()])))
            },
            &mut |desk, replies| {
                let stops = &mut desk.homes()?.stops;
                stops.heard = stops.heard.max(pressed);
                desk.keep_status(last(replies)?)
            },
        )
        .await?;
        self.tell_proxy_now_or_later().await
    }
}

impl Desk<'_> {
    /// The card that lends, what it is asked, and what goes to the terminal.
    fn lending(&mut self, terms: &LoanTerms) -> Result<(Needed, Command, Package), WalletError> {
        let wrong = |what: &str| WalletError::new(ErrorKind::LoanInvalid).about(what);
        let unknown = || WalletError::new(ErrorKind::NoSuchLoan);
        let (own, now) = (self.own_home()?, self.now());
        let id: TerminalId = terms.terminal.parse().map_err(|_| unknown())?;
        let terminal = own.terminal(&id).ok_or_else(unknown)?;
        let currency: Currency = terms.currency.parse().map_err(|_| wrong("currency"))?;
        let ends_at = Timestamp(terms.ends_at);
        if terms.each_minor == 0 || terms.total_minor == 0 || terms.count == 0 {
            return Err(wrong("amount"));
        }
        if ends_at <= now || ends_at > now.plus_seconds(LOAN_SECONDS_MAX) {
            return Err(wrong("end"));
        }
        let shops: Result<Vec<_>, _> = terms.shops.iter().map(|shop| Domain::parse(shop)).collect();
        let shops = shops.map_err(|_| wrong("shop"))?;
        if shops.len() > SHOPS_MAX {
            return Err(wrong("shop"));
        }
        if own.lent_to(&id, now) >= LENT_MAX {
            return Err(WalletError::new(ErrorKind::LoanLimit));
        }
        let Paying { account, purse } = self.paying(&terms.card_id, currency)?;
        if account.place() != own.place {
            return Err(WalletError::new(ErrorKind::LentCardElsewhere));
        }
        let lent_purse = purse.map(|number| LentPurse { number });
        let told = LentAccount::of(self.profile()?, &account, lent_purse);
        let content = told.encoded()?;
        let info = account_info(&own.home(), &id);
        let sealed = seal_to(&mut self.rng, &terminal.keys.sealing, &info, &content)
            .map_err(|error| WalletError::caused(ErrorKind::AccessCodeInvalid, &error))?;
        let lend = card::lend(&in_card::LoanTerms {
            terminal: id,
            holder: account.enrolment.holder(),
            shops,
            each: Money::new(terms.each_minor, currency),
            total: terms.total_minor,
            count: terms.count,
            ends_at,
            account: digest(&content),
            purse: purse.map(|number| in_card::NamedPurse {
                bank: account.issuer.clone(),
                number,
            }),
        });
        let package = Package {
            lent: Lent {
                loan: Vec::new(),
                account: sealed,
            },
            account: terms.card_id.clone(),
            name: account.issuer_name.clone(),
            shown: told.shown(),
            pays: told.pays(),
        };
        Ok((account.needed(), lend, package))
    }

    /// An account, or a purse that can pay in that currency.
    fn paying(&mut self, name: &str, currency: Currency) -> Result<Paying, WalletError> {
        let purse = self.banking()?.purse(name).ok().cloned();
        let (account, purse) = match purse {
            None => (name.to_owned(), None),
            Some(purse) => {
                let opened = purse.usable()?;
                if opened.currency != currency {
                    return Err(WalletError::new(ErrorKind::LoanInvalid).about("currency"));
                }
                (purse.account.clone(), Some(opened.number))
            }
        };
        let account = self.profile()?.card(&account)?.clone();
        if account.enrolment.is_done() {
            Ok(Paying { account, purse })
        } else {
            Err(WalletError::new(ErrorKind::NotEnrolled))
        }
    }

    fn keep_loan(
        &mut self,
        signed: Vec<u8>,
        package: Package,
        status: &Reply,
    ) -> Result<(), WalletError> {
        let failed =
            |error: &dyn core::fmt::Display| WalletError::caused(ErrorKind::CardFailed, error);
        let (mut own, now) = (self.own_home()?, self.now());
        let key = own.keys.verifying().map_err(|error| failed(&error))?;
        let loan: Loan = keyed::open(&signed, &key).map_err(|error| failed(&error))?;
        let lent = Lent {
            loan: signed,
            ..package.lent
        };
        let record = LoanRecord {
            total_left: loan.total,
            count_left: loan.count,
            lent: encode(&lent),
            loan,
            account: package.account,
            name: package.name,
            shown: package.shown,
            pays: Some(package.pays),
            is_stopped: false,
        };
        own.unlist(record.loan.terminal);
        own.add(record, now);
        own.take(&card::view(status)?);
        self.keep_own_home(own)?;
        // From now on time does not lock the wallet.
        self.count_anew()
    }

    /// Keeps what the card says that it lends; lists that are others now are left with the proxy anew.
    pub(super) fn keep_status(&mut self, status: &Reply) -> Result<(), WalletError> {
        let (mut own, now) = (self.own_home()?, self.now());
        let states = |own: &super::record::HomeRecord| -> Vec<_> {
            let loans = own.loans.iter();
            loans
                .map(|one| (one.loan.terminal, one.state(now)))
                .collect()
        };
        let before = states(&own);
        own.take(&card::view(status)?);
        for (after, before) in states(&own).into_iter().zip(before) {
            if after != before {
                own.unlist(after.0);
            }
        }
        self.keep_own_home(own)
    }
}
