//! Answers that come in pages: asking for one after the other until there is no more.

use arcstr::ArcStr;
use model::Value;
use reqwest::Url;
use reqwest::header::{self, HeaderMap, HeaderValue};

use super::answer::{self, Shape, Statuses};
use super::call;
use super::kept::Door;
use crate::list::not_a_list;
use crate::net::{self, Limit, Request, Response, too_large};
use crate::params::{Params, Setting};
use crate::path::Path;
use crate::{Step, StepError, text};

/// How the next page is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    PageNumber,
    OffsetLimit,
    Cursor,
    LinkHeader,
}

/// The parameters about pages; nothing if an answer is one page.
pub(super) struct Paging(Option<Settings>);

struct Settings {
    kind: Kind,
    items: Option<Path>,
    max_pages: Setting,
    page_size: Setting,
    size_param: Setting,
    first_page: Setting,
    /// The parameter that leads from page to page.
    param: Setting,
    cursor: Path,
}

impl Paging {
    pub(super) fn new(params: &mut Params<'_>, shape: Shape) -> Self {
        let (kind, size_param, param, named) = match params.word("pagination").unwrap_or("none") {
            "page_number" => (Kind::PageNumber, "per_page", "page_param", "page"),
            "offset_limit" => (Kind::OffsetLimit, "limit", "offset_param", "offset"),
            "cursor" => (Kind::Cursor, "", "cursor_param", "cursor"),
            "link_header" => (Kind::LinkHeader, "", "cursor_param", ""),
            other => {
                if other.contains("{{") {
                    params.bad_parameter("pagination", "this is fixed text: an expression in it is not evaluated");
                }
                return Self(None);
            }
        };
        if matches!(shape, Shape::Text | Shape::Full | Shape::File) {
            params.bad_parameter(
                "response",
                "pages are read as JSON: set response to auto or json, or pagination to none",
            );
        }
        Self(Some(Settings {
            kind,
            items: params.path("items"),
            max_pages: params.setting("max_pages", 100i64),
            page_size: params.setting("page_size", Value::Null),
            size_param: params.setting("size_param", size_param),
            first_page: params.setting("first_page", 1i64),
            param: params.setting(param, named),
            cursor: Path::new(params.word("cursor_path").unwrap_or("next_cursor")),
        }))
    }

    /// The pages of a step, if an answer has any.
    pub(super) fn walk(&self, step: &Step<'_>) -> Result<Option<Walk>, StepError> {
        let Some(settings) = &self.0 else { return Ok(None) };
        let size = if settings.page_size.is_set() { Some(settings.page_size.count(step, 1)?) } else { None };
        Ok(Some(Walk {
            kind: settings.kind,
            items: settings.items.clone(),
            max_pages: settings.max_pages.count(step, 1)?,
            size,
            size_param: settings.size_param.text(step)?,
            first_page: settings.first_page.integer(step)?,
            param: settings.param.text(step)?,
            cursor: settings.cursor.clone(),
            key: call::key(step.key),
        }))
    }
}

/// The way through the pages of one step.
pub(super) struct Walk {
    kind: Kind,
    items: Option<Path>,
    max_pages: usize,
    size: Option<usize>,
    size_param: ArcStr,
    first_page: i64,
    param: ArcStr,
    cursor: Path,
    /// The step's own key, of its first call.
    key: HeaderValue,
}

impl Walk {
    /// The items of all pages.
    pub(super) async fn run(self, door: &Door, mut request: Request, statuses: &Statuses) -> Result<Value, StepError> {
        let (mut items, mut bytes) = (Vec::new(), 0);
        let has_own_key = request.headers.get(call::KEY) == Some(&self.key);
        for page in 0..self.max_pages {
            self.ask(&mut request, page, items.len());
            if has_own_key && page > 0 {
                request.headers.insert(call::KEY, self.key_of(page));
            }
            let response = door.send(request.clone(), statuses).await?;
            bytes += response.body.len();
            let most = door.net.settings().response_bytes;
            if bytes > most {
                return Err(too_large(Limit::Value(most)));
            }
            let linked = linked(&response);
            let value = answer::value(response, Shape::Auto).await?;
            let before = items.len();
            items.extend_from_slice(self.items_of(&value, page)?);
            let count = items.len() - before;
            let is_last = match self.kind {
                Kind::PageNumber | Kind::OffsetLimit => count == 0 || self.size.is_some_and(|size| count < size),
                Kind::Cursor => !self.turn(&mut request, &value),
                Kind::LinkHeader => !linked.is_some_and(|next| go_to(&mut request, next)),
            };
            if is_last {
                break;
            }
        }
        Ok(Value::array(items))
    }

