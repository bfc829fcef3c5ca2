//! Users, and what belongs to them.

mod passwords;
mod sessions;
