//! `bench door`: what an order costs that is answered at once, from the request to the answer about a durable task,
//! without socket and sync; beside the parser and a bare loop that inserts rows.

mod house;
mod rows;

use clap::Args;

use self::house::House;
use self::rows::BareRows;
use super::child::cpu_seconds;
use super::figures::{median, median_ratio, number, percent, print_table, row};
use crate::api::wire::{SentBody, orders};
use crate::cli::{Failure, say, tell};
use crate::demo::order;

/// Arguments of `bench door`.
#[derive(Args)]
pub struct Arguments {
    /// Orders in each of five rounds, with one caller and again with many.
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..))]
    orders: u32,
    /// How many callers are many.
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(2..=512))]
    callers: u16,
    /// Measure nothing beside the orders of so many callers, in one round: for a profiler that counts instructions.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    only: Option<u16>,
}

/// Rounds of each.
const ROUNDS: u32 = 5;
/// How many times as often it is parsed alone: CPU time is counted in steps of 10 ms.
const MORE: usize = 20;

/// Microseconds of CPU time an order, round by round.
#[derive(Default)]
struct Measured {
    parsed: Vec<f64>,
    understood: Vec<f64>,
    alone: Beside,
    together: Beside,
}

/// What the door takes, and the bare loop beside it.
#[derive(Default)]
struct Beside {
    door: Vec<f64>,
    bare: Vec<f64>,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let body = order::without_callback()?.replacen('{', r#"{"async":true,"#, 1);
    let house = House::open(body.clone())?;
    let count = arguments.orders as usize;
    if let Some(callers) = arguments.only {
        return house.order(count, callers.into());
    }
    let mut bare = BareRows::open(body.clone())?;
    let mut measured = Measured::default();
    // Caches are filled, and the files have grown past their first pages.
    house.order(count / 10 + 1, 1)?;
    bare.insert(count / 10 + 1, 1)?;
    for round in 1..=ROUNDS {
        measured.parsed.push(micros(count * MORE, || parse(&body, count * MORE))?);
        measured.understood.push(micros(count * MORE, || understand(&body, count * MORE))?);
        for (callers, beside) in
            [(1, &mut measured.alone), (arguments.callers.into(), &mut measured.together)]
        {
            beside.door.push(micros(count, || house.order(count, callers))?);
            beside.bare.push(micros(count, || bare.insert(count, callers))?);
        }
        tell(&format!("round {round} of {ROUNDS}"));
    }
    report(arguments, &measured)
}

/// Microseconds of CPU time that each of `count` takes, in user and system mode, of all threads.
fn micros(count: usize, work: impl FnOnce() -> Result<(), Failure>) -> Result<f64, Failure> {
    let before = cpu_seconds("self");
    work()?;
    Ok((cpu_seconds("self") - before) * 1e6 / number(count))
}

fn parse(body: &str, times: usize) -> Result<(), Failure> {
    for _ in 0..times {
        std::hint::black_box(serde_json::from_str::<serde_json::Value>(std::hint::black_box(body))?);
    }
    Ok(())
}

fn understand(body: &str, times: usize) -> Result<(), Failure> {
    let bytes = bytes::Bytes::copy_from_slice(body.as_bytes());
    for _ in 0..times {
        let body = SentBody::parse(std::hint::black_box(bytes.clone())).map_err(refused)?;
        std::hint::black_box(orders::order(domain::TaskKind::Audios, &body.fields, 7).map_err(refused)?);
    }
    Ok(())
}

fn refused(error: crate::api::ApiError) -> Failure {
    Failure(error.message())
}

fn report(arguments: &Arguments, measured: &Measured) -> Result<(), Failure> {
    let Measured { parsed, understood, alone, together } = measured;
    say(&format!("{ROUNDS} rounds of {} orders each, which alternate", arguments.orders))?;
    let micros = |name: &str, of: &[f64], to: &[f64]| {
        let ratio = percent(median_ratio(of, to));
        vec![name.to_owned(), format!("{:.1}", median(of)), ratio]
    };
    let callers = arguments.callers;
    print_table(&[
        row(["", "CPU µs each", "of bare"]),
        micros("orders, one at a time", &alone.door, &alone.bare),
        micros("bare: parsed, a row in 3 tables, a commit", &alone.bare, &alone.bare),
        micros(&format!("orders of {callers} callers"), &together.door, &together.bare),
        micros(&format!("bare: the same, {callers} to a commit"), &together.bare, &together.bare),
        micros("parsed and validated alone", understood, parsed),
        micros("bare: parsed alone", parsed, parsed),
    ])?;
    say(
        "The orders pass everything between the socket and the disk: trace, token, rate, parser, validation, task, \
         queue, event, counts, the line of the log, measures, the answer. Nothing is synced, no song is made. Medians \
         of the rounds.",
    )
}
