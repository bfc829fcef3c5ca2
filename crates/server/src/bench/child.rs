//! Servers in processes of their own, so that their memory and their time can be told from the load's. A server that
//! is dropped is killed, and a killed server loses nothing.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use crate::cli::{Failure, tell};

/// How long a server may take to start: one with a million tasks waiting does so in a moment.
const START_WITHIN: Duration = Duration::from_secs(30);
/// How long it may take to stop before it is killed.
const STOP_WITHIN: Duration = Duration::from_secs(10);
/// The file that a server has open from before it migrates until its end.
const DATABASE: &str = "backline.db";
/// Seconds of a tick of the times in `/proc/PID/stat`: `sysconf(_SC_CLK_TCK)` is 100 on every Linux.
const TICK: f64 = 0.01;

/// A server that was started, and is stopped when this is dropped.
pub(super) struct ChildServer {
    child: Child,
    id: u32,
    address: SocketAddr,
    /// The bare server stops when this is closed.
    _stdin: Option<ChildStdin>,
    _stdout: Lines<BufReader<ChildStdout>>,
}

/// A server that was started and has not said yet where it listens; it is killed when this is dropped.
pub(super) struct Starting {
    child: Child,
    id: u32,
    stdin: Option<ChildStdin>,
    stdout: Lines<BufReader<ChildStdout>>,
}

/// How far a server had come when it was killed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reached {
    /// It had not opened its database.
    Nothing,
    /// It had: it was migrating, or taking over what an earlier one had left.
    Database,
    /// It had said where it listens.
    Serving,
}

/// What a process has in memory.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub(super) struct Memory {
    /// Its own pages, which nothing but swap could take back, in MB of 10^6 bytes (`RssAnon`).
    pub anonymous_mb: f64,
    /// All pages, those of files too (`VmRSS`).
    pub resident_mb: f64,
}

impl ChildServer {
    /// `backline serve` on a data folder, with settings as variables.
    pub async fn serve(data_dir: &Path, settings: &[(&str, &str)]) -> Result<Self, Failure> {
        Starting::serve(data_dir, settings)?.ready().await
    }

    /// The bare server, which answers everything with `payload`.
    pub async fn bare(payload: &[u8], threads: usize) -> Result<Self, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bench", "bare-server", "--bytes", &payload.len().to_string()]);
        command.args(["--threads", &threads.to_string()]);
        let mut starting = Starting::spawn(command)?;
        if let Some(stdin) = &mut starting.stdin {
            stdin.write_all(payload).await?;
        }
        starting.ready().await
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it has in memory now; nothing where there is no `/proc`.
    pub fn memory(&self) -> Memory {
        std::fs::read_to_string(format!("/proc/{}/status", self.id))
            .map(|text| memory(&text))
            .unwrap_or_default()
    }

    /// Seconds of processor time that it has used.
    pub fn cpu_seconds(&self) -> f64 {
        cpu_seconds(&self.id.to_string())
    }

    /// Ends it as a fault of the machine would (SIGKILL), and waits until it is gone.
    pub async fn kill(mut self) -> Result<(), Failure> {
        Ok(self.child.kill().await?)
    }

    /// Stops it softly; one that does not stop is killed.
    pub async fn stop(mut self) -> Result<(), Failure> {
        let id = i32::try_from(self.id).ok().and_then(Pid::from_raw);
        if let Some(Err(error)) = id.map(|id| kill_process(id, Signal::TERM)) {
            // It has ended already.
            tell(&format!("a server was not there to be stopped: {error}"));
        }
        if timeout(STOP_WITHIN, self.child.wait()).await.is_err() {
            self.child.kill().await?;
        }
        Ok(())
    }
}

impl Starting {
    /// `backline serve` on a data folder, with settings as variables.
    pub fn serve(data_dir: &Path, settings: &[(&str, &str)]) -> Result<Self, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(data_dir);
        let always = [("BACKLINE_LOG__FILTER", "warn"), ("BACKLINE_WORKER__STOP_SECONDS", "0")];
        command.envs(always).envs(settings.iter().copied());
        Self::spawn(command)
    }

    fn spawn(mut command: Command) -> Result<Self, Failure> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn()?;
        let id = child.id().ok_or_else(no_start)?;
        let stdout = BufReader::new(child.stdout.take().ok_or_else(no_start)?).lines();
        Ok(Self { id, stdin: child.stdin.take(), stdout, child })
    }

    /// Waits until it has said where it listens.
    pub async fn ready(mut self) -> Result<ChildServer, Failure> {
        let line = timeout(START_WITHIN, self.stdout.next_line()).await.map_err(|_| no_start())??;
        let address = line.as_deref().and_then(address).ok_or_else(no_start)?;
        let Self { child, id, stdin, stdout } = self;
        Ok(ChildServer { child, id, address, _stdin: stdin, _stdout: stdout })
    }

    /// Ends it wherever it is (SIGKILL), and waits until it is gone.
    pub async fn kill(mut self) -> Result<Reached, Failure> {
        let open = std::fs::read_dir(format!("/proc/{}/fd", self.id)).into_iter().flatten().flatten();
        let mut open = open.filter_map(|file| std::fs::read_link(file.path()).ok());
        let has_database = open.any(|path| path.file_name().is_some_and(|name| name == DATABASE));
        if self.child.try_wait()?.is_some() {
            return Err(Failure("a server ended before it was killed; what it said stands above".to_owned()));
        }
        self.child.kill().await?;
        // What it had said by then can still be read.
        Ok(match self.stdout.next_line().await? {
            Some(_) => Reached::Serving,
            None if has_database => Reached::Database,
            None => Reached::Nothing,
        })
    }
}

/// Seconds of processor time that a process has used: of an id, or of `self`.
pub(super) fn cpu_seconds(process: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"));
    stat.ok().and_then(|text| cpu_ticks(&text)).unwrap_or(0.0) * TICK
}

fn no_start() -> Failure {
    Failure("a server did not start; what it said stands above".to_owned())
}

/// `listening on http://127.0.0.1:8787`
fn address(line: &str) -> Option<SocketAddr> {
    line.strip_prefix("listening on http://")?.parse().ok()
}

fn memory(status: &str) -> Memory {
    let megabytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let kibibytes =
            line.and_then(|rest| rest.trim().strip_suffix(" kB")).and_then(|text| text.parse::<f64>().ok());
        kibibytes.unwrap_or(0.0) * 1_024.0 / 1e6
    };
    Memory { anonymous_mb: megabytes("RssAnon"), resident_mb: megabytes("VmRSS") }
}

/// User and system time of proc(5)'s `stat`: the 14th and 15th field, counted behind the name, which may hold anything.
fn cpu_ticks(stat: &str) -> Option<f64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<f64>().ok();
    Some(next()? + next()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_tells_the_address() {
        assert_eq!(address("listening on http://127.0.0.1:80"), "127.0.0.1:80".parse().ok());
        assert_eq!(address("listening"), None);
    }

    #[test]
    fn memory_is_read_from_the_status() {
        let status = "Name:\tbackline\nVmRSS:\t   20000 kB\nRssAnon:\t    1000 kB\n";
        assert_eq!(memory(status), Memory { anonymous_mb: 1.024, resident_mb: 20.48 });
        assert_eq!(memory(""), Memory::default());
    }

    #[test]
    fn processor_time_is_found_behind_any_name() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 1 0";
        assert_eq!(cpu_ticks(stat), Some(300.0));
        assert_eq!(cpu_ticks("7"), None);
    }
}
