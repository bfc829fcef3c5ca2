//! The body of an order: whatever bytes arrive, an order or an error that says why.
#![no_main]

use libfuzzer_sys::fuzz_target;
use server::api::wire::{SentBody, audios};

fuzz_target!(|bytes: &[u8]| {
    let Ok(body) = SentBody::parse(bytes::Bytes::copy_from_slice(bytes)) else { return };
    let again = bytes::Bytes::copy_from_slice(body.text().as_bytes());
    assert!(SentBody::parse(again).is_ok(), "records echo the body as it was sent");
    // Whether it is an order is not the question.
    let _order = audios::order(&body.fields, 7);
});
