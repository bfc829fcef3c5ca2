//! Every log line of every server in this process, down to `debug`.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

static LINES: OnceLock<Lines> = OnceLock::new();
static JSON: OnceLock<Lines> = OnceLock::new();

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("whole").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Begins to note log lines, once: as text for most tests, and as the JSON that `log.format` asks for.
pub fn capture() {
    LINES.get_or_init(|| {
        let (lines, json) = (Lines::default(), Lines::default());
        let (text_writer, json_writer) = (lines.clone(), json.clone());
        let text = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || text_writer.clone());
        let layer = tracing_subscriber::fmt::layer().json().flatten_event(true);
        let layer = layer.with_writer(move || json_writer.clone());
        let filter = EnvFilter::new("debug");
        tracing_subscriber::registry().with(filter).with(text).with(layer).init();
        drop(JSON.set(json));
        lines
    });
}

/// What was logged of this trace, as objects, first to last.
pub fn story_of(trace_id: &str) -> Vec<serde_json::Value> {
    let lines = JSON.get().expect("capturing").0.lock().expect("whole");
    let objects = String::from_utf8_lossy(&lines).lines().map(str::to_owned).collect::<Vec<_>>();
    let objects = objects.iter().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    objects.filter(|object| object["trace_id"] == trace_id).collect()
}

/// The lines so far that contain this.
pub fn lines_with(text: &str) -> Vec<String> {
    let lines = LINES.get().expect("capturing").0.lock().expect("whole");
    String::from_utf8_lossy(&lines).lines().filter(|line| line.contains(text)).map(str::to_owned).collect()
}
