//! The memory tier of caches: bounded by weight, with an age limit and tags, one load per key at a time.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use moka::Expiry;
use moka::notification::RemovalCause;
use moka::sync::Cache as Moka;

/// Tags that are kept before those that no entry has are dropped.
const TAGS_SWEEP: usize = 1_024;

/// What a cache may hold.
#[derive(Clone, Copy, Debug)]
pub struct CacheOptions {
    /// Sum of the entries' weights, in the unit in which [`Cache::insert`] is told them (bytes, as a rule).
    pub max_weight: u64,
    /// Age at which an entry is gone, unless it was given one of its own.
    pub ttl: Duration,
}

/// Figures of a cache since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheStats {
    /// Questions that were answered.
    pub hits: u64,
    /// Questions that were not.
    pub misses: u64,
    /// Entries that left for their age or for want of room.
    pub evictions: u64,
    /// Entries now; those just evicted may still count.
    pub entries: u64,
    /// Sum of their weights.
    pub weight: u64,
}

/// A value with what belongs to it.
#[derive(Clone, Debug)]
pub struct Cached<V> {
    /// The value; cloned on every hit, so let it be cheap.
    pub value: V,
    /// Its weight.
    pub weight: u32,
    /// Its own age limit.
    pub ttl: Option<Duration>,
}

/// A generation of a tag: an entry made in an earlier one is gone.
type Generation = Arc<AtomicU64>;

struct Entry<V> {
    cached: Cached<V>,
    tags: Tags,
}

impl<V: Clone> Clone for Entry<V> {
    fn clone(&self) -> Self {
        Self { cached: self.cached.clone(), tags: self.tags.clone() }
    }
}

/// Generations of an entry's tags at the time its load began.
#[derive(Clone, Default)]
struct Tags(Arc<[(Generation, u64)]>);

impl Tags {
    fn are_current(&self) -> bool {
        self.0.iter().all(|(generation, at)| generation.load(Ordering::Acquire) == *at)
    }
}

struct Ages(Duration);

impl<K, V> Expiry<K, Entry<V>> for Ages {
    fn expire_after_create(&self, _: &K, entry: &Entry<V>, _: Instant) -> Option<Duration> {
        Some(entry.cached.ttl.unwrap_or(self.0))
    }

    fn expire_after_update(&self, _: &K, entry: &Entry<V>, _: Instant, _: Option<Duration>) -> Option<Duration> {
        Some(entry.cached.ttl.unwrap_or(self.0))
    }
}

/// A cache in memory.
pub struct Cache<K, V> {
    entries: Moka<K, Entry<V>>,
    tags: Mutex<HashMap<Arc<str>, Generation>>,
    loads: Mutex<HashMap<K, Weak<tokio::sync::Mutex<()>>>>,
    hits: AtomicU64,
    misses: AtomicU64,
    evictions: Arc<AtomicU64>,
}

impl<K, V> fmt::Debug for Cache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("hits", &self.hits).field("misses", &self.misses).finish_non_exhaustive()
    }
}

