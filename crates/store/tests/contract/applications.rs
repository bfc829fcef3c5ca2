//! Applications and credentials that users make themselves.

use domain::{Api, ApplicationId, CredentialId, Credits, UserId};
use store::{
    Accepted, Acquired, CredentialAdded, NewApplication, NewCredential, NewTask, Rights, Rotation, TokenHash,
};

use crate::support::{Caller, World, at, failed, made};

const ADA: &str = "ada@example.org";

fn new_application(world: &World, user: UserId) -> NewApplication {
    NewApplication {
        id: ApplicationId(world.id()),
        user,
        name: None,
        called: "Producer",
        free: Credits::whole(3),
        further: Credits::ZERO,
        most: 3,
        now: at(7),
    }
}

fn new_credential(world: &World, user: UserId, application: ApplicationId, byte: u8) -> NewCredential {
    NewCredential {
        id: CredentialId(world.id()),
        user,
        application,
        name: "laptop".to_owned(),
        hash: [byte; 32],
        last_four: "wxyz".to_owned(),
        rights: Rights::default(),
        most: 2,
        now: at(8),
    }
}

/// A user with a first application.
async fn acquired(world: &World, email: &str) -> (UserId, ApplicationId) {
    let user = UserId(world.id());
    assert!(world.store.add_user(user, email.to_owned(), domain::Role::User, at(1)).await.expect("written"));
    let new = new_application(world, user);
    let id = new.id;
    assert_eq!(world.store.acquire(new).await.expect("answered"), Acquired::Done);
    (user, id)
}

async fn credential(world: &World, new: NewCredential) -> Caller {
    let caller = Caller { user: new.user, application: new.application, credential: new.id };
    assert_eq!(world.store.add_credential(new).await.expect("answered"), CredentialAdded::Done);
    caller
}

async fn known(world: &World, hash: TokenHash) -> Option<CredentialId> {
    world.store.credential(&hash).await.expect("readable").map(|credential| credential.id)
}

#[tokio::test]
async fn only_the_first_application_of_a_user_has_the_free_quota() {
    let world = World::new();
    let (user, first) = acquired(&world, ADA).await;
    let second = new_application(&world, user);
    assert_eq!(world.store.acquire(second.clone()).await.expect("answered"), Acquired::Done);
    let named = NewApplication { name: Some("Producer".to_owned()), ..new_application(&world, user) };
    assert_eq!(world.store.acquire(named).await.expect("answered"), Acquired::NameTaken);
    let found = world.store.applications_of(user).await.expect("readable");
    let seen: Vec<_> = found.iter().map(|one| (one.id, one.name.as_str(), one.available)).collect();
    let (none, free) = (Some(Credits::ZERO), Some(Credits::whole(3)));
    assert_eq!(seen, [(second.id, "Producer 2", none), (first, "Producer", free)]);
    assert_eq!(world.store.acquire(new_application(&world, user)).await.expect("answered"), Acquired::Done);
    assert_eq!(
        world.store.acquire(new_application(&world, user)).await.expect("answered"),
        Acquired::TooMany
    );
    world.prove();
}

#[tokio::test]
async fn nobody_sees_or_changes_what_is_someone_elses() {
    let world = World::new();
    let (ada, application) = acquired(&world, ADA).await;
    let (eve, _) = acquired(&world, "eve@example.org").await;
    let made = credential(&world, new_credential(&world, ada, application, 1)).await;
    assert_eq!(world.store.application(eve, application).await.expect("readable"), None);
    assert!(world.store.credentials(eve, Some(application)).await.expect("readable").is_empty());
    let stolen = new_credential(&world, eve, application, 2);
    assert_eq!(world.store.add_credential(stolen).await.expect("answered"), CredentialAdded::NoApplication);
    let rotation = Rotation { hash: [3; 32], last_four: "abcd".to_owned(), overlap_end: at(9) };
    assert!(!world.store.rotate(eve, made.credential, rotation).await.expect("answered"));
    assert!(!world.store.revoke(eve, made.credential, at(9)).await.expect("answered"));
    assert_eq!(world.store.credential_of(eve, made.credential).await.expect("readable"), None);
    assert_eq!(known(&world, [1; 32]).await, Some(made.credential));
    assert!(world.store.credential_of(ada, made.credential).await.expect("readable").is_some());
}

