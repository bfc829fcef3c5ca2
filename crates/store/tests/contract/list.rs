//! Lists of a user's tasks, compared with a list that is simply sorted.

use domain::{TaskId, TaskKind, Timestamp};
use proptest::prelude::*;
use proptest::sample::Index;
use store::{Filter, NewTask, Page};

use crate::support::{Caller, World, at, made, tell};

/// 2025-12-29, on the border of a stretch of every size that the store may count by.
const BORDER: i64 = (1_767_000_000_000_i64 >> 28) << 28;

#[derive(Clone, Copy, Debug)]
struct Placed {
    id: TaskId,
    caller: usize,
    kind: TaskKind,
    created_at: Timestamp,
}

/// Two applications of one user and one of another.
async fn callers(world: &World) -> [Caller; 3] {
    let radio = world.caller("ada@example.org", "radio").await;
    let film = world.caller("ada@example.org", "film").await;
    [radio, film, world.caller("bob@example.org", "radio").await]
}

async fn place(world: &World, callers: &[Caller], orders: &[(usize, TaskKind, i64)]) -> Vec<Placed> {
    let mut placed = Vec::new();
    for &(caller, kind, created) in orders {
        let order = NewTask { kind, created_at: at(created), ..world.order(callers[caller]) };
        let id = world.place(order).await;
        placed.push(Placed { id, caller, kind, created_at: at(created) });
    }
    placed
}

/// What matches, newest first by time of order, then by order of commit.
fn expected(placed: &[Placed], callers: &[Caller], owner: usize, filter: &Filter) -> Vec<TaskId> {
    let mut matching: Vec<_> = placed
        .iter()
        .enumerate()
        .filter(|(_, task)| callers[task.caller].user == callers[owner].user)
        .filter(|(_, task)| filter.application.is_none_or(|a| a == callers[task.caller].application))
        .filter(|(_, task)| filter.kind.is_none_or(|kind| kind == task.kind))
        .filter(|(_, task)| filter.created_min.is_none_or(|min| task.created_at >= min))
        .filter(|(_, task)| filter.created_max.is_none_or(|max| task.created_at <= max))
        .collect();
    matching.sort_by_key(|(committed, task)| std::cmp::Reverse((task.created_at, *committed)));
    matching.into_iter().map(|(_, task)| task.id).collect()
}

async fn listed(world: &World, owner: Caller, filter: &Filter, page: Page) -> (u64, Vec<TaskId>) {
    let listing = world.store.list(owner.user, filter.clone(), page).await.expect("readable");
    (listing.count, listing.items.into_iter().map(|item| item.id).collect())
}

/// Compares the page at every position with the same part of `expected`.
async fn compare_every_page(world: &World, owner: Caller, filter: &Filter, expected: &[TaskId], limit: u32) {
    let count = expected.len() as u64;
    for offset in (0..=count + 1).chain([u64::from(u32::MAX), u64::MAX]) {
        let from = usize::try_from(offset).expect("64 bits").min(expected.len());
        let to = from.saturating_add(limit as usize).min(expected.len());
        let page = listed(world, owner, filter, Page { limit, offset }).await;
        assert_eq!(page, (count, expected[from..to].to_vec()), "{filter:?}, {limit} from {offset}");
    }
}

