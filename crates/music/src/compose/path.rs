//! The cheapest row of choices, where each choice costs by itself and by the one before (Viterbi 1967).

/// One choice of `options` for each of `count` places. Deterministic: of equal rows the one with the lower choices.
pub(super) fn cheapest(
    count: usize,
    options: usize,
    alone: impl Fn(usize, usize) -> f32,
    after: impl Fn(usize, usize, usize) -> f32,
) -> Vec<usize> {
    if count == 0 || options == 0 {
        return Vec::new();
    }
    let mut costs: Vec<f32> = (0..options).map(|option| alone(0, option)).collect();
    let mut froms: Vec<Vec<usize>> = Vec::new();
    for place in 1..count {
        let mut from = vec![0; options];
        let next = (0..options).map(|option| {
            let own = alone(place, option);
            let mut best = f32::INFINITY;
            for (before, cost) in costs.iter().enumerate().filter(|_| own.is_finite()) {
                let cost = cost + after(place, before, option);
                if cost < best {
                    (best, from[option]) = (cost, before);
                }
            }
            best + own
        });
        costs = next.collect();
        froms.push(from);
    }
    let last = (0..options).min_by(|one, other| costs[*one].total_cmp(&costs[*other]));
    let mut row = vec![last.unwrap_or(0)];
    for from in froms.iter().rev() {
        row.push(from[row[row.len() - 1]]);
    }
    row.reverse();
    row
}

#[cfg(test)]
mod tests {
    use super::cheapest;

    #[test]
    fn a_detour_is_taken_only_if_it_pays() {
        let wanted = [0, 4, 0];
        let row = |leap: f32| {
            cheapest(
                3,
                5,
                |place, option| (option as f32 - wanted[place] as f32).abs(),
                |_, before, option| leap * (option as f32 - before as f32).abs(),
            )
        };
        assert_eq!(row(0.1), [0, 4, 0]);
        assert_eq!(row(9.0), [0, 0, 0]);
    }
}
