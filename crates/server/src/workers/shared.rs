//! Media that many songs share: encoded and kept once, in a folder that is named by what is in it.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Mutex;

use super::files::{KeptSong, NotKept};

/// Most different media that are remembered: a caller may ask for any length.
const MOST: usize = 64;

/// The shared media that were kept since the start, by engine and plan: equal ones make equal sound.
#[derive(Default)]
pub struct SharedMedia(Mutex<HashMap<(String, String), Arc<KeptSong>>>);

impl SharedMedia {
    /// Those that were kept, else those that `keep` keeps, one at a time.
    pub(super) async fn get_or_keep(
        &self,
        engine: &str,
        plan: &str,
        keep: impl Future<Output = Result<KeptSong, NotKept>>,
    ) -> Result<Arc<KeptSong>, NotKept> {
        let mut known = self.0.lock().await;
        let key = (engine.to_owned(), plan.to_owned());
        if let Some(kept) = known.get(&key) {
            return Ok(Arc::clone(kept));
        }
        let kept = Arc::new(keep.await?);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(key, Arc::clone(&kept));
        Ok(kept)
    }
}
