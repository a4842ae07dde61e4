//! What they ask the card at home, which lies in their reader: whatever they have heard, in another order, for another
//! terminal, by another clock; and what they have made up.

use tallystick_card::Applet;
use tallystick_card::host;
use tallystick_card::host::home::calls;
use tallystick_protocol::home::calls::HomeCall;
use tallystick_protocol::home::calls::HomeCallKind;
use tallystick_protocol::wire::identifier::TerminalId;
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use super::{KINDS, Thieves, keep};
use crate::town::Town;

impl Thieves {
    /// One thing that they do by themselves.
    pub(crate) fn act(&self, town: &Town) {
        match self.dice.below(12) {
            0..5 => self.repeat(town),
            5 => self.make_up(town),
            6 => self.come_as_terminal(town),
            7 => self.invent_an_order(town),
            8 => self.manage_without_pin(town),
            9 => self.give_back(town),
            10 => self.register(town),
            _ => self.look(town),
        }
    }

    /// The card answers something that it may have heard before.
    fn repeat(&self, town: &Town) {
        let calls = self.calls.borrow().clone();
        if calls.is_empty() {
            return;
        }
        let mut call = self.dice.pick(&calls).clone();
        // A true request to stop does stop: then there is nothing more to be had.
        if call.kind == HomeCallKind::Stop && !self.dice.chance(50) {
            return;
        }
        match self.dice.below(4) {
            0 => call.kind = *self.dice.pick(&KINDS[..5]),
            1 => call.terminal = self.some_terminal(town),
            2 => self.alter(&mut call.content),
            _ => {}
        }
        self.did("repeated a call at the card");
        self.put_to_card(town, &call);
    }

    /// The card is asked for something that is nothing.
    fn make_up(&self, town: &Town) {
        let length = self.dice.index(400);
        let call = HomeCall {
            number: 0,
            terminal: self.some_terminal(town),
            kind: *self.dice.pick(&KINDS[..5]),
            content: self.drawn(length),
        };
        self.did("made up a call");
        self.put_to_card(town, &call);
    }

    pub(super) fn drawn(&self, length: usize) -> Vec<u8> {
        use tallystick_parties::ports::Random as _;
        let mut bytes = vec![0; length];
        self.random.fill(&mut bytes);
        bytes
    }

    /// A terminal that the card knows, or their own.
    pub(super) fn some_terminal(&self, town: &Town) -> TerminalId {
        let known = self.home_card(town).map(|home| home.view.terminals);
        let known = known.unwrap_or_default();
        if known.is_empty() || self.dice.chance(200) {
            return self.own_terminal();
        }
        self.dice.pick(&known).id
    }

    /// The time as they have it: the true one, years ago, or years ahead.
    fn some_time(&self, town: &Town) -> Timestamp {
        let now = town.scheduler.now_ms() / 1000;
        let off = 3 * 366 * 86_400;
        Timestamp(*self.dice.pick(&[now, now, now, now - off, now + off, 0]))
    }

    /// A call goes to the card, past everybody.
    pub(super) fn put_to_card(&self, town: &Town, call: &HomeCall) {
        let at = self.some_time(town);
        let Ok(apdu) = calls::apdu_for(call, at) else {
            return;
        };
        if let Some(response) = self.execute(town, &apdu) {
            let reply = calls::reply_of(call, &response);
            keep(&mut self.replies.borrow_mut(), reply);
        }
    }

    /// The card's response to a command; they have heard it then.
    pub(super) fn execute(&self, town: &Town, apdu: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let holders = town.holders.borrow();
        let home = holders.iter().find(|holder| holder.lending.is_home())?;
        let card = home.device.reader().card()?;
        card.execute(&host::select(Applet::Home).ok()?);
        let response = card.execute(apdu);
        self.see(&response);
        Some(response)
    }
}