#[tokio::test]
async fn a_credential_is_kept_with_its_rights() {
    let world = World::new();
    let (user, application) = acquired(&world, ADA).await;
    let rights = Rights {
        apis: Some(vec![Api::Tasks]),
        origins: Some(vec!["https://a.example".to_owned(), "b.example:8080".to_owned()]),
        limit: Some(Credits::from_millionths(1_500_000)),
        requests_per_second: Some(3),
        expires_at: Some(at(99)),
    };
    let new = NewCredential { rights: rights.clone(), ..new_credential(&world, user, application, 1) };
    let made = credential(&world, new).await;
    let listed = world.store.credentials(user, Some(application)).await.expect("readable");
    assert_eq!((listed.len(), &listed[0].rights, listed[0].name.as_str()), (1, &rights, "laptop"));
    let found = world.store.credential(&[1; 32]).await.expect("readable").expect("there");
    assert_eq!((found.id, found.limited, found.origins), (made.credential, true, rights.origins));
    credential(&world, new_credential(&world, user, application, 2)).await;
    let third = new_credential(&world, user, application, 3);
    assert_eq!(world.store.add_credential(third.clone()).await.expect("answered"), CredentialAdded::TooMany);
    assert!(world.store.revoke(user, made.credential, at(20)).await.expect("answered"));
    assert_eq!(world.store.add_credential(third).await.expect("answered"), CredentialAdded::Done);
}

#[tokio::test]
async fn a_rotated_token_ends_with_the_overlap_and_a_revoked_one_at_once() {
    let world = World::new();
    let (user, application) = acquired(&world, ADA).await;
    let made = credential(&world, new_credential(&world, user, application, 1)).await;
    let ends = async |byte: u8| {
        let found = world.store.credential(&[byte; 32]).await.expect("readable");
        found.map(|credential| credential.expires_at)
    };
    let rotate = async |byte: u8, end: i64| {
        let rotation = Rotation { hash: [byte; 32], last_four: "abcd".to_owned(), overlap_end: at(end) };
        assert!(world.store.rotate(user, made.credential, rotation).await.expect("answered"));
    };
    rotate(2, 100).await;
    assert_eq!((ends(1).await, ends(2).await), (Some(Some(at(100))), Some(None)));
    rotate(3, 50).await;
    assert_eq!(
        (ends(1).await, ends(2).await, ends(3).await),
        (Some(Some(at(50))), Some(Some(at(50))), Some(None))
    );
    assert_eq!(known(&world, [1; 32]).await, Some(made.credential));
    assert!(world.store.revoke(user, made.credential, at(20)).await.expect("answered"));
    assert_eq!((ends(1).await, ends(2).await, ends(3).await), (None, None, None));
}

#[tokio::test]
async fn a_limit_covers_what_is_held_and_spent_and_no_more() {
    let world = World::new();
    let (user, application) = acquired(&world, ADA).await;
    let limit = Rights { limit: Some(Credits::whole(2)), ..Rights::default() };
    let limited = NewCredential { rights: limit, ..new_credential(&world, user, application, 1) };
    let caller = credential(&world, limited).await;
    let order = || NewTask { price: Credits::whole(1), ..world.order(caller) };
    let used = async || {
        let listed = world.store.credentials(user, None).await.expect("readable");
        listed[0].used
    };
    world.place(order()).await;
    world.place(order()).await;
    assert_eq!(world.try_place(order()).await, Accepted::UsedUp);
    assert_eq!(world.store.cover(caller.credential).await.expect("readable").available, Some(Credits::ZERO));
    let (first, second) = (world.claim(10).await.expect("one"), world.claim(10).await.expect("another"));
    world.finish(&first, failed(), 11).await;
    assert_eq!(used().await, Credits::whole(1), "a failure gives back");
    world.finish(&second, made("{}"), 12).await;
    assert_eq!(used().await, Credits::whole(1));
    let free = NewTask { price: Credits::ZERO, ..world.order(caller) };
    world.place(free).await;
    world.place(order()).await;
    assert_eq!(world.try_place(order()).await, Accepted::UsedUp);
    world.prove();
}
