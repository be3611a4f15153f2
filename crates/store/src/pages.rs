//! All records that a query finds, a page at a time.

use crate::records::RecordQuery;
use crate::{Record, Records, Result};

/// Reads one page after the other, until there are no more.
pub struct Pages<'a> {
    records: &'a dyn Records,
    /// The next page; none once the last was read.
    query: Option<RecordQuery>,
}

impl RecordQuery {
    /// What it finds in all: its limit is that of each page.
    pub fn pages(self, records: &dyn Records) -> Pages<'_> {
        Pages { records, query: Some(self) }
    }
}

impl Pages<'_> {
    /// The records of the next page, if there are any.
    ///
    /// # Errors
    /// The store cannot answer. What is asked next is the same page again.
    pub async fn next(&mut self) -> Result<Option<Vec<Record>>> {
        let Some(query) = &self.query else { return Ok(None) };
        let page = self.records.list(query.clone()).await?;
        self.query = page.next.and_then(|next| Some(RecordQuery { after: Some(next), skip: 0, ..self.query.take()? }));
        Ok(Some(page.items).filter(|items| !items.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use model::TenantId;

    use crate::MemoryStore;
    use crate::records::{Expect, Kind, RecordQuery, RecordWrite, Records as _, Sort};

    static NOTE: Kind = Kind { name: "note", indexed: &["color"] };

    /// The ids on each page of two, where there are so many records, of which every other is blue.
    async fn pages(count: i64, query: impl FnOnce(RecordQuery) -> RecordQuery) -> Vec<Vec<i64>> {
        let (store, tenant) = (MemoryStore::default(), TenantId::DEFAULT);
        let write = |id: i64| {
            let color = if id % 2 == 0 { "blue" } else { "red" };
            let content = Some((vec![Some(color.to_owned())], "".into()));
            RecordWrite { kind: &NOTE, tenant, id, expect: Expect::Absent, content, now_ms: 1_000 }
        };
        store.batch((1..=count).map(write).collect()).await.expect("they are new");
        let query = query(RecordQuery { limit: 2, ..RecordQuery::all(&NOTE, tenant) });
        let (mut pages, mut seen) = (query.pages(&store), Vec::new());
        while let Some(records) = pages.next().await.expect("an answer") {
            seen.push(records.iter().map(|record| record.id).collect());
        }
        assert_eq!(pages.next().await.map(|page| page.is_none()), Ok(true), "it stays at its end");
        seen
    }

    #[tokio::test]
    async fn each_record_stands_on_one_page() {
        for (count, expected) in [
            (0, vec![]),
            (1, vec![vec![1]]),
            (2, vec![vec![1, 2]]),
            (3, vec![vec![1, 2], vec![3]]),
            (4, vec![vec![1, 2], vec![3, 4]]),
            (5, vec![vec![1, 2], vec![3, 4], vec![5]]),
        ] {
            assert_eq!(pages(count, |all| all).await, expected, "{count} records");
        }
    }

    #[tokio::test]
    async fn pages_keep_the_filter_and_the_order_and_pass_over_rows_once() {
        let newest = Sort { by: "created", descending: true };
        let blue = || vec![("color", "blue".to_owned())];
        let found = pages(9, |all| RecordQuery { equals: blue(), sort: newest, ..all }).await;
        assert_eq!(found, [vec![8, 6], vec![4, 2]]);
        assert_eq!(pages(7, |all| RecordQuery { skip: 3, ..all }).await, [vec![4, 5], vec![6, 7]]);
    }
}
