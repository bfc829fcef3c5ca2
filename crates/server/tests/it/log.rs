//! Every log line of every server in this process, down to `debug`.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use tracing_subscriber::EnvFilter;

static LINES: OnceLock<Lines> = OnceLock::new();

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

/// Begins to note log lines, once.
pub fn capture() {
    LINES.get_or_init(|| {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_env_filter(EnvFilter::new("debug"));
        subscriber.with_writer(move || writer.clone()).init();
        lines
    });
}

/// The lines so far that contain this.
pub fn lines_with(text: &str) -> Vec<String> {
    let lines = LINES.get().expect("capturing").0.lock().expect("whole");
    String::from_utf8_lossy(&lines).lines().filter(|line| line.contains(text)).map(str::to_owned).collect()
}
