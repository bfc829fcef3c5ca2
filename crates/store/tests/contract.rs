//! Every promise of the store, told as stories. `support::Database` alone knows which database keeps them.

#[path = "contract/accept.rs"]
mod accept;
#[path = "contract/access.rs"]
mod access;
#[path = "contract/applications.rs"]
mod applications;
#[path = "contract/backup.rs"]
mod backup;
#[path = "contract/brought.rs"]
mod brought;
#[path = "contract/callbacks.rs"]
mod callbacks;
#[path = "contract/calling_off.rs"]
mod calling_off;
#[path = "contract/depths.rs"]
mod depths;
#[path = "contract/doctor.rs"]
mod doctor;
#[path = "contract/ending.rs"]
mod ending;
#[path = "contract/events.rs"]
mod events;
#[path = "contract/history.rs"]
mod history;
#[path = "contract/kept_files.rs"]
mod kept_files;
#[path = "contract/keys.rs"]
mod keys;
#[path = "contract/lanes.rs"]
mod lanes;
#[path = "contract/ledger.rs"]
mod ledger;
#[path = "contract/list.rs"]
mod list;
#[path = "contract/model.rs"]
mod model;
#[path = "contract/outbox.rs"]
mod outbox;
#[path = "contract/restart.rs"]
mod restart;
#[path = "contract/retention.rs"]
mod retention;
#[path = "contract/retry.rs"]
mod retry;
#[path = "contract/secrets.rs"]
mod secrets;
#[path = "contract/support.rs"]
mod support;
#[path = "contract/turns.rs"]
mod turns;
#[path = "contract/users.rs"]
mod users;
