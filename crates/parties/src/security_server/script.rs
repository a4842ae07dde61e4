//! What cards are told in the channel: these commands and no others, so that nothing that comes from outside is ever one.

use minicbor::bytes::ByteVec;
use tallystick_protocol::settlement::card::{CardOrder, DEBIT, READ, TOP_UP};
use tallystick_protocol::settlement::channel::{ChannelError, HostChannel};
use tallystick_protocol::settlement::{TapId, TapStep};
use tallystick_protocol::wire::cbor::encode_value;

use super::pending::Act;

/// READ, in this channel.
///
/// # Errors
/// If the channel has ended.
pub(super) fn read(channel: &mut HostChannel) -> Result<Vec<u8>, ChannelError> {
    channel.wrap(READ, &[])
}

/// DEBIT or TOP UP, in this channel.
///
/// # Errors
/// If the channel has ended.
pub(super) fn order(
    channel: &mut HostChannel,
    act: Act,
    order: &CardOrder,
) -> Result<Vec<u8>, ChannelError> {
    let header = match act {
        Act::Debit => DEBIT,
        Act::TopUp => TOP_UP,
    };
    channel.wrap(header, &encode_value(order))
}

/// These commands as a step of a tap.
pub(super) fn step(tap: TapId, commands: Vec<Vec<u8>>) -> TapStep {
    TapStep {
        tap,
        block: commands.into_iter().map(ByteVec::from).collect(),
        request: None,
        update: None,
    }
}
