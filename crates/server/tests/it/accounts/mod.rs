//! Users, and what belongs to them.

mod applications;
mod credentials;
mod files;
mod matrix;
mod operators;
mod passwords;
mod sessions;
