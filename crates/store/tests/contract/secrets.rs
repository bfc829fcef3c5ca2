//! What callbacks are signed with.

use store::{NewTask, StoreError, WebhookSecret};

use crate::support::{World, at, callback};

fn secret(byte: u8) -> WebhookSecret {
    WebhookSecret::new(vec![byte; 32])
}

#[tokio::test]
async fn the_first_secret_of_an_application_is_kept_and_everyone_gets_it() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let bob = world.caller("bob@example.org", "radio").await;
    let asked = (1..=20).map(|byte| {
        let store = std::sync::Arc::clone(&world.store);
        async move { store.secrets(ada.application, secret(byte), at(0)).await.expect("kept") }
    });
    let answers = crate::support::at_once(asked).await;
    assert!(answers.iter().all(|secrets| secrets.len() == 1 && secrets == &answers[0]));
    let other = world.store.secrets(bob.application, secret(99), at(0)).await.expect("kept");
    assert_eq!(other, [secret(99)], "another application has its own");
    let world = world.restart(crate::support::NO_BOUNDS);
    assert_eq!(world.store.secrets(ada.application, secret(77), at(9)).await.expect("kept"), answers[0]);
}

#[tokio::test]
async fn while_a_secret_is_replaced_both_sign_and_then_only_the_new_one() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let in_force = |now| world.store.secrets(ada.application, secret(9), at(now));
    let rotate = |byte, now, end| world.store.rotate_secret(ada.application, secret(byte), at(now), at(end));
    assert_eq!(in_force(0).await.expect("kept"), [secret(9)]);
    rotate(1, 100, 500).await.expect("kept");
    assert_eq!(in_force(100).await.expect("kept"), [secret(1), secret(9)]);
    rotate(2, 200, 900).await.expect("kept");
    assert_eq!(in_force(499).await.expect("kept"), [secret(2), secret(1), secret(9)], "the newest first");
    assert_eq!(in_force(500).await.expect("kept"), [secret(2), secret(1)], "no end is put off");
    assert_eq!(in_force(900).await.expect("kept"), [secret(2)]);
    rotate(3, 1_000, 1_000).await.expect("kept");
    assert_eq!(in_force(1_000).await.expect("kept"), [secret(3)], "no overlap at all");
    let kept: i64 = world
        .database
        .raw()
        .query_row("SELECT count(*) FROM webhook_secrets", [], |row| row.get(0))
        .expect("counted");
    assert_eq!(kept, 1, "secrets whose time is over are gone");
}

#[tokio::test]
async fn a_sender_gets_the_secrets_that_are_in_force_when_it_gets_the_delivery() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let bob = world.caller("bob@example.org", "radio").await;
    world.owed(ada, "https://one.example", 0).await;
    let sent = world.send(0, 1).await;
    assert_eq!((sent[0].application, &sent[0].secrets[..]), (ada.application, &[][..]), "none was made yet");
    world.store.secrets(ada.application, secret(1), at(1)).await.expect("kept");
    world.store.rotate_secret(ada.application, secret(2), at(2), at(50)).await.expect("kept");
    for now in [10, 60] {
        world.owed(ada, "https://two.example", now).await;
    }
    assert_eq!(world.send(20, 1).await[0].secrets, [secret(2), secret(1)]);
    assert_eq!(world.send(60, 1).await[0].secrets, [secret(2)]);
    let task = world.place(NewTask { callback_url: callback("https://x.example"), ..world.order(bob) }).await;
    let claimed = world.claim(70).await.expect("waits");
    world.finish(&claimed, crate::support::made("{}"), 70).await;
    let sent = world.send(70, 9).await;
    let bobs = sent.iter().find(|sent| sent.task == task).expect("sent");
    assert_eq!(bobs.secrets, [], "nobody signs with another's secret");
}

#[tokio::test]
async fn applications_are_found_by_name_and_by_whose_they_are() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let bob = world.caller("bob@example.org", "radio").await;
    world.caller("bob@example.org", "film").await;
    let find = async |email: Option<&str>| {
        let found = world.store.applications("radio".to_owned(), email.map(str::to_owned)).await;
        found.expect("readable").into_iter().map(|one| (one.id, one.email)).collect::<Vec<_>>()
    };
    let (of_ada, of_bob) =
        ((ada.application, "ada@example.org".to_owned()), (bob.application, "bob@example.org".to_owned()));
    assert_eq!(find(None).await, [of_ada, of_bob.clone()]);
    assert_eq!(find(Some("BOB@example.org")).await, [of_bob]);
    assert_eq!(find(Some("eve@example.org")).await, []);
    let nobodys = domain::ApplicationId(world.id());
    let missing = world.store.secrets(nobodys, secret(1), at(0)).await;
    assert!(matches!(missing, Err(StoreError::Missing(_))), "{missing:?}");
}
