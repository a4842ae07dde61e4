//! Command and response APDUs (ISO/IEC 7816-4 §5.1) of the channel: short ones, which every reader passes on.

use alloc::vec::Vec;

use super::ChannelError;

/// Header and length of a command with that many bytes of data: what its MAC covers beside the data.
pub(super) fn head(header: [u8; 4], length: usize) -> Result<[u8; 5], ChannelError> {
    let length = u8::try_from(length).map_err(|_| ChannelError::Length)?;
    let [cla, ins, p1, p2] = header;
    Ok([cla, ins, p1, p2, length])
}

/// The command with its data, asking for all of the response.
pub(super) fn command(header: [u8; 4], data: &[u8]) -> Result<Vec<u8>, ChannelError> {
    let mut apdu = head(header, data.len())?.to_vec();
    apdu.extend_from_slice(data);
    apdu.push(0);
    Ok(apdu)
}

/// Data and status word of a response.
pub(super) fn response(bytes: &[u8]) -> Result<(&[u8], u16), ChannelError> {
    let (data, status) = bytes.split_last_chunk::<2>().ok_or(ChannelError::Length)?;
    Ok((data, u16::from_be_bytes(*status)))
}
