//! What can go wrong in the channel.

/// Why a channel was not opened, or has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChannelError {
    /// A command, a response or a part of it has a length that it cannot have.
    #[error("what was said in the card's channel has the wrong length")]
    Length,
    /// The other side speaks another protocol, or has not all of its options.
    #[error("the card does not speak this protocol of secure messaging")]
    Protocol,
    /// Another level of security than all of it.
    #[error("this level of security is not offered")]
    Level,
    /// Another version of the keys than was asked for.
    #[error("the card has keys of another version")]
    KeyVersion,
    /// The other side's cryptogram is wrong: it does not have the keys.
    #[error("the other side does not have this card's keys")]
    Cryptogram,
    /// The MAC is wrong: altered, repeated, out of order, or of another session.
    #[error("what was said in the card's channel was altered on its way")]
    Mac,
    /// Done, says the response, and has no MAC: nobody knows whether the card has said so.
    #[error("the card's answer has lost what proves it")]
    Stripped,
    /// Another status word than 9000, which nothing proves.
    #[error("the card is said to have answered {0:04X}")]
    Refused(u16),
    /// The MAC is right, and what it protects is not padded.
    #[error("what was said in the card's channel is malformed")]
    Padding,
    /// A response to no command.
    #[error("the card has answered what it was not asked")]
    Unasked,
    /// Something was wrong before, or the counter of commands is used up.
    #[error("the card's channel has ended")]
    Ended,
}
