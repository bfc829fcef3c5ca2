//! What is granted, held, spent and given back, and how that is proven.

use domain::{Credits, TaskKind};
use store::{
    Accepted, Account, Filter, GrantAmount, Granted, Grouping, NewGrant, NewTask, Page, TaskState, Usage,
    UsageFilter,
};

use crate::support::{Caller, NO_BOUNDS, World, at, cancelled, failed, made};

const DAY: i64 = 24 * 60 * 60 * 1_000;
const ALL: Page = Page { limit: 100, offset: 0 };

fn grant(caller: Caller, amount: GrantAmount) -> NewGrant {
    let (reason, author) = ("a prize".to_owned(), "ann@example.org".to_owned());
    NewGrant { application: caller.application, amount, reason, author, now: at(7) }
}

const fn by(credits: i64) -> GrantAmount {
    GrantAmount::By(Credits::from_millionths(credits * 1_000_000))
}

async fn account(world: &World, caller: Caller) -> Option<Account> {
    world.store.account(caller.application).await.expect("readable")
}

const fn accounts(granted: u32, available: u32, held: u32, spent: u32) -> Option<Account> {
    Some(Account {
        granted: Credits::whole(granted),
        available: Credits::whole(available),
        held: Credits::whole(held),
        spent: Credits::whole(spent),
    })
}

#[tokio::test]
async fn a_price_is_held_while_its_task_is_unfinished_and_spent_once_it_succeeded() {
    let world = World::new();
    let ada = world.caller_with_quota("ada@example.org", 9).await;
    world.place(NewTask { price: Credits::whole(2), ..world.order(ada) }).await;
    assert_eq!(account(&world, ada).await, accounts(9, 7, 2, 0));
    let world = world.restart(NO_BOUNDS);
    let claimed = world.claim(1).await.expect("waits");
    assert_eq!(account(&world, ada).await, accounts(9, 7, 2, 0), "a worker has it");
    world.finish(&claimed, made("{}"), 2).await;
    assert_eq!(account(&world, ada).await, accounts(9, 7, 0, 2));
    world.finish(&claimed, made("{}"), 3).await;
    assert_eq!(account(&world, ada).await, accounts(9, 7, 0, 2), "told twice, spent once");
    world.prove();
}

#[tokio::test]
async fn whatever_ends_without_success_gives_its_hold_back_once() {
    let world = World::new();
    let ada = world.caller_with_quota("ada@example.org", 9).await;
    for outcome in [failed(), cancelled()] {
        world.song(ada).await;
        let claimed = world.claim(1).await.expect("waits");
        world.finish(&claimed, outcome.clone(), 2).await;
        world.finish(&claimed, outcome, 3).await;
    }
    let waiting = world.song(ada).await;
    for _ in 0..2 {
        world.store.cancel(ada.user, waiting, at(4)).await.expect("answered");
    }
    world.place(NewTask { deadline: Some(at(5)), ..world.order(ada) }).await;
    for _ in 0..2 {
        world.store.end_late(at(6)).await.expect("answered");
    }
    let deleted = world.song(ada).await;
    world.store.delete(ada.user, deleted, at(7)).await.expect("answered");
    assert_eq!(account(&world, ada).await, accounts(9, 9, 0, 0));
    world.prove();
}

#[tokio::test]
async fn a_fraction_of_a_credit_is_exact() {
    let world = World::new();
    let ada = world.caller_with_quota("ada@example.org", 1).await;
    let tenth = || NewTask { price: Credits::from_millionths(100_000), ..world.order(ada) };
    for _ in 0..10 {
        world.place(tenth()).await;
    }
    assert_eq!(world.try_place(tenth()).await, Accepted::UsedUp);
    assert_eq!(account(&world, ada).await, accounts(1, 0, 1, 0));
}

#[tokio::test]
async fn a_repeat_places_no_second_hold() {
    let world = World::new();
    let ada = world.caller_with_quota("ada@example.org", 9).await;
    let first = world.song(ada).await;
    for _ in 0..3 {
        let repeat = NewTask { repeat_of: Some(first), ..world.order(ada) };
        assert_eq!(world.try_place(repeat).await, Accepted::Repeat(first));
    }
    assert_eq!(account(&world, ada).await, accounts(9, 8, 1, 0));
    world.prove();
}

