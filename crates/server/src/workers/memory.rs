//! Gives memory back. The C library keeps what a song took, some hundred megabytes, for the next one, which may come
//! tomorrow.

/// Returns what is free to the system.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn give_back() {
    #[expect(unsafe_code, reason = "the C library has no safe way to ask for this")]
    // SAFETY: `malloc_trim` (glibc, thread-safe since 2.8) takes a number and touches only what is free.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Other C libraries return what is free of themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_back() {}
