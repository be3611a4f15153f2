//! The three ways to page through a list: `page` and `pageSize`, `skip` and `limit`, `cursor` and `limit`.

use std::collections::HashMap;
use std::str::FromStr;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;

use crate::error::ApiError;

/// Rows of a page when nobody says how many.
const DEFAULT_LIMIT: u64 = 20;
/// The most rows of a page.
const LIMIT_MAX: u64 = 1_000;

/// Which part of a list is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Paging {
    /// How the place is given.
    style: Style,
    /// How many rows, 1 to 1,000.
    pub(crate) limit: usize,
    /// Whether to count all rows.
    pub(crate) total: bool,
    query: HashMap<String, String>,
}

/// How the place in a list is given.
#[derive(Debug, PartialEq, Eq)]
enum Style {
    /// By the number of a page, from 1.
    Page(u64),
    /// By rows to pass over.
    Skip(u64),
    /// By where the page before ended.
    Cursor(Option<String>),
}

impl Paging {
    /// Reads the parameters of a query.
    fn from_query(query: HashMap<String, String>) -> Result<Self, ApiError> {
        let either = |a: &str, b: &str| query.get(a).or_else(|| query.get(b)).filter(|text| !text.is_empty());
        let by_page = either("page", "pageSize").or_else(|| query.get("page_size")).is_some();
        let limit = match either("pageSize", "page_size").filter(|_| by_page).or_else(|| query.get("limit")) {
            None => DEFAULT_LIMIT,
            Some(text) => whole("limit", text, 1, LIMIT_MAX)?,
        };
        let style = if by_page {
            Style::Page(query.get("page").map_or(Ok(1), |text| whole("page", text, 1, u64::from(u32::MAX)))?)
        } else if let Some(skip) = either("skip", "offset") {
            Style::Skip(whole("skip", skip, 0, u64::from(u32::MAX))?)
        } else {
            Style::Cursor(query.get("cursor").filter(|text| !text.is_empty()).cloned())
        };
        let total = by_page || query.get("total").is_some_and(|text| text == "true" || text == "1");
        let limit = usize::try_from(limit).unwrap_or(1);
        Ok(Self { style, limit, total, query })
    }

    /// Rows to pass over.
    pub(crate) fn skip(&self) -> u64 {
        match &self.style {
            Style::Page(page) => (page - 1) * self.limit as u64,
            Style::Skip(skip) => *skip,
            Style::Cursor(_) => 0,
        }
    }

    /// The cursor, if there is one.
    pub(crate) fn cursor(&self) -> Option<&str> {
        match &self.style {
            Style::Cursor(cursor) => cursor.as_deref(),
            Style::Page(_) | Style::Skip(_) => None,
        }
    }

    /// The number of the page, where pages are counted.
    pub(crate) const fn page(&self) -> Option<u64> {
        match self.style {
            Style::Page(page) => Some(page),
            Style::Skip(_) | Style::Cursor(_) => None,
        }
    }

    /// Another parameter of the query.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// Another parameter of the query, read as something.
    pub(crate) fn parsed<T: FromStr<Err: std::fmt::Display>>(&self, name: &str) -> Result<Option<T>, ApiError> {
        let parse = |text: &str| {
            text.parse().map_err(|error| ApiError::bad_request("invalid_parameter", format!("{name}: {error}")))
        };
        self.parameter(name).map(parse).transpose()
    }
}

fn whole(name: &str, text: &str, min: u64, max: u64) -> Result<u64, ApiError> {
    match text.parse() {
        Ok(number) if (min..=max).contains(&number) => Ok(number),
        _ => Err(ApiError::bad_request(
            "invalid_parameter",
            format!("{name} cannot be {text:?}: expected a whole number from {min} to {max}"),
        )),
    }
}

impl<S: Sync> FromRequestParts<S> for Paging {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Query(query) = Query::<HashMap<String, String>>::try_from_uri(&parts.uri)
            .map_err(|error| ApiError::bad_request("invalid_parameter", error.body_text()))?;
        Self::from_query(query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Paging, ApiError> {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        Paging::from_query(pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
    }

    #[test]
    fn three_styles_are_told_apart() {
        let page = read("page=3&pageSize=10").expect("valid");
        assert_eq!((page.style == Style::Page(3), page.skip(), page.limit, page.total), (true, 20, 10, true));
        let skip = read("skip=5&limit=7").expect("valid");
        assert_eq!((skip.style == Style::Skip(5), skip.skip(), skip.limit, skip.total), (true, 5, 7, false));
        let cursor = read("cursor=abc&limit=7&total=true").expect("valid");
        assert_eq!((cursor.cursor(), cursor.skip(), cursor.limit, cursor.total), (Some("abc"), 0, 7, true));
        let nothing = read("").expect("valid");
        assert_eq!((nothing.cursor(), nothing.limit), (None, 20));
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        for query in ["page=0", "page=x", "pageSize=0", "pageSize=1001", "limit=0", "skip=-1", "limit=1e3"] {
            assert_eq!(read(query).expect_err(query).code(), "invalid_parameter");
        }
    }
}