#[tokio::test]
async fn a_grant_tells_its_reason_and_its_author() {
    let world = World::new();
    let ada = world.caller_with_quota("ada@example.org", 2).await;
    assert_eq!(world.store.grant(grant(ada, by(3))).await.expect("answered"), done(5, 5));
    assert_eq!(world.store.grant(grant(ada, by(-1))).await.expect("answered"), done(4, 4));
    let grants = world.store.grants(ada.application, None, 10).await.expect("readable");
    let told: Vec<_> =
        grants.iter().map(|g| (g.amount.to_string(), g.reason.as_str(), g.author.as_str())).collect();
    let set = ("2".to_owned(), "the quota was set with a token", "command line");
    let prize = |amount: &str| (amount.to_owned(), "a prize", "ann@example.org");
    assert_eq!(told, [prize("-1"), prize("3"), set]);
    let older = world.store.grants(ada.application, Some(grants[0].number), 1).await.expect("readable");
    assert_eq!(older, grants[1..2]);
    world.prove();
}

fn done(granted: u32, available: u32) -> Granted {
    Granted::Done(accounts(granted, available, 0, 0).expect("accounts"))
}

#[tokio::test]
async fn no_more_is_taken_back_than_is_there() {
    let world = World::new();
    let ada = world.caller_with_quota("ada@example.org", 3).await;
    world.song(ada).await;
    let too_much = world.store.grant(grant(ada, by(-3))).await.expect("answered");
    assert_eq!(too_much, Granted::NotCovered(Credits::whole(2)));
    let beyond = world.store.grant(grant(ada, GrantAmount::By(Credits::MOST))).await.expect("answered");
    assert_eq!(beyond, Granted::TooMuch);
    assert_eq!(account(&world, ada).await, accounts(3, 2, 1, 0));
    let nobody = Caller { application: domain::ApplicationId(world.id()), ..ada };
    assert_eq!(world.store.grant(grant(nobody, by(1))).await.expect("answered"), Granted::NoApplication);
    world.prove();
}

#[tokio::test]
async fn the_first_grant_ends_that_an_application_orders_without_limit() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    world.song(ada).await;
    assert_eq!(account(&world, ada).await, None);
    assert_eq!(world.store.cover(ada.credential).await.expect("readable").available, None);
    world.store.grant(grant(ada, by(1))).await.expect("answered");
    assert_eq!(world.store.cover(ada.credential).await.expect("readable").available, Some(Credits::whole(1)));
    world.song(ada).await;
    assert_eq!(world.try_place(world.order(ada)).await, Accepted::UsedUp);
    for _ in 0..2 {
        let claimed = world.claim(1).await.expect("waits");
        world.finish(&claimed, failed(), 2).await;
    }
    assert_eq!(account(&world, ada).await, accounts(1, 1, 0, 0), "what was ordered before held nothing");
    world.prove();
}

#[tokio::test]
async fn what_a_song_cost_outlives_it() {
    let world = World::new();
    let ada = world.caller_with_quota("ada@example.org", 9).await;
    let (task, _) = world.kept_song(ada, 10).await;
    world.store.delete(ada.user, task, at(20)).await.expect("answered");
    assert_eq!(account(&world, ada).await, accounts(9, 8, 0, 1));
    let used = world.store.used_orders(ada.user, Filter::default(), ALL).await.expect("readable");
    assert_eq!(used.count, 0, "orders are listed as long as tasks are kept");
    let sums = world.store.usage(ada.user, UsageFilter::default(), Grouping::default(), ALL).await;
    let total = sums.expect("readable").total;
    assert_eq!((total.ordered, total.succeeded, total.amount), (1, 1, Credits::whole(1)));
    world.prove();
}

#[tokio::test]
async fn usage_is_summed_by_day_application_credential_and_kind() {
    let world = World::new();
    let radio = world.caller_with_quota("ada@example.org", 9).await;
    let second = world.caller("ada@example.org", "songs").await;
    let free = world.caller("ada@example.org", "film").await;
    let bob = world.caller("bob@example.org", "songs").await;
    for (caller, kind, day) in [
        (radio, TaskKind::Audios, 0),
        (radio, TaskKind::Audios, 1),
        (second, TaskKind::Audios, 1),
        (free, TaskKind::Lyrics, 1),
        (bob, TaskKind::Audios, 1),
    ] {
        world.place(NewTask { kind, created_at: at(day * DAY + 5), ..world.order(caller) }).await;
    }
    while let Some(claimed) = world.claim(2 * DAY).await {
        let outcome = if claimed.created_at == at(5) { failed() } else { made("{}") };
        world.finish(&claimed, outcome, 2 * DAY).await;
    }
    let all = Grouping { day: true, application: true, credential: true, kind: true };
    let sums = world.store.usage(ada(radio), UsageFilter::default(), all, ALL).await.expect("readable");
    assert_eq!(sums.count, 4);
    let one = |ordered, succeeded, failed, amount| Usage {
        ordered,
        succeeded,
        failed,
        cancelled: 0,
        amount: Credits::whole(amount),
    };
    let told: Vec<_> = sums
        .items
        .iter()
        .map(|sum| (sum.day.expect("a day"), sum.credential.expect("one"), sum.kind.expect("one"), sum.usage))
        .collect();
    assert_eq!(
        told,
        [
            (at(DAY), radio.credential, TaskKind::Audios, one(1, 1, 0, 1)),
            (at(DAY), second.credential, TaskKind::Audios, one(1, 1, 0, 1)),
            (at(DAY), free.credential, TaskKind::Lyrics, one(1, 1, 0, 0)),
            (at(0), radio.credential, TaskKind::Audios, one(1, 0, 1, 0)),
        ]
    );
    assert_eq!(sums.total, one(4, 3, 1, 2));
    let by_day = Grouping { day: true, ..Grouping::default() };
    let of_songs = UsageFilter {
        application: Some(radio.application),
        first: Some(at(DAY + 9)),
        last: Some(at(DAY)),
        ..UsageFilter::default()
    };
    let sums = world.store.usage(ada(radio), of_songs, by_day, ALL).await.expect("readable");
    assert_eq!(sums.items.iter().map(|sum| sum.usage).collect::<Vec<_>>(), [one(2, 2, 0, 2)]);
    assert_eq!(sums.items[0].application, None);
    let of_bob = UsageFilter { credential: Some(bob.credential), ..UsageFilter::default() };
    let sums = world.store.usage(ada(radio), of_bob, by_day, ALL).await.expect("readable");
    assert_eq!((sums.count, sums.total), (0, Usage::default()), "what is someone else's is not told");
    world.prove();
}

