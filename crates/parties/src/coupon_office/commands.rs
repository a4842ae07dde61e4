//! What a coupon office's operator commands: what an issuer's does, and campaigns opened, coupons stopped, terminals named,
//! totals made before the period's end.

use tallystick_protocol::coupon::{CouponId, CouponOutcome};

use super::CouponOffice;
use super::notices;
use super::registry;
use super::state::Step;
use crate::console::commands::{Argument, ArgumentKind, Arguments, CommandShape};
use crate::issuer::accounts;
use crate::office::fault::{Fault, Kind};
use crate::ports::{Ports, Tables};

const ACCOUNT: Argument = argument("account", ArgumentKind::Account);
const AMOUNT: Argument = argument("amount", ArgumentKind::Amount);
const COUPON: Argument = argument("coupon", ArgumentKind::Coupon);
const PARTY: Argument = argument("party", ArgumentKind::Party);

/// A campaign: whose, how much each is worth, how many, how many for an account, what the shop paid in, for how many days, the
/// least that an order comes to, whether an account spends one of them (1) or as many as it has (0), and the name of what the
/// shop says an order has to be, if it has to be anything.
const CAMPAIGN: &[Argument] = &[
    PARTY,
    AMOUNT,
    argument("count", ArgumentKind::Count),
    argument("each", ArgumentKind::Count),
    argument("budget", ArgumentKind::Limit),
    argument("days", ArgumentKind::Count),
    argument("minimum", ArgumentKind::Limit),
    argument("once", ArgumentKind::Count),
    argument("condition", ArgumentKind::Condition),
];

/// Of which campaign, and which list of links, as this office said that it is called when it was sent.
const LINKS: &[Argument] = &[
    argument("campaign", ArgumentKind::Campaign),
    argument("list", ArgumentKind::Digest),
];

/// The commands.
pub(super) const COMMANDS: &[CommandShape] = &[
    shape("lock-account", &[ACCOUNT]),
    shape("unlock-account", &[ACCOUNT]),
    shape("change-limit", &[ACCOUNT, AMOUNT]),
    shape("book-repayment", &[ACCOUNT, AMOUNT]),
    shape("withdraw-code", &[ACCOUNT]),
    shape("pay-out", &[PARTY, AMOUNT]),
    shape("block-party", &[PARTY]),
    shape("unblock-party", &[PARTY]),
    shape("open-campaign", CAMPAIGN),
    shape("issue-links", LINKS),
    shape("cancel-links", LINKS),
    shape("cancel-link", &[COUPON]),
    shape("bill-coupons", &[]),
    shape("block-coupon", &[COUPON]),
    shape("unblock-coupon", &[COUPON]),
    shape(
        "name-terminal",
        &[ACCOUNT, argument("terminal", ArgumentKind::Terminal)],
    ),
];

const fn argument(name: &'static str, kind: ArgumentKind) -> Argument {
    Argument { name, kind }
}

const fn shape(name: &'static str, arguments: &'static [Argument]) -> CommandShape {
    CommandShape { name, arguments }
}

impl<P: Ports> CouponOffice<P> {
    /// Does one of [`COMMANDS`], at this object.
    pub(super) fn carry_out(
        &self,
        tables: &dyn Tables,
        command: &str,
        told: &Arguments<'_>,
    ) -> Result<(), Fault> {
        match command {
            "open-campaign" => self.open_campaign(tables, told),
            "issue-links" => self.issue_links(tables, told),
            "cancel-links" => self.cancel_links(tables, told),
            "cancel-link" => self.cancel_link(tables, told),
            "bill-coupons" => Ok(self.total_soon(tables)?),
            "block-coupon" => self.stop(tables, &told.coupon()?, Step::Block),
            "unblock-coupon" => self.stop(tables, &told.coupon()?, Step::Unblock),
            "name-terminal" => self.name_terminal(tables, told),
            _ => self.issuer.carry_out(tables, command, told),
        }
    }

    /// Stops a coupon, or lets it go on. Of several objects the one that has it does.
    fn stop(&self, tables: &dyn Tables, coupon: &CouponId, step: Step) -> Result<(), Fault> {
        let office = &self.issuer.office;
        let Some(mut row) = registry::find(tables, coupon)? else {
            if !office.spread()?.shards.is_none() {
                return Ok(());
            }
            return Err(Fault::new(Kind::NotFound, "There is no such coupon."));
        };
        if let (Some(asked), Step::Block) = (row.asked, step) {
            notices::ended(tables, &asked, CouponOutcome::WrongState)?;
        }
        row.take(step)
            .map_err(|error| Fault::new(Kind::Conflict, error))?;
        Ok(registry::store(
            tables,
            &row,
            step.as_str(),
            None,
            office.now(),
        )?)
    }

    /// At the office: a gateway's terminal is that of an account.
    fn name_terminal(&self, tables: &dyn Tables, told: &Arguments<'_>) -> Result<(), Fault> {
        if self.issuer.office.is_shard() {
            return Ok(());
        }
        let account = told.account()?;
        if accounts::limit(tables, account)?.is_none() {
            return Err(Fault::new(Kind::NotFound, "There is no such account."));
        }
        tables.run(
            "INSERT INTO coupon_terminals (terminal, account) VALUES (?, ?)
             ON CONFLICT (terminal) DO UPDATE SET account = excluded.account",
            &[told.terminal()?.into(), account.into()],
        )?;
        Ok(())
    }
}
