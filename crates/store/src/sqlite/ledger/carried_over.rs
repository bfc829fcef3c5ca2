//! What an older data folder counted in songs stands in the ledger afterwards.

use domain::{ApplicationId, Bounds, CredentialId, Credits, Crew, Outcome, ResponseText, Timestamp, UserId};

use crate::sqlite::schema::{BEFORE_THE_LEDGER, older};
use crate::{
    Account, DataFolder, Filter, FolderName, Grouping, Kept, LedgerStore as _, Page, QueueRules, SqliteStore,
    TaskStore as _, UsageFilter, UsageStore as _,
};

/// Ann has ordered five songs of a quota of ten: two are made, one of which was deleted since, one failed, one waits, and
/// one had cost nothing, for it was ordered before there was a quota. Bob orders without limit.
const OLDER: &str = "
    INSERT INTO users (no, id, email, created_ms) VALUES (1, x'00000000000000000000000000000001', 'ann@example.org', 1),
        (2, x'00000000000000000000000000000002', 'bob@example.org', 1);
    INSERT INTO applications (no, id, user_no, name, remaining, created_ms)
        VALUES (1, x'00000000000000000000000000000011', 1, 'default', 7, 1),
               (2, x'00000000000000000000000000000012', 2, 'default', NULL, 1);
    INSERT INTO credentials (no, id, application_no, token_hash, last_four, created_ms)
        VALUES (1, x'00000000000000000000000000000021', 1, zeroblob(32), 'wxyz', 1),
               (2, x'00000000000000000000000000000022', 2, randomblob(32), 'wxyz', 1);
    INSERT INTO tasks (no, id, trace_id, application_no, credential_no, kind, created_ms, outcome, started_ms,
        finished_ms, charged, waits, fingerprint, request, response, error_code, error_message)
    VALUES (1, randomblob(16), randomblob(16), 1, 1, 1, 10, 2, 11, 12, 1, 0, x'00', '{}', '{}', NULL, NULL),
           (3, randomblob(16), randomblob(16), 1, 1, 1, 10, 3, 11, 12, 1, 0, x'00', '{}', NULL, 'api_error', 'no'),
           (4, randomblob(16), randomblob(16), 1, 1, 1, 10, NULL, NULL, NULL, 1, 0, x'00', '{}', NULL, NULL, NULL),
           (5, randomblob(16), randomblob(16), 1, 1, 1, 10, 2, 11, 12, 0, 0, x'00', '{}', '{}', NULL, NULL),
           (6, randomblob(16), randomblob(16), 2, 2, 1, 10, 2, 11, 12, 0, 0, x'00', '{}', '{}', NULL, NULL);
    INSERT INTO queue (task_no, credential_no, state) VALUES (4, 1, 0);
    INSERT INTO task_counts SELECT application_no, kind, value, created_ms >> value, count(*)
        FROM tasks, json_each('[62, 28, 22, 16, 10]') GROUP BY 1, 2, 3, 4;
";

const RULES: QueueRules = QueueRules {
    in_flight_per_credential: 0,
    refuses_when_busy: false,
    most_waiting: 0,
    in_flight_per_destination: 1,
    deliveries_in_flight: 0,
    keys_gathered: 1,
};

const fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn id(last: u8) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[15] = last;
    bytes
}

const fn account(granted: u32, available: u32, held: u32, spent: u32) -> Account {
    Account {
        granted: Credits::whole(granted),
        available: Credits::whole(available),
        held: Credits::whole(held),
        spent: Credits::whole(spent),
    }
}

#[tokio::test]
async fn a_quota_of_songs_is_carried_over_into_the_ledger() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = DataFolder::open(home.path()).expect("made");
    let older = older(&folder.database(), BEFORE_THE_LEDGER);
    older.pragma_update(None, "journal_mode", "WAL").expect("set");
    older.execute_batch(OLDER).expect("filled");
    drop(older);

    let store = SqliteStore::open(&folder.database(), RULES).expect("brought over");
    let (ann, bob) = (ApplicationId::from_bytes(id(0x11)), ApplicationId::from_bytes(id(0x12)));
    assert_eq!(store.account(ann).await.expect("readable"), Some(account(9, 7, 1, 1)));
    assert_eq!(store.account(bob).await.expect("readable"), None, "who had no limit has none");
    let unlimited = store.cover(CredentialId::from_bytes(id(0x22))).await.expect("readable");
    assert_eq!(unlimited.available, None);
    let grants = store.grants(ann, None, 9).await.expect("readable");
    assert_eq!(grants.len(), 1);
    assert_eq!((grants[0].amount, grants[0].author.as_str()), (Credits::whole(9), "backline"));
    let page = Page { limit: 9, offset: 0 };
    let whose = UserId::from_bytes(id(1));
    let used = store.usage(whose, UsageFilter::default(), Grouping::default(), page).await.expect("readable");
    assert_eq!((used.total.ordered, used.total.succeeded, used.total.failed), (4, 2, 1));
    assert_eq!(used.total.amount, Credits::whole(1));
    assert!(folder.prove_ledger().expect("readable").holds());

    // What waited then ends as any other does.
    store.void_leases(Bounds { max_attempts: 3, max_crashes: 3 }, at(20)).await.expect("begun");
    let claimed = store
        .claim_next(Crew::Makers, at(20), at(99), FolderName::from_random(id(0)))
        .await
        .expect("answered");
    let claimed = claimed.expect("waits");
    let made = Outcome::Succeeded(ResponseText::plain("{}".to_owned()));
    let kept = Kept::Files(claimed.folder.clone());
    store.finish(claimed.claim, claimed.state.end(made, at(30)), kept).await.expect("answered");
    assert_eq!(store.account(ann).await.expect("readable"), Some(account(9, 7, 0, 2)));
    let listed = store.used_orders(whose, Filter::default(), page).await.expect("readable");
    assert_eq!(listed.items.iter().filter(|order| order.amount == Credits::whole(1)).count(), 2);
    let proven = folder.prove_ledger().expect("readable");
    assert!(proven.holds(), "{proven:?}");
    store.close();
}
