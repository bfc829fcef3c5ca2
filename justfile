# The daily commands. `just` is a convenience: each line here is a plain command.

# Formatting, lints, documents and tests of the Rust code.
check:
    ./test fmt clippy house doc tests

# Everything that CI runs.
test:
    ./test

# Makes a song through the whole system and keeps it in `demo/`.
demo *arguments:
    cargo run --release -- demo {{arguments}}

# Measures this machine: `just bench --help` lists what can be measured.
bench *arguments:
    cargo run --release -- bench {{arguments}}
