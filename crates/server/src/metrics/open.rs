//! How many of something are open.

use prometheus_client::metrics::gauge::Gauge;

/// Counts what is open.
#[derive(Clone, Default)]
pub struct Open(Gauge);

/// One that is open, until it is dropped.
pub struct Opened(Gauge);

impl Open {
    /// Counts in this gauge.
    #[must_use]
    pub fn new(gauge: Gauge) -> Self {
        Self(gauge)
    }

    /// One more, until what this gives is dropped.
    #[must_use]
    pub fn one(&self) -> Opened {
        self.0.inc();
        Opened(self.0.clone())
    }

    /// How many are open.
    #[must_use]
    pub fn count(&self) -> i64 {
        self.0.get()
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.0.dec();
    }
}
