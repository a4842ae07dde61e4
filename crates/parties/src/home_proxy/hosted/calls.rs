//! A call from away, to a card that is hosted here. It comes beside what the holder is doing with the card, and disturbs
//! nothing: none of it needs the PIN.

use tallystick_card::Applet;
use tallystick_card::host::home::calls::{apdu_for, refusal_of, reply_of};
use tallystick_card::host::select;
use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::home::calls::{HomeCall, HomeReply};
use tallystick_protocol::wire::identifier::HomeId;

use crate::home_proxy::HomeProxy;
use crate::office::fault::Fault;
use crate::ports::Ports;

impl<P: Ports> HomeProxy<P> {
    /// What the card answers to a call; nothing if this home is not hosted here.
    pub(in crate::home_proxy) fn answer_hosted(
        &self,
        home: &HomeId,
        call: &HomeCall,
    ) -> Result<Option<HomeReply>, Fault> {
        let Some(name) = self.hosted(home)? else {
            return Ok(None);
        };
        let refused = |refusal| HomeReply {
            number: call.number,
            refusal: Some(refusal),
            content: Vec::new(),
        };
        let apdu = match apdu_for(call, self.office.now()) {
            Ok(apdu) => apdu,
            Err(error) => return Ok(Some(refused(refusal_of(error)))),
        };
        let Ok(select) = select(Applet::Home) else {
            return Ok(Some(refused(HomeRefusal::NoCard)));
        };
        let apdus = [&select[..], &apdu];
        self.powers.sweep(self.office.now_ms());
        let said = match self.powers.take(&name) {
            Some(mut taken) => {
                let card = taken.card();
                let said = card.beside(|card| self.execute(&name, card, &apdus))?;
                taken.put_back();
                said
            }
            None => self.execute(&name, &mut self.stored_card(&name)?, &apdus)?,
        };
        Ok(Some(reply_of(call, &said)))
    }
}
