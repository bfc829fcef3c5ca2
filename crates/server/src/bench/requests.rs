//! The requests that load is made of.

use std::sync::Arc;

use domain::TaskId;

use super::load::Script;
use crate::cli::Failure;

/// A whole request: `POST path` with this JSON.
pub(super) fn post(path: &str, token: &str, json: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\naccept: application/json\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{json}",
        json.len()
    )
    .into_bytes()
}

/// A query of `/producer/tasks`.
pub(super) fn query(token: &str, json: &str) -> Vec<u8> {
    post("/producer/tasks", token, json)
}

/// The query for one task.
pub(super) fn retrieve(token: &str, id: &str) -> Vec<u8> {
    query(token, &format!(r#"{{"action":"retrieve","id":"{id}"}}"#))
}

/// The same request again and again.
#[derive(Clone)]
pub(super) struct Same(pub Arc<[u8]>);

impl Script for Same {
    fn request(&mut self) -> &[u8] {
        &self.0
    }

    fn check(&mut self, _: &[u8]) -> Result<(), Failure> {
        Ok(())
    }
}

/// The same order again and again, each time with another `Idempotency-Key`.
pub(super) struct Keyed {
    request: Vec<u8>,
    digits_at: usize,
    sent: u64,
}

impl Keyed {
    /// The keys of one round and connection are its own.
    pub fn new(token: &str, json: &str, round: u32, connection: u16) -> Self {
        let plain = post("/producer/audios", token, json);
        let first_line = plain.iter().position(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let mut request = plain[..first_line].to_vec();
        request.extend_from_slice(format!("idempotency-key: bench-{round}-{connection}-").as_bytes());
        let digits_at = request.len();
        request.extend_from_slice(b"0000000000\r\n");
        request.extend_from_slice(&plain[first_line..]);
        Self { request, digits_at, sent: 0 }
    }
}

impl Script for Keyed {
    fn request(&mut self) -> &[u8] {
        self.sent += 1;
        let digits = format!("{:010}", self.sent);
        self.request[self.digits_at..][..digits.len()].copy_from_slice(digits.as_bytes());
        &self.request
    }

    fn check(&mut self, _: &[u8]) -> Result<(), Failure> {
        Ok(())
    }
}

/// Every so many answers, one is looked into.
const SAMPLE: u64 = 32;

/// Asks for one task after the other, drawn from `ids`.
pub(super) struct Retrieve {
    request: Vec<u8>,
    id_at: usize,
    ids: Arc<[TaskId]>,
    dice: Dice,
    asked: u64,
    /// The answers bear the id that was asked for.
    answers_bear_id: bool,
}

impl Retrieve {
    /// `ids` must not be empty. `seed` sets which of them are drawn.
    pub fn new(token: &str, ids: Arc<[TaskId]>, seed: u64, answers_bear_id: bool) -> Self {
        let request = retrieve(token, &TaskId(uuid::Uuid::nil()).to_string());
        // The id and the two marks behind it close the request.
        let id_at = request.len() - 2 - uuid::fmt::Hyphenated::LENGTH;
        Self { request, id_at, ids, dice: Dice(seed), asked: 0, answers_bear_id }
    }

    fn id(&self) -> &[u8] {
        &self.request[self.id_at..self.id_at + uuid::fmt::Hyphenated::LENGTH]
    }
}

impl Script for Retrieve {
    fn request(&mut self) -> &[u8] {
        let id = self.ids[self.dice.below(self.ids.len())];
        id.0.as_hyphenated().encode_lower(&mut self.request[self.id_at..]);
        self.asked += 1;
        &self.request
    }

    fn check(&mut self, body: &[u8]) -> Result<(), Failure> {
        let looked_into = self.answers_bear_id && self.asked.is_multiple_of(SAMPLE);
        if !looked_into || contains(body, self.id()) {
            return Ok(());
        }
        let (id, body) = (String::from_utf8_lossy(self.id()), String::from_utf8_lossy(body));
        Err(Failure(format!("asked for {id}, and was answered {body}")))
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// Numbers that look random and are the same in every run (`SplitMix64`, Steele, Lea and Flood, OOPSLA 2014).
pub(super) struct Dice(pub u64);

impl Dice {
    /// The next 64 bits.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`, which must not be 0.
    pub fn below(&mut self, end: usize) -> usize {
        // The high half of the product is as even as 64 bits over `end` allow.
        let wide = u128::from(self.roll()) * end as u128;
        usize::try_from(wide >> 64).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(count: u128) -> Arc<[TaskId]> {
        (1..=count).map(|number| TaskId(uuid::Uuid::from_u128(number))).collect()
    }

    #[test]
    fn each_request_asks_for_one_of_the_ids_and_is_well_formed() {
        let mut script = Retrieve::new("t0ken", ids(3), 7, true);
        for _ in 0..20 {
            let text = String::from_utf8(script.request().to_vec()).expect("text");
            let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
            assert!(head.contains("authorization: Bearer t0ken"), "{head}");
            assert!(head.ends_with(&format!("content-length: {}", body.len())), "{head}");
            let json: serde_json::Value = serde_json::from_str(body).expect("JSON");
            let id: TaskId = json["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
            assert!(ids(3).contains(&id));
        }
    }

    #[test]
    fn each_order_has_a_key_of_its_own_and_is_well_formed() {
        let mut script = Keyed::new("t0ken", "{}", 1, 7);
        let mut seen = std::collections::HashSet::new();
        for _ in 0..20 {
            let text = String::from_utf8(script.request().to_vec()).expect("text");
            assert!(
                text.starts_with("POST /producer/audios HTTP/1.1\r\nidempotency-key: bench-1-7-"),
                "{text}"
            );
            assert!(text.ends_with("\r\n\r\n{}"), "{text}");
            assert!(seen.insert(text), "a key twice");
        }
    }

    #[test]
    fn an_answer_about_another_task_is_noticed() {
        let mut script = Retrieve::new("t", ids(1), 7, true);
        for _ in 0..SAMPLE {
            script.request();
        }
        let right = format!(r#"{{"id":"{}"}}"#, ids(1)[0]);
        assert!(script.check(right.as_bytes()).is_ok());
        assert!(script.check(b"{\"id\":\"another\"}").is_err());
    }

    #[test]
    fn dice_reach_everything_below_the_end() {
        let mut dice = Dice(1);
        let mut seen = [0; 5];
        for _ in 0..5_000 {
            seen[dice.below(5)] += 1;
        }
        assert!(seen.iter().all(|&times| (850..1_150).contains(&times)), "{seen:?}");
    }
}
