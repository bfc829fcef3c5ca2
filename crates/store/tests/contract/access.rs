//! Who may call.

use domain::{Api, CredentialId, Credits, TaskKind};
use store::{ApplicationSwitch, NewToken};

use crate::support::{World, at};

const ADA: &str = "ada@example.org";

fn switch(disabled: bool) -> ApplicationSwitch {
    ApplicationSwitch { email: ADA.to_owned(), application: "radio".to_owned(), disabled }
}

#[tokio::test]
async fn a_token_is_known_by_its_hash_alone() {
    let world = World::new();
    let token = NewToken {
        apis: Some(vec![Api::Makes(TaskKind::Audios), Api::Tasks]),
        requests_per_second: Some(0),
        expires_at: Some(at(9_000)),
        ..world.token(ADA, "radio")
    };
    let caller = world.admit(token.clone()).await;
    let found = world.store.credential(&token.hash).await.expect("readable").expect("there");
    assert_eq!((found.id, found.user_id), (token.credential_id, token.user_id));
    assert_eq!(found.application_id, token.application_id);
    assert_eq!(found.apis, token.apis);
    assert_eq!(found.requests_per_second, Some(0), "no limit is not the same as the setting's");
    assert_eq!((found.expires_at, found.disabled), (Some(at(9_000)), false));
    let mut wrong = token.hash;
    wrong[31] ^= 1;
    assert_eq!(world.store.credential(&wrong).await.expect("readable"), None);
    assert_eq!(caller.credential, token.credential_id);
}

#[tokio::test]
async fn a_token_without_restrictions_has_none_and_one_without_endpoints_has_no_endpoint() {
    let world = World::new();
    let free = world.token(ADA, "radio");
    let useless = NewToken { apis: Some(Vec::new()), ..world.token(ADA, "radio") };
    for (token, apis) in [(free, None), (useless, Some(Vec::new()))] {
        world.admit(token.clone()).await;
        let found = world.store.credential(&token.hash).await.expect("readable").expect("there");
        assert_eq!((found.apis, found.requests_per_second, found.expires_at), (apis, None, None));
    }
}

#[tokio::test]
async fn one_person_is_one_user_however_the_address_is_typed() {
    let world = World::new();
    let first = world.caller(ADA, "radio").await;
    let second = world.caller("Ada@Example.ORG", "radio").await;
    let other_application = world.caller(ADA, "Radio").await;
    let stranger = world.caller("bob@example.org", "radio").await;
    assert_eq!((first.user, first.application), (second.user, second.application));
    assert_ne!(first.credential, second.credential);
    assert_eq!(first.user, other_application.user);
    assert_ne!(first.application, other_application.application);
    assert!(stranger.user != first.user && stranger.application != first.application);
}

#[tokio::test]
async fn tokens_are_listed_oldest_first_with_what_their_application_may_order() {
    let world = World::new();
    let old = NewToken { quota: Some(7), now: at(3), ..world.token(ADA, "radio") };
    let new = NewToken { last_four: "1234".to_owned(), now: at(2), ..world.token(ADA, "radio") };
    world.admit(old.clone()).await;
    world.admit(new.clone()).await;
    let listed = world.store.tokens().await.expect("readable");
    let seen: Vec<_> =
        listed.iter().map(|t| (t.id, t.last_four.as_str(), t.remaining, t.created_at)).collect();
    let seven = Some(Credits::whole(7));
    assert_eq!(
        seen,
        [(old.credential_id, "wxyz", seven, at(3)), (new.credential_id, "1234", seven, at(2))],
        "a token that brings no quota leaves it",
    );
    assert!(listed.iter().all(|t| t.email == ADA && t.application == "radio" && t.revoked_at.is_none()));
    let more = NewToken { quota: Some(0), ..world.token(ADA, "radio") };
    let caller = world.admit(more).await;
    assert_eq!(world.remaining(caller).await, Some(0));
    let free = world.caller("bob@example.org", "radio").await;
    assert_eq!(world.remaining(free).await, None);
}