impl<K, V> Cache<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// An empty cache.
    pub fn new(options: CacheOptions) -> Self {
        let evictions = Arc::new(AtomicU64::new(0));
        let counted = evictions.clone();
        let entries = Moka::builder()
            .max_capacity(options.max_weight)
            .weigher(|_: &K, entry: &Entry<V>| entry.cached.weight)
            .expire_after(Ages(options.ttl))
            .eviction_listener(move |_, _, cause| {
                if matches!(cause, RemovalCause::Expired | RemovalCause::Size) {
                    counted.fetch_add(1, Ordering::Relaxed);
                }
            })
            .build();
        Self {
            entries,
            tags: Mutex::default(),
            loads: Mutex::default(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            evictions,
        }
    }

    /// The value of a key.
    pub fn get<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let found = self.look(key);
        let count = if found.is_some() { &self.hits } else { &self.misses };
        count.fetch_add(1, Ordering::Relaxed);
        found
    }

    fn look<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let entry = self.entries.get(key)?;
        if entry.tags.are_current() {
            return Some(entry.cached.value);
        }
        self.entries.invalidate(key);
        None
    }

    /// Keeps a value under a key, until it is too old or one of its tags is invalidated.
    pub fn insert(&self, key: K, tags: &[&str], cached: Cached<V>) {
        let tags = self.current(tags);
        self.entries.insert(key, Entry { cached, tags });
    }

    /// The value of a key, loaded if it is not there. Others that ask for the key meanwhile wait for that load; if it
    /// fails or is dropped, the next of them loads. What is invalidated during a load is not kept.
    ///
    /// # Errors
    /// Those of the load, which are not kept.
    pub async fn get_or_load<E>(
        &self,
        key: K,
        tags: &[&str],
        load: impl Future<Output = Result<Cached<V>, E>>,
    ) -> Result<V, E> {
        if let Some(value) = self.get(&key) {
            return Ok(value);
        }
        let turn = self.turn(&key);
        let held = turn.lock().await;
        let answer = match self.look(&key) {
            Some(value) => Ok(value),
            None => {
                let tags = self.current(tags);
                load.await.map(|cached| {
                    self.entries.insert(key.clone(), Entry { cached: cached.clone(), tags });
                    cached.value
                })
            }
        };
        drop(held);
        drop(turn);
        self.end_turn(&key);
        answer
    }

    /// The lock that loads of a key take in turn.
    fn turn(&self, key: &K) -> Arc<tokio::sync::Mutex<()>> {
        let mut loads = self.loads.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = loads.get(key).and_then(Weak::upgrade) {
            return turn;
        }
        // Loads that were dropped leave their locks behind.
        if loads.len() >= TAGS_SWEEP && loads.len().is_power_of_two() {
            loads.retain(|_, turn| turn.strong_count() > 0);
        }
        let turn = Arc::new(tokio::sync::Mutex::new(()));
        loads.insert(key.clone(), Arc::downgrade(&turn));
        turn
    }

    fn end_turn(&self, key: &K) {
        let mut loads = self.loads.lock().unwrap_or_else(PoisonError::into_inner);
        if loads.get(key).is_some_and(|turn| turn.strong_count() == 0) {
            loads.remove(key);
        }
    }

    fn current(&self, tags: &[&str]) -> Tags {
        if tags.is_empty() {
            return Tags::default();
        }
        let mut known = self.tags.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= TAGS_SWEEP && known.len().is_power_of_two() {
            known.retain(|_, generation| Arc::strong_count(generation) > 1);
        }
        let generation = |&tag: &&str| {
            let generation = match known.get(tag) {
                Some(generation) => generation.clone(),
                None => known.entry(tag.into()).or_default().clone(),
            };
            let at = generation.load(Ordering::Acquire);
            (generation, at)
        };
        Tags(tags.iter().map(generation).collect())
    }

    /// Forgets a key.
    pub fn invalidate<Q>(&self, key: &Q)
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.entries.invalidate(key);
    }

    /// Forgets every entry that has a tag, at the same small cost however many there are.
    pub fn invalidate_tag(&self, tag: &str) {
        let known = self.tags.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(generation) = known.get(tag) {
            generation.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.entries.invalidate_all();
    }

    /// Does what is due (expiry, eviction), so that the figures are exact.
    pub fn settle(&self) {
        self.entries.run_pending_tasks();
    }

    /// Its figures.
    pub fn stats(&self) -> CacheStats {
        CacheStats {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            evictions: self.evictions.load(Ordering::Relaxed),
            entries: self.entries.entry_count(),
            weight: self.entries.weighted_size(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(max_weight: u64) -> Cache<String, u32> {
        Cache::new(CacheOptions { max_weight, ttl: Duration::from_secs(600) })
    }

    fn cached(value: u32, weight: u32) -> Cached<u32> {
        Cached { value, weight, ttl: None }
    }

    #[test]
    fn a_tag_forgets_its_entries_and_no_others() {
        let cache = cache(1_000);
        cache.insert("a".into(), &["red", "blue"], cached(1, 1));
        cache.insert("b".into(), &["blue"], cached(2, 1));
        cache.insert("c".into(), &[], cached(3, 1));
        cache.invalidate_tag("red");
        cache.invalidate_tag("unknown");
        assert_eq!((cache.get("a"), cache.get("b"), cache.get("c")), (None, Some(2), Some(3)));
        cache.insert("a".into(), &["red"], cached(4, 1));
        assert_eq!(cache.get("a"), Some(4));
        cache.invalidate("b");
        assert_eq!(cache.get("b"), None);
        let stats = cache.stats();
        assert_eq!((stats.hits, stats.misses), (3, 2));
        cache.clear();
        assert_eq!(cache.get("c"), None);
    }

    #[test]
    fn weight_is_bounded_and_evictions_are_counted() {
        let cache = cache(100);
        for n in 0..50 {
            cache.insert(n.to_string(), &[], cached(n, 10));
        }
        cache.settle();
        let stats = cache.stats();
        assert!(stats.weight <= 100 && stats.entries <= 10, "{stats:?}");
        assert_eq!(stats.entries + stats.evictions, 50, "{stats:?}");
    }

    #[test]
    fn an_entry_ends_by_its_age() {
        let cache = cache(100);
        cache.insert("old".into(), &[], Cached { ttl: Some(Duration::from_nanos(1)), ..cached(1, 1) });
        cache.insert("new".into(), &[], cached(2, 1));
        std::thread::sleep(Duration::from_millis(2));
        assert_eq!((cache.get("old"), cache.get("new")), (None, Some(2)));
    }

    #[test]
    fn tags_that_no_entry_has_are_dropped() {
        let cache = cache(10);
        for n in 0..20_000 {
            cache.insert("only".into(), &[&format!("tag {n}")], cached(n, 1));
        }
        cache.settle();
        let known = cache.tags.lock().expect("no panic").len();
        assert!(known <= 2 * TAGS_SWEEP, "{known}");
    }

    #[tokio::test]
    async fn one_load_at_a_time_serves_all() {
        let cache = Arc::new(cache(100));
        let loads = Arc::new(AtomicU64::new(0));
        let mut asked = Vec::new();
        for _ in 0..20 {
            let (cache, loads) = (cache.clone(), loads.clone());
            asked.push(tokio::spawn(async move {
                let load = async {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                    // The first load fails; the second serves everybody.
                    if loads.fetch_add(1, Ordering::SeqCst) == 0 { Err("no") } else { Ok(cached(7, 1)) }
                };
                cache.get_or_load("key".into(), &["tag"], load).await
            }));
        }
        let mut failed = 0;
        for answer in asked {
            match answer.await.expect("no panic") {
                Ok(value) => assert_eq!(value, 7),
                Err(_) => failed += 1,
            }
        }
        assert_eq!((failed, loads.load(Ordering::SeqCst)), (1, 2));
        assert!(cache.loads.lock().expect("no panic").is_empty(), "a lock stays behind");
    }

    #[tokio::test]
    async fn what_is_invalidated_while_it_loads_is_not_kept() {
        let cache = cache(100);
        let load = async {
            cache.invalidate_tag("tag");
            Ok::<_, ()>(cached(1, 1))
        };
        assert_eq!(cache.get_or_load("key".into(), &["tag"], load).await, Ok(1));
        assert_eq!(cache.get("key"), None);
    }
}
