//! SELECT by name (ISO/IEC 7816-4 §11.2.2).

use crate::Applet;
use crate::StatusWord;
use crate::iso::apdu::Command;
use crate::iso::tlv;
use crate::outcome::Outcome;
use crate::session::Session;

/// PIV's name may be cut off on the right (ISO/IEC 7816-4 §11.2.2.4.2); who registered it has to be in it, and
/// that alone is what yubico-piv-tool gives.
const SHORTEST_IDENTITY_NAME: usize = 5;

pub(crate) fn select(session: &mut Session, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    if (command.header.p1, command.header.p2) != (0x04, 0x00) {
        return Err(StatusWord::WrongParameters);
    }
    let named = |applet: &Applet| match applet {
        Applet::Identity => {
            command.data.len() >= SHORTEST_IDENTITY_NAME && applet.aid().starts_with(command.data)
        }
        Applet::Keys | Applet::Purse | Applet::Home | Applet::Coupon | Applet::Settlement => {
            applet.aid() == command.data
        }
    };
    let applet = Applet::ALL
        .into_iter()
        .find(named)
        .ok_or(StatusWord::NotFound)?;
    session.selected = Some(applet);
    Ok(Outcome::data(match applet {
        // Application property template (SP 800-73-5 part 2, table 3): name and tag allocation.
        Applet::Identity => {
            let authority = tlv::object(0x4f, &applet.aid()[..5]);
            let parts = [
                tlv::object(0x4f, &applet.aid()[5..]),
                tlv::object(0x79, &authority),
            ];
            tlv::object(0x61, &parts.concat())
        }
        Applet::Keys | Applet::Purse | Applet::Home | Applet::Coupon | Applet::Settlement => {
            tlv::object(0x6f, &tlv::object(0x84, applet.aid()))
        }
    }))
}
