//! The record of a task.
//!
//! Every part is an id, a number, or JSON that is already text, so the record is put together as text.

use std::fmt::Write as _;

use domain::{Api, Ended, Failure, Outcome, TaskId, TraceId};
use serde_json::json;
use store::{Standing, TaskRecord};

/// The record, with `base` put before the names of its media.
#[must_use]
pub fn record(task: &TaskRecord, base: &str) -> String {
    let mut out = String::with_capacity(task.request.len() + 3_072);
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        r#"{{"_id":"{}","id":"{}","api_id":"{}","application_id":"{}","created_at":{:?},"credential_id":"{}","request":{},"trace_id":"{}","type":"{}","user_id":"{}","response":"#,
        task.id.object_id(task.created_at),
        task.id,
        Api::Makes(task.kind).id(),
        task.application_id,
        task.created_at.as_seconds(),
        task.credential_id,
        task.request,
        task.trace_id,
        task.kind.as_str(),
        task.user_id,
    );
    match &task.standing {
        Standing::Pending => out.push_str("{}"),
        Standing::Processing { started_at, progress } => {
            match progress {
                Some(percent) => _ = write!(out, r#"{{"progress":"{percent}%"}}"#),
                None => out.push_str("{}"),
            }
            let _ = write!(out, r#","started_at":{:?}"#, started_at.as_seconds());
        }
        Standing::Ended(ended) => {
            response(&mut out, task.id, task.trace_id, &ended.outcome, base);
            times(&mut out, task, ended);
        }
    }
    let _ = write!(out, r#","state":"{}"}}"#, task.standing.as_str());
    out
}

fn times(out: &mut String, task: &TaskRecord, ended: &Ended) {
    let finished = ended.finished_at.as_seconds();
    let duration = finished - task.created_at.as_seconds();
    let _ = write!(out, r#","duration":{duration:?},"finished_at":{finished:?}"#);
    if let Some(started_at) = ended.started_at {
        let elapsed = ended.finished_at.since(started_at).as_secs_f64();
        let _ = write!(out, r#","started_at":{:?},"elapsed":{elapsed:?}"#, started_at.as_seconds());
    }
}

/// The `response` of an ended task, which is also what its callback brings.
pub fn response(out: &mut String, task: TaskId, trace: TraceId, outcome: &Outcome, base: &str) {
    match outcome {
        Outcome::Succeeded(text) => text.write_with_base(base, out),
        Outcome::Failed(failure) | Outcome::Cancelled(failure) => out.push_str(&failed(task, trace, failure)),
    }
}

fn failed(task: TaskId, trace: TraceId, failure: &Failure) -> String {
    let error = json!({ "code": failure.code.as_str(), "message": failure.message });
    format!(r#"{{"success":false,"task_id":"{task}","trace_id":"{trace}","error":{error}}}"#)
}

#[cfg(test)]
mod tests {
    use domain::{ErrorCode, ResponseText, TaskKind, Timestamp};

    use super::*;

    fn seed_task(standing: Standing) -> TaskRecord {
        let id = |text: &str| text.parse().expect("a UUID");
        TaskRecord {
            id: "1a6ac2ad-10f2-4e2b-b500-66ec27fe82ad".parse().expect("a UUID"),
            trace_id: TraceId(id("1da03537-4eb8-410d-b849-43f03085a3bb")),
            kind: TaskKind::Audios,
            application_id: domain::ApplicationId(id("920ba772-867a-48ae-8efa-9b9f94136199")),
            credential_id: domain::CredentialId(id("eeae817d-d6ff-493e-8f88-6c62391da7c6")),
            user_id: domain::UserId(id("ad7afe47-cea9-4cda-980f-2ad8810e51cf")),
            created_at: Timestamp::from_millis(1_767_119_745_524),
            request: r#"{"action":"generate", "extra": [1]}"#.to_owned(),
            standing,
        }
    }

    #[test]
    fn a_finished_record_has_the_seeds_shape_and_numbers() {
        let response =
            ResponseText::new(r#"{"success":true,"u":"files/x"}"#.to_owned(), vec![21]).expect("fits");
        let ended = Ended {
            outcome: Outcome::Succeeded(response),
            started_at: Some(Timestamp::from_millis(1_767_119_745_600)),
            finished_at: Timestamp::from_millis(1_767_119_785_589),
        };
        insta::assert_snapshot!(record(&seed_task(Standing::Ended(ended)), "http://h/"));
    }

    #[test]
    fn an_unfinished_record_has_an_empty_response_and_no_end() {
        insta::assert_snapshot!(record(&seed_task(Standing::Pending), "http://h/"));
        let started_at = Timestamp::from_millis(1_767_119_746_000);
        insta::assert_snapshot!(record(
            &seed_task(Standing::Processing { started_at, progress: Some(42) }),
            "http://h/"
        ));
    }

    #[test]
    fn a_failed_record_tells_code_and_message() {
        let failure = Failure { code: ErrorCode::ApiError, message: "fetch \"failed\"".to_owned() };
        let finished_at = Timestamp::from_millis(1_767_119_750_000);
        let ended = Ended { outcome: Outcome::Failed(failure), started_at: None, finished_at };
        insta::assert_snapshot!(record(&seed_task(Standing::Ended(ended)), "http://h/"));
    }
}
