#![no_main]

#[path = "../checks/decode.rs"]
mod check;

// `decode` catches panics of its readers; libFuzzer's hook would end at those too. What escapes still ends the run.
libfuzzer_sys::fuzz_target!(
    init: std::panic::set_hook(Box::new(|_| ())),
    |bytes: &[u8]| check::check(bytes)
);