#[tokio::test]
async fn a_token_that_cannot_be_kept_leaves_nothing_behind() {
    let world = World::new();
    let kept = world.token(ADA, "radio");
    world.admit(kept.clone()).await;
    let same_hash = NewToken { hash: kept.hash, quota: Some(5), ..world.token("eve@example.org", "radio") };
    world.store.add_token(same_hash.clone()).await.expect_err("the token exists");
    let found = world.store.credential(&kept.hash).await.expect("readable").expect("there");
    assert_eq!(found.id, kept.credential_id);
    let eve = world.caller("eve@example.org", "radio").await;
    assert_ne!((eve.user, eve.application), (same_hash.user_id, same_hash.application_id));
    assert_eq!(world.remaining(eve).await, None);
}

#[tokio::test]
async fn a_revoked_token_is_forgotten_but_listed() {
    let world = World::new();
    let token = world.token(ADA, "radio");
    let caller = world.admit(token.clone()).await;
    let other = world.caller(ADA, "radio").await;
    assert!(world.store.revoke_token(caller.credential, at(50)).await.expect("answered"));
    assert_eq!(world.store.credential(&token.hash).await.expect("readable"), None);
    assert!(!world.store.revoke_token(caller.credential, at(60)).await.expect("answered"), "revoked before");
    let nobody = CredentialId(world.id());
    assert!(!world.store.revoke_token(nobody, at(60)).await.expect("answered"));
    let listed = world.store.tokens().await.expect("readable");
    let revoked: Vec<_> = listed.iter().map(|token| (token.id, token.revoked_at)).collect();
    assert_eq!(revoked, [(caller.credential, Some(at(50))), (other.credential, None)]);
}

#[tokio::test]
async fn an_application_is_switched_off_and_on_again_with_all_its_tokens() {
    let world = World::new();
    let (one, two, elsewhere) =
        (world.token(ADA, "radio"), world.token(ADA, "radio"), world.token(ADA, "film"));
    for token in [&one, &two, &elsewhere] {
        world.admit(token.clone()).await;
    }
    for off in [true, false] {
        let typed = ApplicationSwitch { email: ADA.to_uppercase(), ..switch(off) };
        assert!(world.store.switch_application(typed).await.expect("answered"));
        for (token, disabled) in [(&one, off), (&two, off), (&elsewhere, false)] {
            let found = world.store.credential(&token.hash).await.expect("readable").expect("still known");
            assert_eq!(found.disabled, disabled);
        }
        let listed = world.store.tokens().await.expect("readable");
        assert_eq!(listed.iter().map(|token| token.disabled).collect::<Vec<_>>(), [off, off, false]);
    }
    let unknown = ApplicationSwitch { application: "opera".to_owned(), ..switch(true) };
    assert!(!world.store.switch_application(unknown).await.expect("answered"));
}

#[tokio::test]
async fn every_change_of_access_changes_its_version() {
    let world = World::new();
    let mut seen = vec![world.store.access_version().await.expect("readable")];
    let caller = world.caller(ADA, "radio").await;
    seen.push(world.store.access_version().await.expect("readable"));
    for off in [true, false] {
        world.store.switch_application(switch(off)).await.expect("answered");
        seen.push(world.store.access_version().await.expect("readable"));
    }
    world.store.revoke_token(caller.credential, at(1)).await.expect("answered");
    seen.push(world.store.access_version().await.expect("readable"));
    assert!(seen.windows(2).all(|pair| pair[0] != pair[1]), "{seen:?}");
}

#[tokio::test]
async fn another_process_sees_what_this_one_changes() {
    let world = World::new();
    let server = world.database.open(crate::support::NO_BOUNDS);
    let before = server.access_version().await.expect("readable");
    let token = world.token(ADA, "radio");
    world.admit(token.clone()).await;
    assert_ne!(server.access_version().await.expect("readable"), before);
    assert!(server.credential(&token.hash).await.expect("readable").is_some());
}
