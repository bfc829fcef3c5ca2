//! Runs `backline` and its servers.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::client::{Client, PATIENCE};

/// What a command that ended said.
pub struct Said {
    pub status: ExitStatus,
    pub out: String,
    pub err: String,
}

/// A command that knows no setting of the environment that runs the tests.
pub fn backline(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_backline"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("BACKLINE_") {
            command.env_remove(name);
        }
    }
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a command to its end; one that does not end is killed.
pub fn run(mut command: Command) -> Said {
    let child = command.spawn().expect("started");
    let pid = Pid::from_child(&child);
    let (ended, output) = std::sync::mpsc::channel();
    std::thread::spawn(move || ended.send(child.wait_with_output()));
    let output = output.recv_timeout(PATIENCE).unwrap_or_else(|_| {
        let _ = kill_process(pid, Signal::KILL);
        panic!("it does not end: {command:?}")
    });
    let output = output.expect("its end");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Said { status: output.status, out: text(output.stdout), err: text(output.stderr) }
}

/// Runs `backline` with arguments and a data folder to its end.
pub fn tell(arguments: &[&str], data: &Path) -> Said {
    let mut command = backline(arguments);
    command.arg("--data-dir").arg(data);
    run(command)
}

/// A new token of `ann@example.com`.
pub fn token(data: &Path, more: &[&str]) -> String {
    let said = tell(&[&["token", "create", "--email", "ann@example.com"], more].concat(), data);
    assert!(said.status.success(), "{}", said.err);
    said.out.trim_end().to_owned()
}

/// A running server.
pub struct Process {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
    pub base: String,
    /// The server, where the child is what it runs under.
    inner: Option<Pid>,
    log: std::path::PathBuf,
}

impl Process {
    /// Starts a server on this folder that makes one song at a time, and waits until it listens.
    pub fn serve(data: &Path) -> Self {
        Self::serve_with(data, backline(&[]))
    }

    /// The same, with a command that was given variables, or that runs it under something.
    pub fn serve_with(data: &Path, mut command: Command) -> Self {
        let log = data.with_extension("log");
        let file = std::fs::OpenOptions::new().create(true).append(true).open(&log).expect("a log");
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(data);
        command.env("BACKLINE_WORKER__CONCURRENCY", "1").env("BACKLINE_LIMITS__REQUESTS_PER_SECOND", "0");
        let mut child = command.stdout(Stdio::piped()).stderr(file).spawn().expect("started");
        let mut out = BufReader::new(child.stdout.take().expect("piped"));
        let mut first = String::new();
        out.read_line(&mut first).expect("readable");
        let base = first.trim_end().strip_prefix("listening on ").unwrap_or_else(|| {
            panic!(
                "the first line is {first:?}; the log: {}",
                std::fs::read_to_string(&log).unwrap_or_default()
            )
        });
        let base = base.to_owned();
        let children = format!("/proc/{0}/task/{0}/children", child.id());
        let children = std::fs::read_to_string(children).unwrap_or_default();
        let inner = children.split(' ').next().and_then(|pid| Pid::from_raw(pid.parse().ok()?));
        Self { child, out, base, inner, log }
    }

    pub fn client(&self, token: &str) -> Client {
        Client::new(&self.base, token)
    }

    /// The child's process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.inner.unwrap_or_else(|| Pid::from_child(&self.child)), signal).expect("signalled");
    }

    /// Waits until it has ended, and gives what it said on stdout after its first line.
    pub async fn ended(mut self) -> (ExitStatus, String) {
        let mut looks = tokio::time::interval(Duration::from_millis(10));
        let ended = async {
            loop {
                if let Some(status) = self.child.try_wait().expect("mine") {
                    break status;
                }
                looks.tick().await;
            }
        };
        let status = tokio::time::timeout(PATIENCE, ended).await.expect("it ends");
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).expect("readable");
        (status, rest)
    }

    /// Everything it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).expect("readable")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let (Some(inner), Ok(None)) = (self.inner, self.child.try_wait()) {
            let _ = kill_process(inner, Signal::KILL);
        }
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
