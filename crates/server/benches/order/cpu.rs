//! The CPU time that the whole process has taken, in user and system mode.

use criterion::Throughput;
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use rustix::time::{ClockId, Timespec, clock_gettime};

/// Counts nanoseconds on all threads.
pub struct CpuTime;

impl Measurement for CpuTime {
    type Intermediate = i64;
    type Value = i64;

    fn start(&self) -> i64 {
        let Timespec { tv_sec, tv_nsec } = clock_gettime(ClockId::ProcessCPUTime);
        tv_sec * 1_000_000_000 + tv_nsec
    }

    fn end(&self, began: i64) -> i64 {
        self.start() - began
    }

    fn add(&self, one: &i64, other: &i64) -> i64 {
        one + other
    }

    fn zero(&self) -> i64 {
        0
    }

    #[expect(clippy::cast_precision_loss, reason = "nothing takes 2^53 nanoseconds here")]
    fn to_f64(&self, nanoseconds: &i64) -> f64 {
        *nanoseconds as f64
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        &InTime
    }
}

/// As wall time is written, which is counted in nanoseconds too.
struct InTime;

impl ValueFormatter for InTime {
    fn scale_values(&self, typical: f64, values: &mut [f64]) -> &'static str {
        WallTime.formatter().scale_values(typical, values)
    }

    fn scale_throughputs(&self, typical: f64, throughput: &Throughput, values: &mut [f64]) -> &'static str {
        WallTime.formatter().scale_throughputs(typical, throughput, values)
    }

    fn scale_for_machines(&self, values: &mut [f64]) -> &'static str {
        WallTime.formatter().scale_for_machines(values)
    }
}