#[tokio::test]
async fn a_list_tells_the_same_of_a_task_as_its_record() {
    let world = World::new();
    let ada = world.caller("ada@example.org", "radio").await;
    let tasks = world.songs(ada, 3).await;
    let (first, second) = (world.claim(1).await.expect("waits"), world.claim(1).await.expect("waits"));
    world.finish(&first, made(r#"{"data":[]}"#), 9).await;
    world.store.renew(second.claim, at(50), Some(42)).await.expect("answered");
    let page = Page { limit: 12, offset: 0 };
    let listing = world.store.list(ada.user, Filter::default(), page).await.expect("readable");
    for (item, &task) in listing.items.iter().rev().zip(&tasks) {
        assert_eq!(*item, world.record(ada, task).await);
    }
    assert_eq!(listing.items.len(), 3);
}

#[tokio::test]
async fn nobody_lists_the_tasks_of_another() {
    let world = World::new();
    let callers = callers(&world).await;
    let orders = [(0, TaskKind::Audios, 5), (1, TaskKind::Audios, 5), (2, TaskKind::Audios, 5)];
    let placed = place(&world, &callers, &orders).await;
    let all = Page { limit: 12, offset: 0 };
    let of = |caller: usize| Filter { application: Some(callers[caller].application), ..Filter::default() };
    assert_eq!(listed(&world, callers[2], &Filter::default(), all).await, (1, vec![placed[2].id]));
    assert_eq!(listed(&world, callers[0], &of(2), all).await, (0, Vec::new()));
    assert_eq!(listed(&world, callers[0], &of(1), all).await, (1, vec![placed[1].id]));
    assert_eq!(
        listed(&world, callers[0], &Filter::default(), all).await,
        (2, vec![placed[1].id, placed[0].id])
    );
    let nobody = Caller { user: domain::UserId(world.id()), ..callers[0] };
    assert_eq!(listed(&world, nobody, &Filter::default(), all).await, (0, Vec::new()));
}

#[tokio::test]
async fn many_of_one_millisecond_are_paged_through_in_order_of_commit() {
    let world = World::new();
    let callers = callers(&world).await;
    let orders: Vec<_> = (0..150).map(|n| (n % 3, TaskKind::ALL[n % 2], BORDER)).collect();
    let placed = place(&world, &callers, &orders).await;
    for limit in [1, 7, 100] {
        let expected = expected(&placed, &callers, 0, &Filter::default());
        compare_every_page(&world, callers[0], &Filter::default(), &expected, limit).await;
    }
}

#[tokio::test]
async fn a_window_that_no_time_fits_is_empty() {
    let world = World::new();
    let callers = callers(&world).await;
    place(&world, &callers, &[(0, TaskKind::Audios, 0), (0, TaskKind::Audios, BORDER)]).await;
    let windows = [(None, Some(-1)), (Some(i64::MAX), None), (Some(BORDER + 1), Some(BORDER - 1))];
    for (min, max) in windows.into_iter().chain([(None, Some(i64::MIN)), (Some(i64::MAX), Some(i64::MIN))]) {
        let filter = Filter { created_min: min.map(at), created_max: max.map(at), ..Filter::default() };
        compare_every_page(&world, callers[0], &filter, &[], 12).await;
    }
}

/// Times that share, or just do not share, a stretch of 1.02 s, 66 s, 70 minutes or 3.1 days.
fn created() -> impl Strategy<Value = i64> {
    let border = |bits: u32| (-2_i64..=2, -2_i64..=1).prop_map(move |(n, off)| BORDER + (n << bits) + off);
    prop_oneof![
        2 => Just(BORDER + 777),
        2 => (0_i64..3_000).prop_map(|off| BORDER + off),
        2 => prop_oneof![border(10), border(16), border(22), border(28)],
        1 => (0_i64..900_000_000).prop_map(|off| BORDER + off),
        1 => 0_i64..2,
    ]
}

fn orders() -> impl Strategy<Value = Vec<(usize, TaskKind, i64)>> {
    let kind = prop_oneof![
        Just(TaskKind::Audios),
        Just(TaskKind::Audios),
        Just(TaskKind::Wav),
        Just(TaskKind::Lyrics)
    ];
    prop::collection::vec((0_usize..3, kind, created()), 0..40)
}

/// An end of a window: none, out of all bounds, anywhere, or at a task.
#[derive(Clone, Debug)]
enum End {
    Open,
    At(i64),
    Task(Index, i64),
}

impl End {
    fn resolve(&self, placed: &[Placed]) -> Option<Timestamp> {
        match self {
            Self::Open => None,
            Self::At(millis) => Some(at(*millis)),
            Self::Task(_, _) if placed.is_empty() => None,
            Self::Task(which, off) => Some(at(which.get(placed).created_at.as_millis() + off)),
        }
    }
}

fn end() -> impl Strategy<Value = End> {
    let extreme = [i64::MIN, -1, 0, 1 << 28, (1 << 62) - 1, 1 << 62, i64::MAX];
    prop_oneof![
        2 => Just(End::Open),
        1 => prop::sample::select(extreme.to_vec()).prop_map(End::At),
        2 => created().prop_map(End::At),
        4 => (any::<Index>(), -1_i64..=1).prop_map(|(which, off)| End::Task(which, off)),
    ]
}

#[derive(Clone, Debug)]
struct Question {
    owner: usize,
    application: Option<usize>,
    kind: Option<TaskKind>,
    min: End,
    max: End,
    limit: u32,
}

fn question() -> impl Strategy<Value = Question> {
    let kind = prop::option::weighted(0.3, prop::sample::select(TaskKind::ALL.to_vec()));
    let limit = prop_oneof![Just(0_u32), 1..9_u32, Just(u32::MAX)];
    (0_usize..3, prop::option::weighted(0.3, 0_usize..3), kind, end(), end(), limit).prop_map(
        |(owner, application, kind, min, max, limit)| Question { owner, application, kind, min, max, limit },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_page_of_every_list_is_what_sorting_gives(
        orders in orders(),
        questions in prop::collection::vec(question(), 8),
    ) {
        tell(async {
            let world = World::new();
            let callers = callers(&world).await;
            let placed = place(&world, &callers, &orders).await;
            for question in questions {
                let filter = Filter {
                    application: question.application.map(|caller| callers[caller].application),
                    kind: question.kind,
                    created_min: question.min.resolve(&placed),
                    created_max: question.max.resolve(&placed),
                };
                let expected = expected(&placed, &callers, question.owner, &filter);
                compare_every_page(&world, callers[question.owner], &filter, &expected, question.limit).await;
            }
        });
    }
}
