//! What the order of a song costs that is answered at once: the CPU time of all threads, from the request to the answer
//! about a durable task, without socket and sync.
//!
//!     cargo bench -p server --bench order
//!
//! The order is that of the document that this service was made after, with `async`. `door` is everything that a
//! server does between its socket and the disk: trace, token, rate, parsing, validation, the write of task, queue,
//! event and counts, the log's line, measures, the answer. `bare` is what cannot be left out: the JSON is parsed, and
//! rows are inserted into three of those tables by a loop with nothing around it. Each is done one at a time, a
//! transaction for each order, and by 64 callers at once, who share transactions.

mod cpu;
mod house;

use std::time::Duration;

use criterion::measurement::Measurement as _;
use criterion::{BenchmarkGroup, Criterion, Throughput};

use crate::cpu::CpuTime;
use crate::house::{BareLoop, House, ORDER};

/// How many order at the same time.
const CALLERS: [usize; 2] = [1, 64];

fn main() {
    let mut criterion = Criterion::default()
        .with_measurement(CpuTime)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(5))
        .sample_size(30)
        .configure_from_args();
    let mut group = criterion.benchmark_group("order");
    group.throughput(Throughput::Elements(1));
    parts(&mut group);
    for callers in CALLERS {
        group.bench_function(format!("door/{callers}"), |bencher| {
            let house = House::open();
            bencher.iter_custom(|orders| {
                let began = CpuTime.start();
                house.order(orders, callers);
                CpuTime.end(began)
            });
        });
        group.bench_function(format!("bare/{callers}"), |bencher| {
            let mut bare = BareLoop::open();
            bencher.iter_custom(|orders| {
                let began = CpuTime.start();
                bare.insert(orders, callers);
                CpuTime.end(began)
            });
        });
    }
    group.finish();
    criterion.final_summary();
}

/// Parsing and validation alone, and the parser alone.
fn parts(group: &mut BenchmarkGroup<'_, CpuTime>) {
    group.bench_function("understood", |bencher| bencher.iter(|| house::understood(&ORDER)));
    group.bench_function("parsed", |bencher| bencher.iter(|| house::parsed(&ORDER)));
}
