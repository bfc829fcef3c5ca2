//! Users who log in.

use domain::{Role, UserId};
use store::{Link, NewSession, NewUser, PasswordHash, Registered, SecretHash, User, UserChange, UserChanged};

use crate::support::{World, at};

const ADA: &str = "ada@example.org";

fn hash(byte: u8) -> SecretHash {
    [byte; 32]
}

fn password(text: &str) -> PasswordHash {
    PasswordHash::new(text.to_owned())
}

fn new_user(world: &World, email: &str) -> NewUser {
    NewUser {
        id: UserId(world.id()),
        email: email.to_owned(),
        password: password("$one"),
        invitation: None,
        needs_invitation: false,
        now: at(5),
    }
}

async fn register(world: &World, email: &str) -> UserId {
    let user = new_user(world, email);
    let id = user.id;
    assert!(matches!(world.store.register(user).await.expect("written"), Registered::Made(_)));
    id
}

async fn log_in(world: &World, user: UserId, session: SecretHash, ends: i64) {
    let session = NewSession { hash: session, user, instead_of: None, now: at(10), ends_at: at(ends) };
    world.store.begin_session(session).await.expect("written");
}

async fn whose(world: &World, session: SecretHash, now: i64) -> Option<UserId> {
    world.store.session(&session, at(now)).await.expect("readable").map(|user| user.id)
}

#[tokio::test]
async fn the_first_user_runs_the_server_however_it_was_made() {
    let registered = World::new();
    let first = new_user(&registered, ADA);
    assert_eq!(registered.store.register(first).await.expect("written"), Registered::Made(Role::Operator));
    let second = new_user(&registered, "bob@example.org");
    assert_eq!(registered.store.register(second).await.expect("written"), Registered::Made(Role::User));

    let by_token = World::new();
    by_token.caller(ADA, "radio").await;
    by_token.caller("bob@example.org", "radio").await;
    let later = new_user(&by_token, "eve@example.org");
    assert_eq!(by_token.store.register(later).await.expect("written"), Registered::Made(Role::User));
    let (users, count) = by_token.store.users(0, 10).await.expect("readable");
    let roles: Vec<_> = users.iter().map(|user| (user.email.as_str(), user.role)).collect();
    let user = Role::User;
    assert_eq!(roles, [(ADA, Role::Operator), ("bob@example.org", user), ("eve@example.org", user)]);
    assert_eq!(
        (count, by_token.store.users(1, 1).await.expect("readable").0[0].email.as_str()),
        (3, "bob@example.org")
    );

    let by_hand = World::new();
    let (id, email) = (UserId(by_hand.id()), ADA.to_owned());
    assert!(by_hand.store.add_user(id, email.clone(), user, at(1)).await.expect("written"));
    assert!(!by_hand.store.add_user(UserId(by_hand.id()), email, user, at(1)).await.expect("written"));
    let User { role, password, .. } = by_hand.store.user(id).await.expect("readable").expect("there");
    assert_eq!((role, password), (Role::Operator, None));
}

#[tokio::test]
async fn an_address_that_is_taken_keeps_its_user_and_password() {
    let world = World::new();
    let ada = register(&world, ADA).await;
    let again = NewUser { password: password("$two"), ..new_user(&world, "ADA@example.org") };
    let before = world.store.access_version().await.expect("readable");
    assert_eq!(world.store.register(again).await.expect("written"), Registered::Taken);
    let after = world.store.access_version().await.expect("readable");
    assert_ne!(before, after, "it is written as durably as what is made, and takes as long");
    let found = world.store.user_of("Ada@Example.org").await.expect("readable").expect("there");
    assert_eq!((found.id, found.password), (ada, Some(password("$one"))));
    // Nor does one whose user has tokens alone become somebody else's.
    let bob = world.caller("bob@example.org", "radio").await;
    let claimed = new_user(&world, "bob@example.org");
    assert_eq!(world.store.register(claimed).await.expect("written"), Registered::Taken);
    assert_eq!(world.store.user(bob.user).await.expect("readable").expect("there").password, None);
}

