//! Reads bodies up to a limit, so that nobody can make a party allocate more.

use futures_util::StreamExt;
use worker::ByteStream;

/// Reads `stream` to its end; `None` if it holds more than `limit` bytes.
pub async fn read(mut stream: ByteStream, limit: usize) -> worker::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    while let Some(piece) = stream.next().await {
        let piece = piece?;
        if bytes.len() + piece.len() > limit {
            return Ok(None);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(Some(bytes))
}