    /// Makes the call one for a page, after so many items.
    fn ask(&self, request: &mut Request, page: usize, before: usize) {
        let place = match self.kind {
            Kind::PageNumber => {
                Some(self.first_page.saturating_add(i64::try_from(page).unwrap_or(i64::MAX)).to_string())
            }
            Kind::OffsetLimit => Some(before.to_string()),
            Kind::Cursor | Kind::LinkHeader => None,
        };
        if let Some(place) = place {
            call::set_query(&mut request.url, &self.param, &place);
            if let Some(size) = self.size {
                call::set_query(&mut request.url, &self.size_param, &size.to_string());
            }
        }
    }

    /// The key of one of several calls: under one key the other system would take the second page for the first.
    fn key_of(&self, page: usize) -> HeaderValue {
        let written = [self.key.as_bytes(), format!(".p{page}").as_bytes()].concat();
        HeaderValue::from_bytes(&written).unwrap_or_else(|_| self.key.clone())
    }

    fn items_of<'a>(&self, value: &'a Value, page: usize) -> Result<&'a [Value], StepError> {
        static NULL: Value = Value::Null;
        let (what, found) = match &self.items {
            Some(path) => (path.as_text().as_str(), path.get(value).unwrap_or(&NULL)),
            None => ("the answer", value),
        };
        found.as_array().ok_or_else(|| {
            let error = not_a_list(what, found);
            StepError {
                message: format!("page {page}: {}: set items to the field of the list", error.message),
                ..error
            }
            .finally()
        })
    }

    /// Turns the call to the page that a page names. False if it names none, or itself.
    fn turn(&self, request: &mut Request, value: &Value) -> bool {
        let cursor = match self.cursor.get(value) {
            None | Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) => return false,
            Some(found) => text::of(found),
        };
        if cursor.starts_with("https://") || cursor.starts_with("http://") {
            return Url::parse(&cursor).is_ok_and(|next| go_to(request, next));
        }
        let is_new = !request.url.query_pairs().any(|(name, value)| name == *self.param && value == *cursor);
        if !cursor.is_empty() && is_new {
            call::set_query(&mut request.url, &self.param, &cursor);
            return true;
        }
        false
    }
}

/// Turns a call to another address; what it carries of secrets stays where it was made for.
fn go_to(request: &mut Request, next: Url) -> bool {
    if next == request.url {
        return false;
    }
    if !net::is_same_origin(&next, &request.url) {
        net::drop_secrets(&mut request.headers);
    }
    request.url = next;
    true
}

/// The next page of a `Link` header: `<https://…>; rel="next"`.
fn linked(response: &Response) -> Option<Url> {
    let next = links(&response.headers)
        .into_iter()
        .find(|(_, relation)| relation.split(' ').any(|word| word.eq_ignore_ascii_case("next")));
    response.url.join(&next?.0).ok()
}

/// Addresses and relations of the `Link` headers.
fn links(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for value in headers.get_all(header::LINK) {
        let whole = String::from_utf8_lossy(value.as_bytes());
        // An address may hold commas and semicolons, so it is cut out first.
        for part in whole.split('<').skip(1) {
            let Some((address, rest)) = part.split_once('>') else { continue };
            let relation = rest.split([';', ',']).find_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                name.trim().eq_ignore_ascii_case("rel").then(|| value.trim().trim_matches('"').to_owned())
            });
            found.extend(relation.map(|relation| (address.trim().to_owned(), relation)));
        }
    }
    found
}