#[tokio::test]
async fn an_invitation_is_used_once_and_by_whom_it_is_for() {
    let world = World::new();
    register(&world, ADA).await;
    let invited = |email: &str, link: Option<u8>| NewUser {
        needs_invitation: true,
        invitation: link.map(hash),
        ..new_user(&world, email)
    };
    let for_bob = Link::Invitation(Some("bob@example.org".to_owned()));
    world.store.keep_link(hash(1), for_bob, at(100)).await.expect("written");
    world.store.keep_link(hash(2), Link::Invitation(None), at(5)).await.expect("written");
    for (email, link) in
        [("eve@example.org", Some(1)), ("bob@example.org", Some(2)), ("bob@example.org", None)]
    {
        let refused = world.store.register(invited(email, link)).await.expect("answered");
        assert_eq!(refused, Registered::NotInvited, "{email} with {link:?}");
    }
    let made = world.store.register(invited("Bob@example.org", Some(1))).await.expect("answered");
    assert_eq!(made, Registered::Made(Role::User));
    let again = world.store.register(invited("bob@example.org", Some(1))).await.expect("answered");
    assert_eq!(again, Registered::NotInvited);
    // An invitation sets no password.
    world.store.keep_link(hash(3), Link::Invitation(None), at(100)).await.expect("written");
    let set = world.store.use_password_link(hash(3), password("$two"), at(6)).await.expect("answered");
    assert_eq!(set, None);
}

#[tokio::test]
async fn a_session_lasts_until_its_end_and_its_successor() {
    let world = World::new();
    let ada = register(&world, ADA).await;
    log_in(&world, ada, hash(1), 50).await;
    assert_eq!((whose(&world, hash(1), 49).await, whose(&world, hash(1), 50).await), (Some(ada), None));
    assert_eq!(whose(&world, hash(2), 20).await, None);
    let next =
        NewSession { hash: hash(2), user: ada, instead_of: Some(hash(1)), now: at(20), ends_at: at(90) };
    world.store.begin_session(next).await.expect("written");
    assert_eq!((whose(&world, hash(1), 21).await, whose(&world, hash(2), 21).await), (None, Some(ada)));
    assert!(world.store.end_session(hash(2)).await.expect("answered"));
    assert!(!world.store.end_session(hash(2)).await.expect("answered"));
    assert_eq!(whose(&world, hash(2), 21).await, None);
}

#[tokio::test]
async fn a_new_password_ends_sessions_and_links() {
    let world = World::new();
    let (ada, bob) = (register(&world, ADA).await, register(&world, "bob@example.org").await);
    for (user, session) in [(ada, 1), (ada, 2), (bob, 3)] {
        log_in(&world, user, hash(session), 1_000).await;
    }
    for link in [11, 12] {
        world.store.keep_link(hash(link), Link::Password(ada), at(100)).await.expect("written");
    }
    assert!(world.store.set_password(ada, password("$two"), Some(hash(2))).await.expect("answered"));
    let left = [
        whose(&world, hash(1), 20).await,
        whose(&world, hash(2), 20).await,
        whose(&world, hash(3), 20).await,
    ];
    assert_eq!(left, [None, Some(ada), Some(bob)]);
    let set = world.store.use_password_link(hash(11), password("$three"), at(20)).await.expect("answered");
    assert_eq!(set, None, "links that were asked for before are void");

    for (link, now, whose_it_is) in [(13, 100, None), (13, 99, Some(ada)), (13, 99, None)] {
        if now == 100 {
            world.store.keep_link(hash(13), Link::Password(ada), at(100)).await.expect("written");
        }
        let set =
            world.store.use_password_link(hash(link), password("$four"), at(now)).await.expect("answered");
        assert_eq!(set, whose_it_is, "at {now}");
    }
    assert_eq!(whose(&world, hash(2), 20).await, None, "a link logs out everywhere");
    let nobody = UserId(world.id());
    assert!(!world.store.set_password(nobody, password("$x"), None).await.expect("answered"));
}

#[tokio::test]
async fn there_is_always_an_operator_and_whoever_is_switched_off_is_logged_out() {
    let world = World::new();
    let (ada, bob) = (register(&world, ADA).await, register(&world, "bob@example.org").await);
    let change = async |id, role, disabled| {
        world.store.change_user(id, UserChange { role, disabled }).await.expect("answered")
    };
    assert_eq!(change(ada, Some(Role::User), None).await, UserChanged::LastOperator);
    assert_eq!(change(ada, None, Some(true)).await, UserChanged::LastOperator);
    log_in(&world, bob, hash(1), 100).await;
    assert_eq!(change(bob, Some(Role::Operator), Some(true)).await, UserChanged::Done);
    assert_eq!(whose(&world, hash(1), 20).await, None);
    assert_eq!(change(ada, Some(Role::User), None).await, UserChanged::LastOperator, "the other one is off");
    assert_eq!(change(bob, None, Some(false)).await, UserChanged::Done);
    assert_eq!(change(ada, Some(Role::User), None).await, UserChanged::Done);
    assert_eq!(change(UserId(world.id()), None, None).await, UserChanged::Unknown);
}
