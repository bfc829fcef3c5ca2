//! Rehearsals: servers of `backline serve --simulate`, whose clock the stories move.

mod answers;
mod callbacks;
mod clock;
mod door;
mod repeat;
mod tasks;
mod world;
