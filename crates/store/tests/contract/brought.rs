//! Files that users bring.

use store::{FolderName, NewBroughtFile};

use crate::support::{Caller, World, at};

fn file(caller: Caller, folder: &FolderName, now: i64) -> NewBroughtFile {
    NewBroughtFile {
        folder: folder.clone(),
        user: caller.user,
        most_bytes: Some(100),
        now: at(now),
        kept_since: at(now - 50),
    }
}

async fn doomed(world: &World) -> Vec<FolderName> {
    let found = world.store.doomed(false, None, 10).await.expect("readable");
    found.into_iter().map(|doomed| doomed.folder).collect()
}

#[tokio::test]
async fn files_of_a_user_take_bounded_room_and_are_doomed_when_they_are_old() {
    let world = World::new();
    let (ada, eve) =
        (world.caller("ada@example.org", "radio").await, world.caller("eve@example.org", "radio").await);
    let folders: Vec<_> = (0..4).map(|_| world.folder()).collect();
    assert!(world.store.bring(file(ada, &folders[0], 60)).await.expect("answered"));
    world.store.brought(folders[0].clone(), 100).await.expect("written");
    assert!(!world.store.bring(file(ada, &folders[1], 61)).await.expect("answered"), "there is no room");
    assert!(world.store.bring(file(eve, &folders[1], 61)).await.expect("answered"), "each user has its own");
    assert!(doomed(&world).await.is_empty());
    assert!(
        world.store.bring(file(ada, &folders[2], 111)).await.expect("answered"),
        "the old one makes room"
    );
    assert_eq!(doomed(&world).await, [folders[0].clone()]);
    world.store.not_brought(folders[2].clone()).await.expect("written");
    let mut expected = vec![folders[0].clone(), folders[2].clone()];
    expected.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    assert_eq!(doomed(&world).await, expected);
    world.store.brought(folders[3].clone(), 1).await.expect_err("nobody brings it");
}