const fn ada(caller: Caller) -> domain::UserId {
    caller.user
}

#[tokio::test]
async fn each_order_tells_what_it_holds_or_cost() {
    let world = World::new();
    let ada = world.caller_with_quota("ada@example.org", 9).await;
    for (created, outcome) in [(1, Some(made("{}"))), (2, Some(failed())), (3, None)] {
        let order = NewTask { price: Credits::whole(2), created_at: at(created), ..world.order(ada) };
        world.place(order).await;
        if let Some(outcome) = outcome {
            let claimed = world.claim(created).await.expect("waits");
            world.finish(&claimed, outcome, created + 4).await;
        }
    }
    let used = world.store.used_orders(ada.user, Filter::default(), ALL).await.expect("readable");
    let told: Vec<_> = used.items.iter().map(|o| (o.ended, o.amount, o.finished_at)).collect();
    assert_eq!(
        told,
        [
            (None, Credits::whole(2), None),
            (Some(TaskState::Failed), Credits::ZERO, Some(at(6))),
            (Some(TaskState::Succeeded), Credits::whole(2), Some(at(5))),
        ]
    );
    let last = Page { limit: 1, offset: 2 };
    let used_last = world.store.used_orders(ada.user, Filter::default(), last).await.expect("readable");
    assert_eq!((used_last.count, &used_last.items[..]), (3, &used.items[2..]));
}

#[tokio::test]
async fn whatever_is_wrong_with_a_ledger_is_found() {
    for (rule, wrong) in [
        (
            "every account is the sum",
            "UPDATE ledger_accounts SET available = available + 1, granted = granted - 1",
        ),
        ("every account is the sum", "DELETE FROM ledger_entries WHERE no = 2"),
        ("every account is the sum", "DELETE FROM ledger_accounts"),
        ("every entry goes a way", "UPDATE ledger_entries SET source = 3, target = 1 WHERE no = 3"),
        ("every end is that of a hold", "UPDATE ledger_entries SET amount = 999999 WHERE no = 3"),
        ("every end is that of a hold", "UPDATE ledger_entries SET credential_no = 99 WHERE no = 3"),
        ("a task holds its price", "UPDATE tasks SET outcome = 3 WHERE no = 1"),
        ("a task holds its price", "DELETE FROM ledger_entries WHERE no = 3"),
        ("a task that is gone", "PRAGMA foreign_keys = OFF; DELETE FROM tasks WHERE no = 2"),
        ("every grant has its entry", "DELETE FROM ledger_grants"),
        ("the usage of each credential", "UPDATE usage_days SET amount = amount + 1"),
        ("a day's usage", "UPDATE usage_days SET ordered = 0"),
    ] {
        let world = World::new();
        let ada = world.caller_with_quota("ada@example.org", 9).await;
        world.song(ada).await;
        let claimed = world.claim(1).await.expect("waits");
        world.finish(&claimed, made("{}"), 2).await;
        world.song(ada).await;
        world.prove();
        world.database.raw().execute_batch(wrong).expect(wrong);
        let proven = world.database.folder().prove_ledger().expect("readable");
        let found = proven.proofs.iter().find(|proof| proof.rule.starts_with(rule)).expect(rule);
        assert!(found.broken > 0 && !proven.holds(), "{wrong}: {proven:?}");
    }
}
