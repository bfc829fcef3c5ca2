//! The `response` of tasks that made something else than a song, as it is stored.

use domain::{AudioId, ResponseText, TaskId, TraceId};
use engines::Lyric;
use serde::Serialize;

use super::media::{Media, marked};

/// Whose response it is.
#[derive(Clone, Copy)]
pub struct Head<'a> {
    /// The task.
    pub task: TaskId,
    /// The trace of its order.
    pub trace: TraceId,
    /// A text that nobody can guess, and that does not stay.
    pub mark: &'a str,
}

#[derive(Serialize)]
struct Response<T> {
    success: bool,
    task_id: String,
    trace_id: String,
    data: T,
}

#[derive(Serialize)]
struct Stems<'a> {
    title: &'a str,
    lyric: &'a str,
    stems_url: Media<'a>,
    model: &'a str,
    progress: &'a str,
    state: &'a str,
}

#[derive(Serialize)]
struct Words<'a> {
    title: &'a str,
    text: &'a str,
    lyrics: &'a str,
    status: &'a str,
}

#[derive(Serialize)]
struct Upload<'a> {
    audio_id: String,
    audio_url: Media<'a>,
    lyric: &'a str,
    duration: String,
}

#[derive(Serialize)]
struct Video<'a> {
    audio_id: String,
    video_url: Media<'a>,
}

#[derive(Serialize)]
struct Wav<'a> {
    audio_id: String,
    title: &'a str,
    // No `audio_url`: the MCP server would take it for another thing.
    file_url: Media<'a>,
}

impl<'a> Head<'a> {
    /// The parts of a song, in the archive of this relative name.
    ///
    /// # Errors
    /// When it cannot be written as JSON; so for all of them.
    pub fn stems(self, title: &str, archive: &str) -> Result<ResponseText, String> {
        let stems_url = Media { mark: self.mark, name: archive };
        let item = Stems { title, lyric: "", stems_url, model: "", progress: "100%", state: "succeeded" };
        self.of([item])
    }

    /// Words.
    ///
    /// # Errors
    /// As [`Head::stems`].
    pub fn lyric(self, lyric: &Lyric) -> Result<ResponseText, String> {
        let Lyric { title, text } = lyric;
        self.of(Words { title, text, lyrics: text, status: "complete" })
    }

    /// A sound from outside, so many seconds long.
    ///
    /// # Errors
    /// As [`Head::stems`].
    pub fn upload(self, id: AudioId, audio: &str, seconds: f64) -> Result<ResponseText, String> {
        let audio_url = Media { mark: self.mark, name: audio };
        self.of(Upload { audio_id: id.to_string(), audio_url, lyric: "", duration: format!("{seconds:?}") })
    }

    /// A film of a song.
    ///
    /// # Errors
    /// As [`Head::stems`].
    pub fn video(self, id: AudioId, video: &str) -> Result<ResponseText, String> {
        self.of(Video { audio_id: id.to_string(), video_url: Media { mark: self.mark, name: video } })
    }

    /// A song as uncompressed sound.
    ///
    /// # Errors
    /// As [`Head::stems`].
    pub fn wav(self, id: AudioId, title: &str, file: &str) -> Result<ResponseText, String> {
        let file_url = Media { mark: self.mark, name: file };
        self.of([Wav { audio_id: id.to_string(), title, file_url }])
    }

    fn of(self, data: impl Serialize) -> Result<ResponseText, String> {
        let (task_id, trace_id) = (self.task.to_string(), self.trace.to_string());
        marked(&Response { success: true, task_id, trace_id, data }, self.mark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_the_shape_that_clients_read() {
        let head = Head {
            task: "1a6ac2ad-10f2-4e2b-b500-66ec27fe82ad".parse().expect("a UUID"),
            trace: "1da03537-4eb8-410d-b849-43f03085a3bb".parse().expect("a UUID"),
            mark: "MARK",
        };
        let id = "1dd08826-478e-43a6-868f-aff5ababac2c".parse().expect("a UUID");
        let words = Lyric { title: "Rain".to_owned(), text: "[Verse]\nRain".to_owned() };
        let responses = [
            head.stems("Rain", "files/f/task.zip"),
            head.lyric(&words),
            head.upload(id, "files/f/song.m4a", 5_963_776.0 / 44_100.0),
            head.video(id, "files/f/video.mp4"),
            head.wav(id, "Rain", "files/f/song.wav"),
        ];
        let shown = responses.map(|response| {
            let mut out = String::new();
            response.expect("written").write_with_base("http://h/", &mut out);
            out
        });
        insta::assert_snapshot!(shown.join("\n"));
    }
}
